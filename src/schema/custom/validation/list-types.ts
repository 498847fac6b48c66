import { duplicate, invalid, type FieldError } from '../../../apimachinery/field-error.js';
import { FieldPath } from '../../../apimachinery/field-path.js';
import type { JsonObject, JsonValue } from '../../type.js';
import { isObject } from '../json-object.js';
import { sortKeys } from '../../sort-keys.js';
import { sortedValue } from '../sorted.js';
import type { Structural } from '../structural.js';

/** Faults of lists of type `set` and `map`: repeated items or keys (Go: structural listtype.ValidateListSetsAndMaps). */
export function validateListTypes(object: JsonObject, schema: Structural | undefined): FieldError[] {
  const errors: FieldError[] = [];
  if (schema !== undefined) visitObject(errors, object, schema, undefined);
  return errors;
}

function visitObject(errors: FieldError[], object: JsonObject, schema: Structural, path: FieldPath | undefined): void {
  const { additional } = schema;
  for (const key of Object.keys(object)) {
    const value = object[key];
    if (typeof value !== 'object' || value === null) continue;
    const property = schema.property(key);
    if (property !== undefined) visit(errors, value, property, path === undefined ? FieldPath.of(key) : path.child(key));
    else if (additional !== undefined) visit(errors, value, additional, (path ?? FieldPath.of('')).key(key));
  }
}

function visit(errors: FieldError[], value: JsonObject | JsonValue[], schema: Structural, path: FieldPath): void {
  if (!Array.isArray(value)) {
    visitObject(errors, value, schema, path);
    return;
  }
  if (schema.listType === 'set') for (const i of repeated(value)) errors.push(duplicate(path.index(i), sortedValue(value[i] ?? null)));
  else if (schema.listType === 'map') errors.push(...validateMapList(value, schema.mapKeys, path));
  const { items } = schema;
  if (items === undefined) return;
  value.forEach((item, i) => {
    if (typeof item === 'object' && item !== null) visit(errors, item, items, path.index(i));
  });
}

function validateMapList(list: readonly JsonValue[], keys: readonly string[], path: FieldPath): FieldError[] {
  const wrong = list.findIndex((item) => item !== null && !isObject(item));
  if (wrong !== -1) return [invalid(path.index(wrong), list[wrong], 'must be an object for an array of list-type map')];
  const found = list.map((item) => keyOf(item, keys));
  return repeated(found).map((i) => duplicate(path.index(i), found[i]));
}

function keyOf(item: JsonValue, keys: readonly string[]): JsonObject {
  const key: JsonObject = {};
  if (isObject(item)) for (const name of keys) if (Object.hasOwn(item, name) && item[name] !== undefined) key[name] = item[name];
  return sortKeys(key);
}

/** The positions at which items appear for the second time; later repetitions don't count. */
function repeated(list: readonly JsonValue[]): number[] {
  if (list.length < 2) return [];
  const seen = new Map<string, number>();
  const found: number[] = [];
  list.forEach((item, i) => {
    const text = JSON.stringify(sortedValue(item));
    const times = seen.get(text) ?? 0;
    seen.set(text, times + 1);
    if (times === 1) found.push(i);
  });
  return found;
}
