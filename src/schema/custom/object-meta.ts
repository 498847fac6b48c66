import { invalid, type FieldError } from '../../apimachinery/field-error.js';
import { FieldPath } from '../../apimachinery/field-path.js';
import { decodeObject } from '../decode.js';
import { DecodingError } from '../decoding-error.js';
import { setOwn } from '../set-own.js';
import { sortKeys } from '../sort-keys.js';
import { typeRegistry } from '../types.js';
import type { JsonObject, JsonValue, StructType } from '../type.js';
import { Draft, isObject } from './json-object.js';
import { sortedValue } from './sorted.js';
import type { Structural } from './structural.js';

/** metav1.ObjectMeta. */
export function objectMetaType(): StructType {
  const type = typeRegistry().typeByName('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta');
  if (type === undefined) throw new Error('the facts lack metav1.ObjectMeta');
  return type;
}

/**
 * Metadata as Go decodes and encodes it: known fields only, empty ones left out.
 * Paths of unknown fields are added to `unknown`. Throws DecodingError.
 */
export function coerceMetadata(metadata: JsonValue, path: string, unknown?: string[]): JsonObject {
  const strict = unknown !== undefined;
  // Go marshals the metadata first, which sorts its keys and so the complaints.
  const { object, strictErrors } = decodeObject(objectMetaType(), strict ? sortDeep(metadata) : metadata, { strict, path });
  for (const text of strictErrors) unknown?.push(text.slice('unknown field "'.length, -1));
  return object;
}

/** As `coerceMetadata`, but drops fields of the wrong type instead of throwing. */
export function repairMetadata(metadata: JsonValue, path: string): JsonObject {
  try {
    return coerceMetadata(metadata, path);
  } catch (error) {
    if (!(error instanceof DecodingError) || !isObject(metadata)) throw error;
  }
  const sound: JsonObject = {};
  for (const key of Object.keys(metadata)) {
    const value = metadata[key];
    if (value === undefined) continue;
    try {
      coerceMetadata({ [key]: value }, path);
      setOwn<JsonValue | undefined>(sound, key, value);
    } catch (error) {
      if (!(error instanceof DecodingError)) throw error;
    }
  }
  return coerceMetadata(sound, path);
}

/** A copy whose keys are in Go's order at every level. */
function sortDeep(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(sortDeep);
  if (!isObject(value)) return value;
  const out: JsonObject = {};
  for (const key of Object.keys(sortKeys(value))) setOwn<JsonValue | undefined>(out, key, sortDeep(value[key] as JsonValue));
  return out;
}

export interface CoerceOptions {
  /** Drops what is of the wrong type instead of complaining: what was stored before it was checked. */
  readonly dropInvalid?: boolean;
  /** Collects paths of unknown fields of metadata. */
  readonly unknown?: string[] | undefined;
}

/** A fault that ends decoding; its message is that of the field error. */
export class CoercionError extends DecodingError {
  constructor(readonly fault: FieldError) {
    super(fault.toString());
  }
}

/**
 * Checks the types of kind, apiVersion and metadata of embedded resources, and
 * prunes their metadata (Go: objectmeta.Coerce). Throws CoercionError.
 */
export function coerceEmbedded(
  object: JsonObject,
  schema: Structural | undefined,
  isRoot: boolean,
  options: CoerceOptions = {},
  path?: FieldPath,
): JsonObject {
  if (!isRoot && (schema === undefined || !schema.reachesEmbedded)) return object;
  const coercer = new Coercer(options);
  const result = coercer.object(object, schema, isRoot || schema?.embedded === true, path);
  if (options.unknown !== undefined) options.unknown.push(...coercer.unknown.sort());
  return result;
}

class Coercer {
  readonly unknown: string[] = [];

  constructor(private readonly options: CoerceOptions) {}

  object(object: JsonObject, schema: Structural | undefined, embedded: boolean, path: FieldPath | undefined): JsonObject {
    const draft = new Draft(object);
    for (const key of Object.keys(object)) {
      const value = object[key];
      if (value === undefined) continue;
      if (embedded && this.typeMeta(draft, key, value, path)) continue;
      const property = schema?.property(key);
      const below = property ?? (schema?.hasAdditional === true ? schema.additional : undefined);
      if (below?.reachesEmbedded !== true || (embedded && key === 'metadata')) continue;
      draft.set(key, this.value(value, below, property === undefined ? (path?.key(key) ?? FieldPath.of('').key(key)) : child(path, key)));
    }
    return draft.result;
  }

  private value(value: JsonValue, schema: Structural, path: FieldPath): JsonValue {
    if (Array.isArray(value)) {
      const { items } = schema;
      return items === undefined ? value : value.map((item, i) => this.value(item, items, path.index(i)));
    }
    return isObject(value) ? this.object(value, schema, schema.embedded, path) : value;
  }

  /** Handles one member of an embedded resource; true if it was dropped. */
  private typeMeta(draft: Draft, key: string, value: JsonValue, path: FieldPath | undefined): boolean {
    if (key === 'metadata') this.metadata(draft, value, path);
    else if ((key === 'apiVersion' || key === 'kind') && typeof value !== 'string') {
      if (this.options.dropInvalid !== true) throw new CoercionError(invalid(child(path, key), sortedValue(value), 'must be a string'));
      draft.remove(key);
      return true;
    }
    return false;
  }

  private metadata(draft: Draft, value: JsonValue, path: FieldPath | undefined): void {
    const own = child(path, 'metadata');
    try {
      const unknown = this.options.unknown === undefined ? undefined : this.unknown;
      draft.set(
        'metadata',
        this.options.dropInvalid === true ? repairMetadata(value, own.toString()) : coerceMetadata(value, own.toString(), unknown),
      );
    } catch (error) {
      if (!(error instanceof DecodingError)) throw error;
      if (this.options.dropInvalid !== true) throw new CoercionError(invalid(own, sortedValue(value), error.message));
    }
  }
}

function child(path: FieldPath | undefined, name: string): FieldPath {
  return path === undefined ? FieldPath.of(name) : path.child(name);
}
