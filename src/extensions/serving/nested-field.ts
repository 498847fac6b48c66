import { goPlain, goType } from '../../patch/apply/go-text.js';
import { isObject } from '../../schema/custom/json-object.js';
import type { JsonObject, JsonValue } from '../../schema/type.js';
import { isInteger } from '../../schema/custom/validation/numbers.js';

/** A value that isn't what a path promises; the message is that of Go's unstructured accessors. */
export class AccessorError extends Error {}

/** `.spec.replicas` → spec, replicas */
export function splitPath(path: string): string[] {
  return path.replace(/^\./, '').split('.');
}

/** The value at a path; undefined if there is none. Throws AccessorError. */
function nested(object: JsonObject, names: readonly string[]): JsonValue | undefined {
  let at: JsonValue = object;
  for (const [i, name] of names.entries()) {
    if (at === null) return undefined;
    if (!isObject(at)) throw wrongType(names.slice(0, i + 1), at, 'map[string]interface{}');
    const below: JsonValue | undefined = Object.hasOwn(at, name) ? at[name] : undefined;
    if (below === undefined) return undefined;
    at = below;
  }
  return at;
}

function wrongType(names: readonly string[], value: JsonValue, wanted: string): AccessorError {
  const [text, type] = typeof value === 'number' && isInteger(value) ? [String(value), 'int64'] : [goPlain(value), goType(value)];
  return new AccessorError(`.${names.join('.')} accessor error: ${text} is of the type ${type}, expected ${wanted}`);
}

export function nestedInteger(object: JsonObject, path: string): number | undefined {
  const names = splitPath(path);
  const value = nested(object, names);
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !isInteger(value)) throw wrongType(names, value, 'int64');
  return value;
}

export function nestedString(object: JsonObject, path: string): string | undefined {
  const names = splitPath(path);
  const value = nested(object, names);
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw wrongType(names, value, 'string');
  return value;
}
