import { formatDuration } from '../apimachinery/duration.js';
import { formatInstant } from '../apimachinery/time.js';
import { decodeObject } from './decode.js';
import { ProtobufError, ProtobufReader, WIRE_BYTES, WIRE_FIXED32, WIRE_FIXED64, WIRE_VARINT } from './protobuf-reader.js';
import { setOwn } from './set-own.js';
import type { Field, JsonObject, JsonValue, MapType, ScalarType, StructType, Type } from './type.js';

/** Messages nest no deeper than this. */
const MAX_DEPTH = 1000;

/**
 * The object of a protobuf message, normalised exactly as one that came in JSON.
 * @throws ProtobufError, or DecodingError for values that their types don't take
 */
export function decodeProtobuf(type: StructType, bytes: Buffer): JsonObject {
  return decodeObject(type, readStruct(type, bytes, {}, 0)).object;
}

const FIELDS = new WeakMap<StructType, ReadonlyMap<number, Field>>();

function fieldsOf(type: StructType): ReadonlyMap<number, Field> {
  let fields = FIELDS.get(type);
  if (fields === undefined) {
    fields = new Map(type.fields.filter(({ number }) => number > 0).map((field) => [field.number, field]));
    FIELDS.set(type, fields);
  }
  return fields;
}

function readStruct(type: StructType, bytes: Buffer, object: JsonObject, depth: number): JsonObject {
  if (depth > MAX_DEPTH) throw new ProtobufError('proto: exceeded max depth');
  const fields = fieldsOf(type);
  const reader = new ProtobufReader(bytes);
  while (!reader.done) {
    const { number, wireType } = reader.tag();
    if (number === 0 || wireType === 4) {
      throw new ProtobufError(wireType === 4 ? `proto: ${type.goName}: wiretype end group for non-group` : `proto: ${type.goName}: illegal tag ${String(number)} (wire type ${String(wireType * 1)})`);
    }
    const field = fields.get(number);
    if (field === undefined) reader.skip(wireType);
    else readField(reader, field, wireType, object, depth);
  }
  return object;
}

function readField(reader: ProtobufReader, field: Field, wireType: number, object: JsonObject, depth: number): void {
  const { type, name } = field;
  if (field.inline === true && type.kind === 'struct') {
    expectWire(WIRE_BYTES, wireType, name);
    readStruct(type, reader.block(), object, depth + 1);
    return;
  }
  if (type.kind === 'list' && type.wrapped !== true) {
    const list = object[name];
    const value = readValue(reader, type.items, wireType, name, depth, undefined);
    if (Array.isArray(list)) list.push(value);
    else object[name] = [value];
    return;
  }
  if (type.kind === 'map') {
    expectWire(WIRE_BYTES, wireType, name);
    const existing = object[name];
    const map = isObject(existing) ? existing : {};
    object[name] = map;
    readEntry(reader.block(), type, name, map, depth);
    return;
  }
  object[name] = readValue(reader, type, wireType, name, depth, object[name]);
}

function readEntry(bytes: Buffer, type: MapType, name: string, map: JsonObject, depth: number): void {
  const reader = new ProtobufReader(bytes);
  let key = '';
  let value: JsonValue | undefined;
  while (!reader.done) {
    const { number, wireType } = reader.tag();
    if (number === 1) {
      expectWire(WIRE_BYTES, wireType, name);
      key = reader.block().toString('utf8');
    } else if (number === 2) value = readValue(reader, type.values, wireType, name, depth, undefined);
    else reader.skip(wireType);
  }
  setOwn(map, key, value ?? zeroOf(type.values));
}

/** The value of a map entry that leaves it out. */
function zeroOf(type: Type): JsonValue {
  if (type.kind === 'list') return [];
  if (type.kind !== 'scalar') return {};
  switch (type.scalar) {
    case 'string':
    case 'bytes':
      return '';
    case 'boolean':
      return false;
    case 'quantity':
      return '0';
    default:
      return type.scalar.startsWith('int') || type.scalar === 'double' ? 0 : null;
  }
}

function readValue(reader: ProtobufReader, type: Type, wireType: number, name: string, depth: number, before: JsonValue | undefined): JsonValue {
  switch (type.kind) {
    case 'struct':
      expectWire(WIRE_BYTES, wireType, name);
      return readStruct(type, reader.block(), isObject(before) ? before : {}, depth + 1);
    case 'list':
      expectWire(WIRE_BYTES, wireType, name);
      return readWrappedList(reader.block(), type.items, name, depth);
    case 'map': {
      expectWire(WIRE_BYTES, wireType, name);
      const map: JsonObject = {};
      readEntry(reader.block(), type, name, map, depth);
      return map;
    }
    case 'scalar':
      return readScalar(reader, type, wireType, name, depth);
  }
}

