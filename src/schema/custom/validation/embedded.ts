import { invalid, required, type FieldError } from '../../../apimachinery/field-error.js';
import { FieldPath } from '../../../apimachinery/field-path.js';
import { parseApiVersion } from '../../../apimachinery/group-version.js';
import { isDns1035Label } from '../../../apimachinery/validation/dns.js';
import { nameIsPathSegment } from '../../../apimachinery/validation/names.js';
import { validateObjectMeta, type ObjectMetaView } from '../../../apimachinery/validation/object-meta.js';
import { DecodingError } from '../../decoding-error.js';
import type { JsonObject, JsonValue } from '../../type.js';
import { isObject } from '../json-object.js';
import { coerceMetadata } from '../object-meta.js';
import { sortedValue } from '../sorted.js';
import type { Structural } from '../structural.js';

/** Faults of kind, apiVersion and metadata of embedded resources (Go: structural objectmeta.Validate). */
export function validateEmbedded(value: JsonValue, schema: Structural | undefined, isRoot: boolean, path?: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (isRoot) {
    if (isObject(value)) visitObject(errors, value, schema, true, path);
  } else if (schema?.reachesEmbedded === true) visit(errors, value, schema, path);
  return errors;
}

function visit(errors: FieldError[], value: JsonValue, schema: Structural, path: FieldPath | undefined): void {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items?.reachesEmbedded === true)
      value.forEach((item, i) => {
        visit(errors, item, items, (path ?? FieldPath.of('')).index(i));
      });
  } else if (isObject(value)) visitObject(errors, value, schema, schema.embedded, path);
}

function visitObject(
  errors: FieldError[],
  object: JsonObject,
  schema: Structural | undefined,
  embedded: boolean,
  path: FieldPath | undefined,
): void {
  if (embedded) validateTypeMeta(errors, object, path);
  if (schema?.reachesEmbedded !== true) return;
  for (const key of Object.keys(object)) {
    const value = object[key];
    if (typeof value !== 'object' || value === null) continue;
    const property = schema.property(key);
    const below = property ?? schema.additional;
    if (below?.reachesEmbedded === true)
      visit(errors, value, below, property === undefined ? (path ?? FieldPath.of('')).key(key) : child(path, key));
  }
}

function validateTypeMeta(errors: FieldError[], object: JsonObject, path: FieldPath | undefined): void {
  if (object['apiVersion'] === undefined) errors.push(required(child(path, 'apiVersion')));
  if (object['kind'] === undefined) errors.push(required(child(path, 'kind')));
  for (const key of Object.keys(object)) {
    const value = object[key];
    if (value === undefined) continue;
    if (key === 'apiVersion') errors.push(...apiVersionErrors(value, child(path, key)));
    else if (key === 'kind') errors.push(...kindErrors(value, child(path, key)));
    else if (key === 'metadata') errors.push(...metadataErrors(value, child(path, key)));
  }
}

function apiVersionErrors(value: JsonValue, path: FieldPath): FieldError[] {
  if (typeof value !== 'string') return [invalid(path, sortedValue(value), 'must be a string')];
  if (value === '') return [invalid(path, value, 'must not be empty')];
  return parseApiVersion(value) === undefined ? [invalid(path, value, `unexpected GroupVersion string: ${value}`)] : [];
}

function kindErrors(value: JsonValue, path: FieldPath): FieldError[] {
  if (typeof value !== 'string') return [invalid(path, sortedValue(value), 'must be a string')];
  if (value === '') return [invalid(path, value, 'must not be empty')];
  const messages = isDns1035Label(value.toLowerCase());
  return messages.length === 0 ? [] : [invalid(path, value, `may have mixed case, but should otherwise match: ${messages.join(',')}`)];
}

/** Embedded objects needn't have a name. */
function metadataErrors(value: JsonValue, path: FieldPath): FieldError[] {
  try {
    const meta = coerceMetadata(value, '') as ObjectMetaView;
    return validateObjectMeta(meta.name ? meta : { ...meta, name: 'fakename' }, !!meta.namespace, nameIsPathSegment, path);
  } catch (error) {
    if (!(error instanceof DecodingError)) throw error;
    return [invalid(path, sortedValue(value), error.message)];
  }
}

function child(path: FieldPath | undefined, name: string): FieldPath {
  return path === undefined ? FieldPath.of(name) : path.child(name);
}
