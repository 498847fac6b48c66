import type { JsonObject, JsonValue } from '../type.js';
import { mapItems } from './json-object.js';
import { setOwn } from '../set-own.js';
import { compareKeys } from '../sort-keys.js';

/**
 * The object with its keys in the order in which Go writes maps, at every
 * level; what is in order already stays as it is. Absent (undefined) members
 * keep their place.
 */
export function sortedObject(object: JsonObject): JsonObject {
  const keys = Object.keys(object);
  let ordered = true;
  let same = true;
  let last = '';
  const values = keys.map((key) => {
    if (compareKeys(last, key) > 0) ordered = false;
    last = key;
    const value = object[key];
    const sorted = value === undefined ? undefined : sortedValue(value);
    if (sorted !== value) same = false;
    return sorted;
  });
  if (ordered && same) return object;
  const positions = keys.map((_, i) => i);
  if (!ordered) positions.sort((a, b) => compareKeys(keys[a] as string, keys[b] as string));
  const out: JsonObject = {};
  for (const i of positions) setOwn(out, keys[i] as string, values[i]);
  return out;
}

/** The same for any value. */
export function sortedValue(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null) return value;
  return Array.isArray(value) ? mapItems(value, sortedValue) : sortedObject(value);
}
