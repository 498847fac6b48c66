import { DurationError } from '../apimachinery/duration.js';
import { QuantityError } from '../apimachinery/quantity.js';
import { TimeError } from '../apimachinery/time.js';
import { DecodeContext, describe, TypeMismatch } from './decode-context.js';
import { mergeRepeated } from './decode-merge.js';
import { SCALAR_DECODERS } from './decode-scalar.js';
import { DecodingError } from './decoding-error.js';
import { goTypeName } from './go-type-name.js';
import { ParsedJson } from './json.js';
import { NumberLiteral, RepeatedKeys, type LiteralValue } from './json-literal.js';
import { setOwn } from './set-own.js';
import { sortKeys } from './sort-keys.js';
import { layoutOf, writeStruct, zeroOf, type Slot } from './struct-layout.js';
import type { JsonObject, JsonValue, ListType, MapType, ScalarName, ScalarType, StructType, Type } from './type.js';

export interface DecodeOptions {
  /** Collects unknown and repeated fields. */
  readonly strict?: boolean;
  /** Where the value lies in the whole body; only strict errors tell it. */
  readonly path?: string;
}

export interface Decoded {
  readonly object: JsonObject;
  /** `unknown field "spec.foo"`, `duplicate field "data.k"`: in the order of the body, at most 100. */
  readonly strictErrors: readonly string[];
}

/**
 * What a Go server does to a body when it decodes it into a type and encodes it
 * again: checks the JSON types, brings quantities, times, durations and base64
 * into their canonical form, drops nulls, unknown and empty fields, and puts
 * fields into Go's order and maps into that of their keys. Defaults are not
 * filled in (see `applyLiteralDefaults`). The result shares nothing with the
 * input but `json` and `rawExtension` values.
 * @throws DecodingError with Go's words
 */
export function decodeObject(type: StructType, input: ParsedJson | JsonValue, options: DecodeOptions = {}): Decoded {
  const literal = input instanceof ParsedJson ? input.literal : input;
  const isPlain = !(input instanceof ParsedJson) || literal === input.value;
  const context = new DecodeContext(options.strict === true, options.path ?? '', isPlain);
  const object = decodeWith(type, literal, context);
  return { object: object as JsonObject, strictErrors: context.strictMessages() };
}

/** As `decodeObject`, for a value of any type: the body of a patch, one field. */
export function decodeValue(type: Type, value: JsonValue): JsonValue {
  return decodeWith(type, value, new DecodeContext(false, '', true));
}

const VALUE_ERRORS = [QuantityError, TimeError, DurationError];

function decodeWith(type: Type, value: LiteralValue, context: DecodeContext): JsonValue {
  let result: JsonValue;
  try {
    result = codecOf(type).decode(value, context);
  } catch (error) {
    // A type with a decoder of its own ends decoding, and its error goes before a remembered one.
    if (error instanceof TypeMismatch || error instanceof DecodingError || VALUE_ERRORS.some((kind) => error instanceof kind))
      throw context.explain(error as Error);
    throw error;
  }
  if (context.error !== undefined) throw context.error;
  return result;
}

/** How values of a type are decoded. */
interface Codec {
  /** Null gives the zero value. */
  decode(value: LiteralValue, context: DecodeContext): JsonValue;
}

const codecs = new WeakMap<Type, Codec>();

function codecOf(type: Type): Codec {
  let codec = codecs.get(type);
  if (codec === undefined) {
    codec = makeCodec(type);
    codecs.set(type, codec);
  }
  return codec;
}

function makeCodec(type: Type): Codec {
  switch (type.kind) {
    case 'scalar':
      return type.form === undefined ? scalarCodec(type) : new SchemaFormCodec(type);
    case 'list':
      return new ListCodec(type);
    case 'map':
      return new MapCodec(type);
    case 'struct':
      return new StructCodec(type);
  }
}

