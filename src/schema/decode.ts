import { DurationError } from '../apimachinery/duration.js';
import { QuantityError } from '../apimachinery/quantity.js';
import { TimeError } from '../apimachinery/time.js';
import { DecodeContext, describe, TypeMismatch, type FieldStep } from './decode-context.js';
import { mergeRepeated } from './decode-merge.js';
import { SCALAR_DECODERS, SCALAR_ZEROS } from './decode-scalar.js';
import { DecodingError } from './decoding-error.js';
import { goTypeName } from './go-type-name.js';
import { ParsedJson } from './json.js';
import { NumberLiteral, RepeatedKeys, type LiteralValue } from './json-literal.js';
import { setOwn } from './set-own.js';
import { sortKeys } from './sort-keys.js';
import type { Field, JsonObject, JsonValue, ListType, MapType, ScalarName, ScalarType, StructType, Type } from './type.js';

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
  /** Go's `omitempty` test. */
  isEmpty(value: JsonValue): boolean;
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
  const zero = SCALAR_ZEROS[type.scalar];
  const goType = goTypeName(type);
  return {
    decode: (value, context) => decode(value, context, goType),
    isEmpty: (value) => value === zero || value === null || (value === '' && type.scalar === 'bytes'),
  };
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

  isEmpty(value: JsonValue): boolean {
    return value === null || (value as JsonValue[]).length === 0;
  }
}

class MapCodec implements Codec {
  private readonly goType: string;
  private readonly values: Codec;

  constructor(type: MapType) {
    this.goType = goTypeName(type);
    this.values = codecOf(type.values);
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

  isEmpty(value: JsonValue): boolean {
    if (value === null) return true;
    for (const key in value as JsonObject) return key === undefined;
    return true;
  }
}

/** A field of a struct, or of one embedded in it, in the order of output. */
interface Slot extends FieldStep {
  readonly index: number;
  readonly codec: Codec;
  readonly type: Type;
  readonly pointer: boolean;
  readonly omitEmpty: boolean;
  /** Written even if the body has no such field. */
  readonly always: boolean;
}

class StructCodec implements Codec {
  private readonly goType: string;
  private slots: readonly Slot[] | undefined;
  private byName: ReadonlyMap<string, Slot> = new Map();

  constructor(private readonly type: StructType) {
    this.goType = goTypeName(type);
  }

  /** Made at first use, since structs may hold themselves. */
  private prepare(): readonly Slot[] {
    if (this.slots !== undefined) return this.slots;
    const slots: Slot[] = [];
    addSlots(slots, this.type.fields, [], this.type.goName);
    this.slots = slots;
    this.byName = new Map(slots.map((slot) => [slot.name, slot]));
    return slots;
  }

  decode(value: LiteralValue, context: DecodeContext): JsonValue {
    const slots = this.prepare();
    if (value === null) return this.encode(slots, [], context);
    if (!isObject(value)) {
      context.saveMismatch(describe(value), this.goType);
      return this.encode(slots, [], context);
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
    const out = this.encode(slots, values, context);
    if (kept !== undefined) for (const key of Object.keys(kept)) setOwn(out, key, kept[key]);
    return out;
  }

  private decodeRepeated(value: RepeatedKeys, values: (JsonValue | undefined)[], context: DecodeContext): void {
    const seen = new Set<Slot>();
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

  private encode(slots: readonly Slot[], values: readonly (JsonValue | undefined)[], context: DecodeContext): JsonObject {
    const out: JsonObject = {};
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i] as Slot;
      const value = values[i];
      if (value === undefined) {
        if (slot.always) out[slot.name] = slot.pointer ? null : zeroOf(slot, context);
      } else if (!slot.omitEmpty || slot.pointer || !slot.codec.isEmpty(value)) out[slot.name] = value;
    }
    return out;
  }

  isEmpty(): boolean {
    return false;
  }
}

function addSlots(slots: Slot[], fields: readonly Field[], goPath: readonly string[], struct: string): void {
  for (const field of fields) {
    if (field.inline && field.type.kind === 'struct') {
      addSlots(slots, field.type.fields, [...goPath, field.name], struct);
      continue;
    }
    slots.push({
      name: field.name,
      goPath: [...goPath, field.name],
      struct,
      index: slots.length,
      codec: codecOf(field.type),
      type: field.type,
      pointer: field.pointer,
      omitEmpty: field.omit === 'empty',
      always: field.omit === 'never',
    });
  }
}

function decodeSlot(slot: Slot, value: LiteralValue, context: DecodeContext): JsonValue | undefined {
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

/** The zero value of a field that the body doesn't have. */
function zeroOf(slot: Slot, context: DecodeContext): JsonValue {
  return slot.type.kind === 'scalar' ? SCALAR_ZEROS[slot.type.scalar] : slot.codec.decode(null, context);
}

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

  isEmpty(value: JsonValue): boolean {
    return value === null;
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
