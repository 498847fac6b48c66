import { invalid, type FieldError } from '../../apimachinery/field-error.js';
import type { CustomResourceSubresourceScale } from '../../schema/generated/apiextensions-v1.js';
import type { JsonObject } from '../../schema/type.js';
import { AccessorError, nestedInteger, nestedString } from './nested-field.js';

const MAX_INT32 = 2147483647;

/** Kind and apiVersion are those of the path (Go: ValidateTypeMeta). */
export function typeMetaErrors(object: JsonObject, kind: string, apiVersion: string): FieldError[] {
  const errors: FieldError[] = [];
  if (object['kind'] !== kind) errors.push(invalid('kind', object['kind'] ?? '', `must be ${kind}`));
  if (object['apiVersion'] !== apiVersion) errors.push(invalid('apiVersion', object['apiVersion'] ?? '', `must be ${apiVersion}`));
  return errors;
}

/** What the scale subresource reads and writes has to be a count. */
export function scaleSpecErrors(object: JsonObject, scale: CustomResourceSubresourceScale | undefined): FieldError[] {
  return scale === undefined ? [] : countErrors(object, scale.specReplicasPath ?? '');
}

export function scaleStatusErrors(object: JsonObject, scale: CustomResourceSubresourceScale | undefined): FieldError[] {
  if (scale === undefined) return [];
  const errors = countErrors(object, scale.statusReplicasPath ?? '');
  const { labelSelectorPath } = scale;
  if (labelSelectorPath === undefined) return errors;
  try {
    nestedString(object, labelSelectorPath);
  } catch (error) {
    if (!(error instanceof AccessorError)) throw error;
    errors.push(invalid(labelSelectorPath, '', error.message));
  }
  return errors;
}

function countErrors(object: JsonObject, path: string): FieldError[] {
  try {
    const count = nestedInteger(object, path) ?? 0;
    if (count < 0) return [invalid(path, count, 'should be a non-negative integer')];
    return count > MAX_INT32 ? [invalid(path, count, `should be less than or equal to ${String(MAX_INT32)}`)] : [];
  } catch (error) {
    if (!(error instanceof AccessorError)) throw error;
    return [invalid(path, 0, error.message)];
  }
}
