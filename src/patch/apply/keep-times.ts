import type { JsonObject } from '../../schema/type.js';
import { equalJson, isList, isObject, member, type ReadonlyJsonObject } from './json.js';
import { managedFieldsOf } from './managed-fields.js';

/**
 * Takes the old times of managedFields where nothing but times has changed, so
 * that a write without effect stays one (Go: fieldmanager's
 * IgnoreManagedFieldsTimestampsTransformer). To be called right before the
 * store compares what it would write with what is there.
 */
export function keepTimes(object: JsonObject, stored: ReadonlyJsonObject): JsonObject {
  const after = managedFieldsOf(object);
  const before = managedFieldsOf(stored);
  if (after === before || !isList(after) || !isList(before) || after.length !== before.length) return object;
  if (!after.every((entry, i) => sameButTime(entry, before[i]))) return object;
  return sameButManagedFields(object, stored)
    ? { ...object, metadata: { ...(object['metadata'] as JsonObject), managedFields: before as JsonObject[] } }
    : object;
}

function sameButTime(a: unknown, b: unknown): boolean {
  const { time: _a, ...left } = a as JsonObject;
  const { time: _b, ...right } = b as JsonObject;
  return equalJson(left, right);
}

function sameButManagedFields(a: ReadonlyJsonObject, b: ReadonlyJsonObject): boolean {
  return sameBut('metadata', a, b) && sameBut('managedFields', metadataOf(a), metadataOf(b));
}

function metadataOf(object: ReadonlyJsonObject): ReadonlyJsonObject {
  const metadata = object['metadata'];
  return isObject(metadata) ? metadata : {};
}

function sameBut(except: string, a: ReadonlyJsonObject, b: ReadonlyJsonObject): boolean {
  for (const name in a) if (name !== except && !equalJson(member(a, name), member(b, name))) return false;
  for (const name in b) if (name !== except && member(b, name) !== undefined && member(a, name) === undefined) return false;
  return true;
}
