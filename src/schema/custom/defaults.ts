import type { JsonObject, JsonValue } from '../type.js';
import { Draft, mapItems } from './json-object.js';
import type { Structural } from './structural.js';

/**
 * Fills in the defaults of a schema where a property is missing, or null without
 * being nullable (Go: structural defaulting.Default). The object isn't changed;
 * the result shares with it what stays. Default values are copied.
 */
export function fillDefaults(object: JsonObject, schema: Structural | undefined): JsonObject {
  return schema === undefined || !schema.reachesDefaults ? object : fillObject(object, schema);
}

function fill(value: JsonValue, schema: Structural): JsonValue {
  if (typeof value !== 'object' || value === null || !schema.reachesDefaults) return value;
  return Array.isArray(value) ? fillList(value, schema) : fillObject(value, schema);
}

function fillList(list: JsonValue[], schema: Structural): JsonValue[] {
  const { items } = schema;
  if (items === undefined) return list;
  return mapItems(list, (item) => fill(item === null ? replaceNull(items) : item, items));
}

function fillObject(object: JsonObject, schema: Structural): JsonObject {
  const draft = new Draft(object);
  for (const { name, schema: property, value } of schema.defaulted) {
    const present = Object.hasOwn(object, name) ? object[name] : undefined;
    if (present === undefined || (present === null && !property.nullable)) draft.set(name, structuredClone(value));
  }
  const current = draft.result;
  for (const key of Object.keys(current)) {
    const value = current[key];
    if (value === undefined) continue;
    const property = schema.property(key);
    if (property !== undefined) draft.set(key, fill(value, property));
    else if (schema.additional !== undefined)
      draft.set(key, fill(value === null ? replaceNull(schema.additional) : value, schema.additional));
  }
  return draft.result;
}

function replaceNull(schema: Structural): JsonValue {
  return schema.nullable || schema.default === undefined ? null : structuredClone(schema.default);
}