function scalarCodec(type: ScalarType): Codec {
  const decode = SCALAR_DECODERS[type.scalar];
  const goType = goTypeName(type);
  return { decode: (value, context) => decode(value, context, goType) };
}

class ListCodec implements Codec {
  private readonly goType: string;
  private readonly items: Codec;
  private readonly nullable: boolean;

  constructor(type: ListType) {
    this.goType = goTypeName(type);
    this.items = codecOf(type.items);
    this.nullable = type.nullableItems === true;
  }

  decode(value: LiteralValue, context: DecodeContext): JsonValue {
    if (value === null) return null;
    if (!Array.isArray(value)) {
      context.saveMismatch(describe(value), this.goType);
      return null;
    }
    const out: JsonValue[] = [];
    for (let i = 0; i < value.length; i++) {
      const item = value[i] as LiteralValue;
      if (item === null && this.nullable) {
        out.push(null);
        continue;
      }
      context.push(i);
      out.push(this.items.decode(item, context));
      context.pop();
    }
    return out;
  }
}

class MapCodec implements Codec {
  private readonly goType: string;
  private readonly values: Codec;

  constructor(type: MapType) {
    const { values } = type;
    this.goType = goTypeName(type);
    const codec = codecOf(values);
    // No bytes under a key come back as none: the storage doesn't keep nil apart.
    this.values =
      values.kind === 'scalar' && values.scalar === 'bytes' ? { decode: (value, context) => codec.decode(value, context) ?? '' } : codec;
  }

  decode(value: LiteralValue, context: DecodeContext): JsonValue {
    if (value === null) return null;
    if (!isObject(value)) {
      context.saveMismatch(describe(value), this.goType);
      return null;
    }
    return value instanceof RepeatedKeys ? this.decodeRepeated(value, context) : this.decodePlain(value, context);
  }

  private decodePlain(value: { readonly [key: string]: LiteralValue | undefined }, context: DecodeContext): JsonObject {
    const out: JsonObject = {};
    let last = '';
    let sorted = true;
    for (const key in value) {
      const item = value[key];
      if (item === undefined) continue;
      if (key < last) sorted = false;
      last = key;
      context.push(key);
      const decoded = this.values.decode(item, context);
      context.pop();
      if (key === '__proto__') setOwn<JsonValue | undefined>(out, key, decoded);
      else out[key] = decoded;
    }
    return sorted ? out : sortKeys(out);
  }

  private decodeRepeated(value: RepeatedKeys, context: DecodeContext): JsonObject {
    const out = new Map<string, JsonValue>();
    for (const [key, item] of value.entries) {
      if (out.has(key)) context.duplicateField(key);
      context.push(key);
      out.set(key, this.values.decode(item, context));
      context.pop();
    }
    const object: JsonObject = {};
    for (const [key, item] of out) setOwn<JsonValue | undefined>(object, key, item);
    return sortKeys(object);
  }
}

/** A slot with what decodes its values. */
interface CodedSlot extends Slot {
  readonly codec: Codec;
}

class StructCodec implements Codec {
  private readonly goType: string;
  private slots: readonly CodedSlot[] | undefined;
  private byName: ReadonlyMap<string, CodedSlot> = new Map();

  constructor(private readonly type: StructType) {
    this.goType = goTypeName(type);
  }

  /** Made at first use, since structs may hold themselves. */
  private prepare(): readonly CodedSlot[] {
    if (this.slots !== undefined) return this.slots;
    this.slots = layoutOf(this.type).map((slot) => ({ ...slot, codec: codecOf(slot.type) }));
    this.byName = new Map(this.slots.map((slot) => [slot.name, slot]));
    return this.slots;
  }

