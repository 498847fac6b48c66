import type { Json, JsonObject, StructType } from '../../schema/type.js';
import { isList, isObject, member, type ReadonlyJsonObject } from './json.js';
import { merge } from './merge.js';
import { elementText, fieldElement } from './path-element.js';
import { type Shape, shapeOf } from './shape.js';
import { checkDepth, validate } from './validate.js';

/** Why an apply configuration cannot be merged into an object. */
export class ApplyConfigurationError extends Error {
  override readonly name = 'ApplyConfigurationError';
}

/**
 * Merges the apply configuration of a MutatingAdmissionPolicy into an object
 * without keeping track of owners (Go: apiserver's mutating policy, package
 * patch). Lists and maps that are leaves may not be mentioned. Neither argument
 * is changed; the result shares subtrees with both.
 */
export function applyConfiguration(type: StructType, object: ReadonlyJsonObject, config: ReadonlyJsonObject): JsonObject {
  const shape = shapeOf(type);
  attempting('failed to convert patch object to typed object', () => {
    checkDepth(config);
    validate(shape, config, { allowDuplicates: false });
  });
  const atomics = findAtomics(shape, config, '');
  if (atomics.length > 0) {
    throw new ApplyConfigurationError(`invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: ${atomics.join(', ')}`);
  }
  attempting('failed to convert original object to typed object', () => validate(shape, object, { allowDuplicates: true }));
  const merged = attempting('failed to merge patch', () => merge(shape, object, config));
  return (isObject(merged) ? merged : {}) as JsonObject;
}

function attempting<T>(doing: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new ApplyConfigurationError(`${doing}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The paths of all lists, maps and structs in a value that can only be set as a whole. */
function findAtomics(shape: Shape, value: Json, path: string): string[] {
  const found: string[] = [];
  if (isObject(value) && shape.map !== undefined) {
    if (shape.map.atomic) found.push(path);
    for (const name in value) {
      const item = member(value, name);
      const field = shape.map.fields.get(name);
      if (item !== undefined && field !== undefined) found.push(...findAtomics(field.shape, item, path + elementText(fieldElement(name))));
    }
  } else if (isList(value) && shape.list !== undefined) {
    if (!shape.list.associative) found.push(path);
    for (let i = 0; i < value.length; i++) found.push(...findAtomics(shape.list.items, value[i] as Json, `${path}[${i}]`));
  }
  return found;
}