function readWrappedList(bytes: Buffer, items: Type, name: string, depth: number): JsonValue[] {
  const reader = new ProtobufReader(bytes);
  const list: JsonValue[] = [];
  while (!reader.done) {
    const { number, wireType } = reader.tag();
    if (number === 1) list.push(readValue(reader, items, wireType, name, depth + 1, undefined));
    else reader.skip(wireType);
  }
  return list;
}

function readScalar(reader: ProtobufReader, type: ScalarType, wireType: number, name: string, depth: number): JsonValue {
  switch (type.scalar) {
    case 'boolean':
      expectWire(WIRE_VARINT, wireType, name);
      return reader.int64() !== 0;
    case 'int32':
      expectWire(WIRE_VARINT, wireType, name);
      return reader.int32();
    case 'int64':
    case 'uint32':
      expectWire(WIRE_VARINT, wireType, name);
      return reader.int64();
    case 'double':
      expectWire(WIRE_FIXED64, wireType, name);
      return reader.double();
    case 'float32':
      expectWire(WIRE_FIXED32, wireType, name);
      return reader.float();
    case 'string':
      expectWire(WIRE_BYTES, wireType, name);
      return reader.block().toString('utf8');
    case 'bytes':
      expectWire(WIRE_BYTES, wireType, name);
      return reader.block().toString('base64');
    default:
      expectWire(WIRE_BYTES, wireType, name);
      return readSpecial(new SpecialMessage(reader.block()), type, depth);
  }
}

/** The fields of a small message by number; of a repeated number all values are kept. */
class SpecialMessage {
  private readonly numbers = new Map<number, number>();
  private readonly blocks = new Map<number, Buffer[]>();

  constructor(bytes: Buffer) {
    const reader = new ProtobufReader(bytes);
    while (!reader.done) {
      const { number, wireType } = reader.tag();
      if (wireType === WIRE_VARINT) this.numbers.set(number, reader.int64());
      else if (wireType === WIRE_BYTES) {
        const list = this.blocks.get(number);
        if (list === undefined) this.blocks.set(number, [reader.block()]);
        else list.push(reader.block());
      } else reader.skip(wireType);
    }
  }

  get isEmpty(): boolean {
    return this.numbers.size === 0 && this.blocks.size === 0;
  }

  number(field: number): number {
    return this.numbers.get(field) ?? 0;
  }

  all(field: number): readonly Buffer[] {
    return this.blocks.get(field) ?? [];
  }

  last(field: number): Buffer | undefined {
    return this.blocks.get(field)?.at(-1);
  }
}

function readSpecial(message: SpecialMessage, type: ScalarType, depth: number): JsonValue {
  switch (type.scalar) {
    case 'quantity':
      return message.last(1)?.toString('utf8') ?? '0';
    case 'intOrString':
      return message.number(1) === 1 ? (message.last(3)?.toString('utf8') ?? '') : message.number(2);
    case 'time':
    case 'microTime':
      return message.isEmpty ? null : formatInstant({ seconds: message.number(1), nanos: message.number(2) }, type.scalar);
    case 'duration':
      return formatDuration(BigInt(message.number(1)));
    default:
      if (type.form !== undefined && type.schema !== undefined) return readSchemaForm(message, type.form, type.schema, depth);
      return readJson(message.last(1));
  }
}

function readJson(bytes: Buffer | undefined): JsonValue {
  if (bytes === undefined) return null;
  try {
    return JSON.parse(bytes.toString('utf8')) as JsonValue;
  } catch (error) {
    throw new ProtobufError(error instanceof Error ? error.message : String(error));
  }
}

function readSchemaForm(message: SpecialMessage, form: NonNullable<ScalarType['form']>, schema: StructType, depth: number): JsonValue {
  const own = message.last(form === 'schemaOrBool' ? 2 : 1);
  if (own !== undefined) return readStruct(schema, own, {}, depth + 1);
  if (form === 'schemaOrBool') return message.number(1) !== 0;
  if (form === 'schemaOrArray') return message.all(2).map((item) => readStruct(schema, item, {}, depth + 1));
  return message.all(2).map((item) => item.toString('utf8'));
}

function expectWire(wanted: number, got: number, name: string): void {
  if (wanted !== got) throw new ProtobufError(`proto: wrong wireType = ${String(got)} for field ${name.charAt(0).toUpperCase()}${name.slice(1)}`);
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