  decode(value: LiteralValue, context: DecodeContext): JsonValue {
    const slots = this.prepare();
    if (value === null) return zeroOf(this.type);
    if (!isObject(value)) {
      context.saveMismatch(describe(value), this.goType);
      return zeroOf(this.type);
    }
    const values = new Array<JsonValue | undefined>(slots.length);
    let kept: JsonObject | undefined;
    if (value instanceof RepeatedKeys) this.decodeRepeated(value, values, context);
    else {
      for (const key in value) {
        const item = value[key];
        if (item === undefined) continue;
        const slot = this.byName.get(key);
        if (slot !== undefined) values[slot.index] = decodeSlot(slot, item, context);
        else if (this.type.preserveUnknown) setOwn<JsonValue | undefined>((kept ??= {}), key, SCALAR_DECODERS.json(item, context, ''));
        else if (context.strict) context.unknownField(key);
      }
    }
    const out = writeStruct(slots, values);
    if (kept !== undefined) for (const key of Object.keys(kept)) setOwn(out, key, kept[key]);
    return out;
  }

  private decodeRepeated(value: RepeatedKeys, values: (JsonValue | undefined)[], context: DecodeContext): void {
    const seen = new Set<CodedSlot>();
    for (const [key, item] of value.entries) {
      const slot = this.byName.get(key);
      if (slot === undefined) {
        context.unknownField(key);
        continue;
      }
      const repeated = seen.has(slot);
      if (repeated) context.duplicateField(key);
      seen.add(slot);
      if (repeated && item === null && nullKeeps(slot)) continue;
      const decoded = decodeSlot(slot, item, context);
      values[slot.index] = repeated ? mergeRepeated(slot.type, values[slot.index], decoded) : decoded;
    }
  }
}

function decodeSlot(slot: CodedSlot, value: LiteralValue, context: DecodeContext): JsonValue | undefined {
  if (value === null && slot.pointer) return undefined;
  context.push(slot);
  const decoded = slot.codec.decode(value, context);
  context.pop();
  return decoded;
}

/** Go leaves plain scalars and structs as they are when it meets a null. */
function nullKeeps(slot: Slot): boolean {
  if (slot.pointer) return false;
  if (slot.type.kind === 'struct') return true;
  return slot.type.kind === 'scalar' && PLAIN_SCALARS.has(slot.type.scalar);
}

const PLAIN_SCALARS: ReadonlySet<ScalarName> = new Set<ScalarName>(['string', 'boolean', 'int32', 'int64', 'uint32', 'float32', 'double']);

/**
 * A schema, or a list of schemas, a boolean or a list of strings: fields of
 * CustomResourceDefinitions with decoders of their own, which know no strictness.
 */
class SchemaFormCodec implements Codec {
  constructor(private readonly type: ScalarType) {}

  decode(value: LiteralValue, context: DecodeContext): JsonValue {
    if (this.type.form === 'schemaOrBool') {
      if (typeof value === 'boolean') return value;
      if (isObject(value)) return this.decodeSchema(value, context);
      throw new DecodingError('boolean or JSON schema expected');
    }
    if (isObject(value)) return this.decodeSchema(value, context);
    if (!Array.isArray(value) || value.length === 0) return null;
    const items: Type = this.type.form === 'schemaOrArray' ? (this.type.schema ?? JSON_TYPE) : STRING_TYPE;
    return decodeApart({ kind: 'list', items }, value, context);
  }

  private decodeSchema(value: LiteralValue, context: DecodeContext): JsonValue {
    return decodeApart(this.type.schema ?? JSON_TYPE, value, context);
  }
}

const JSON_TYPE: ScalarType = { kind: 'scalar', scalar: 'json' };
const STRING_TYPE: ScalarType = { kind: 'scalar', scalar: 'string' };

/** Decodes with a decoder of its own; what that remembers ends the outer one. */
function decodeApart(type: Type, value: LiteralValue, outer: DecodeContext): JsonValue {
  const context = new DecodeContext(false, '', outer.isPlain);
  const result = codecOf(type).decode(value, context);
  if (context.mismatch !== undefined) throw context.mismatch;
  if (context.error !== undefined) throw context.error;
  return result;
}

function isObject(value: LiteralValue): value is { readonly [key: string]: LiteralValue | undefined } | RepeatedKeys {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof NumberLiteral);
}
