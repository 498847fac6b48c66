import { setOwn } from './set-own.js';
import { sortKeys } from './sort-keys.js';
import type { JsonObject, JsonValue, StructType, Type } from './type.js';

/**
 * What a repeated field leaves: Go decodes the later value over the earlier
 * one, so structs and maps are united and all else is replaced.
 */
export function mergeRepeated(type: Type, earlier: JsonValue | undefined, later: JsonValue | undefined): JsonValue | undefined {
  if (!isObject(earlier) || !isObject(later) || (type.kind !== 'struct' && type.kind !== 'map')) return later;
  const out: JsonObject = {};
  for (const key of Object.keys(earlier)) setOwn(out, key, earlier[key]);
  for (const [key, value] of Object.entries(later)) {
    const field = type.kind === 'struct' ? type.byName.get(key) : undefined;
    // A null stands for a field that the later value doesn't have, but whose absence is written.
    if (value === null && field !== undefined) continue;
    setOwn(out, key, field === undefined ? value : mergeRepeated(field.type, out[key], value));
  }
  return type.kind === 'map' ? sortKeys(out) : inOrder(type, out);
}

/** A struct's fields in the order of output. */
function inOrder(type: StructType, object: JsonObject): JsonObject {
  const out: JsonObject = {};
  for (const name of type.byName.keys()) if (object[name] !== undefined) out[name] = object[name];
  return out;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
