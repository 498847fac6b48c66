import type { JsonObject, JsonValue } from '../type.js';
import { Draft, isObject, mapItems } from './json-object.js';
import type { Structural } from './structural.js';

/** Members of every object that pruning leaves alone at the root and in embedded resources. */
const META_FIELDS: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata']);

/**
 * Drops what a schema doesn't declare, and nulls where they are neither allowed
 * nor replaced by a default (Go: structural pruning and
 * PruneNonNullableNullsWithoutDefaults). The object isn't changed; the result
 * shares with it what stays. Paths of dropped fields are added to `unknown`.
 */
export function prune(object: JsonObject, schema: Structural | undefined, isRoot: boolean, unknown?: string[]): JsonObject {
  const pruner = new Pruner(unknown === undefined ? undefined : []);
  const result = pruner.object(object, schema, isRoot || schema?.embedded === true, schema?.preserveUnknown === true, '');
  if (unknown !== undefined && pruner.unknown !== undefined) unknown.push(...pruner.unknown.sort());
  return result;
}

class Pruner {
  constructor(readonly unknown: string[] | undefined) {}

  private value(value: JsonValue, schema: Structural | undefined, path: string): JsonValue {
    if (typeof value !== 'object' || value === null) return value;
    const preserve = schema?.preserveUnknown === true;
    if (Array.isArray(value)) return this.list(value, schema, preserve, path);
    return this.object(value, schema, schema?.embedded === true, preserve, path);
  }

  /** Within a schema that preserves, lists of lists and objects in lists preserve as well. */
  private list(list: JsonValue[], schema: Structural | undefined, preserve: boolean, path: string): JsonValue[] {
    const items = schema?.items;
    if (preserve && items === undefined) return list;
    return mapItems(list, (item, i) => {
      const at = this.unknown === undefined ? '' : `${path}[${String(i)}]`;
      if (!preserve) return this.value(item, items, at);
      if (Array.isArray(item)) return this.list(item, items, true, at);
      return isObject(item) ? this.object(item, items, items?.embedded === true, true, at) : item;
    });
  }

  object(object: JsonObject, schema: Structural | undefined, embedded: boolean, preserve: boolean, path: string): JsonObject {
    const draft = new Draft(object);
    for (const key of Object.keys(object)) {
      const value = object[key];
      if (value === undefined) continue;
      const property = schema?.property(key);
      if (value === null && isNullDropped(property ?? schema?.additional)) draft.remove(key);
      else if (embedded && META_FIELDS.has(key)) continue;
      else if (property !== undefined) draft.set(key, this.value(value, property, this.below(path, key)));
      else if (schema?.hasAdditional === true) draft.set(key, this.value(value, schema.additional, this.below(path, key)));
      else if (!preserve) {
        if (!META_FIELDS.has(key) || path !== '') this.unknown?.push(this.below(path, key));
        draft.remove(key);
      }
    }
    return draft.result;
  }

  private below(path: string, key: string): string {
    if (this.unknown === undefined) return '';
    return path === '' ? key : `${path}.${key}`;
  }
}

function isNullDropped(schema: Structural | undefined): boolean {
  return schema !== undefined && !schema.nullable && schema.default === undefined;
}
