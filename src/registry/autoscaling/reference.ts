import { invalid, required, type FieldError } from '../../apimachinery/field-error.js';
import type { FieldPath } from '../../apimachinery/field-path.js';
import { parseApiVersion } from '../../apimachinery/group-version.js';
import { isPathSegmentName } from '../../apimachinery/validation/paths.js';
import type { CrossVersionObjectReference } from '../../schema/generated/autoscaling-v2.js';

/** What a reference's apiVersion may be. */
export interface ReferenceOptions {
  /** Core's `v1`, or nothing at all. */
  readonly allowEmptyGroup: boolean;
  /** Anything, because the stored one isn't valid either. */
  readonly allowInvalidVersion: boolean;
}

/** Faults of a reference to an object of any kind (Go: ValidateCrossVersionObjectReference). */
export function checkReference(
  reference: CrossVersionObjectReference,
  path: FieldPath,
  options: ReferenceOptions,
  errors: FieldError[],
): void {
  for (const name of ['kind', 'name'] as const) {
    const value = reference[name] ?? '';
    if (value === '') errors.push(required(path.child(name)));
    else for (const message of isPathSegmentName(value)) errors.push(invalid(path.child(name), value, message));
  }
  const { apiVersion = '' } = reference;
  const fault = apiVersionFault(apiVersion, options);
  if (fault !== undefined) errors.push(invalid(path.child('apiVersion'), apiVersion, fault));
}

/** Why an apiVersion is refused. */
export function apiVersionFault(apiVersion: string, { allowEmptyGroup, allowInvalidVersion }: ReferenceOptions): string | undefined {
  if (allowInvalidVersion) return undefined;
  const version = parseApiVersion(apiVersion);
  if (version === undefined) return `unexpected GroupVersion string: ${apiVersion}`;
  return !allowEmptyGroup && version.group === '' ? 'apiVersion must specify API group' : undefined;
}
