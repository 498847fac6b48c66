import { parseApiVersion } from '../../apimachinery/group-version.js';
import type { Json, JsonObject } from '../../schema/type.js';
import { isObject, type ReadonlyJsonObject } from './json.js';

/** True for an object that has been stored: a create gives it a uid. */
export function hasUid(object: ReadonlyJsonObject): boolean {
  const metadata = object['metadata'];
  const uid = isObject(metadata) ? metadata['uid'] : undefined;
  return typeof uid === 'string' && uid !== '';
}

/**
 * The object with these managedFields; all else is shared with it. It is the
 * object itself if it has them already, unless `copy` asks for a new one.
 */
export function withManagedFields(object: JsonObject, entries: JsonObject[] | undefined, copy = false): JsonObject {
  const metadata = isObject(object['metadata']) ? object['metadata'] : {};
  if (!copy && metadata['managedFields'] === entries) return object;
  const { managedFields: _replaced, ...others } = metadata as JsonObject;
  if (entries !== undefined) others['managedFields'] = entries;
  return { ...object, metadata: others };
}

/** `<namespace>/<name>; <group>/<version>, Kind=<kind>`, as errors name an object. */
export function describeObject(object: ReadonlyJsonObject): string {
  const metadata = isObject(object['metadata']) ? object['metadata'] : {};
  return `${textOf(metadata['namespace'])}/${textOf(metadata['name'])}; ${kindText(object)}`;
}

/** `<group>/<version>, Kind=<kind>`, as Go prints a GroupVersionKind. */
export function kindText(object: ReadonlyJsonObject): string {
  const version = parseApiVersion(textOf(object['apiVersion']));
  return version === undefined ? '/, Kind=' : `${version.group}/${version.version}, Kind=${textOf(object['kind'])}`;
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
