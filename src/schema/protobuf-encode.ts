import { parseDuration } from '../apimachinery/duration.js';
import { parseInstant, type TimeLayout } from '../apimachinery/time.js';
import { printJson } from './json.js';
import { BYTES, FIXED32, FIXED64, ProtobufWriter, VARINT } from './protobuf-writer.js';
import { compareKeys } from './sort-keys.js';
import type { Field, JsonObject, JsonValue, ListType, MapType, ScalarName, ScalarType, StructType, Type } from './type.js';

/**
 * The protobuf message of an object, byte for byte as Go's generated code writes
 * it (gogo/protobuf): fields in the order of their numbers, plain scalars and
 * structs also when they are zero, pointers, lists and maps only when they are
 * there, map entries by key. Kind and apiVersion have no place in it (see
 * `wrapUnknown`).
 */
export function encodeProtobuf(type: StructType, object: JsonObject): Buffer {
  writer.reset();
  messageOf(type).write(object);
  return writer.take();
}

/** Encoding is synchronous, so one buffer serves all. */
const writer = new ProtobufWriter();

/** Writes one field of a message, tag included; undefined and null are nil or zero. */
type FieldEncoder = (value: JsonValue | undefined) => void;

interface EncodedField {
  /** Undefined for an embedded struct, whose fields are in the same object. */
  readonly name: string | undefined;
  readonly encode: FieldEncoder;
}

class Message {
  private fields: readonly EncodedField[] | undefined;

  constructor(private readonly type: StructType) {}

  write(object: JsonObject): void {
    for (const { name, encode } of (this.fields ??= this.prepare())) encode(name === undefined ? object : object[name]);
  }

  /** Highest number first, since messages are written backwards. Made at first use, since structs may hold themselves. */
  private prepare(): readonly EncodedField[] {
    return this.type.fields
      .filter((field) => field.number > 0)
      .sort((a, b) => b.number - a.number)
      .map((field) => ({ name: field.inline ? undefined : field.name, encode: fieldEncoder(field) }));
  }
}

const messages = new WeakMap<StructType, Message>();

function messageOf(type: StructType): Message {
  let message = messages.get(type);
  if (message === undefined) {
    message = new Message(type);
    messages.set(type, message);
  }
  return message;
}

function fieldEncoder({ number, type, pointer }: Field): FieldEncoder {
  if (type.kind === 'map') return mapEncoder(number, type);
  if (type.kind === 'list') return type.wrapped ? unlessNil(wrappedEncoder(number, type)) : listEncoder(number, type);
  const encode = valueEncoder(number, type);
  // Slices of bytes may be nil without being pointers.
  return pointer || (type.kind === 'scalar' && type.scalar === 'bytes') ? unlessNil(encode) : encode;
}

function unlessNil(encode: FieldEncoder): FieldEncoder {
  return (value) => {
    if (value !== undefined && value !== null) encode(value);
  };
}

/** Writes a single value with its tag; nil is the zero value. */
function valueEncoder(number: number, type: Type): FieldEncoder {
  switch (type.kind) {
    case 'struct':
      return structEncoder(number, type);
    case 'list':
      return wrappedEncoder(number, type);
    case 'map':
      throw new Error('protobuf has no map of maps');
    case 'scalar':
      return type.form === undefined ? scalarEncoder(number, type.scalar) : schemaFormEncoder(number, type);
  }
}

function structEncoder(number: number, type: StructType): FieldEncoder {
  const message = messageOf(type);
  return (value) => {
    const before = writer.length;
    message.write(isObject(value) ? value : EMPTY);
    writer.header(number, before);
  };
}

const EMPTY: JsonObject = {};

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function listEncoder(number: number, type: ListType): FieldEncoder {
  const encode = valueEncoder(number, type.items);
  return (value) => {
    if (!Array.isArray(value)) return;
    for (let i = value.length - 1; i >= 0; i--) encode(value[i]);
  };
}

/** A list in a message of its own. */
function wrappedEncoder(number: number, type: ListType): FieldEncoder {
  const items = listEncoder(1, type);
  return (value) => {
    const before = writer.length;
    items(value);
    writer.header(number, before);
  };
}

function mapEncoder(number: number, type: MapType): FieldEncoder {
  const encode = valueEncoder(2, type.values);
  const mayBeNil = type.values.kind === 'scalar' && type.values.scalar === 'bytes';
  return (value) => {
    if (!isObject(value)) return;
    const keys = Object.keys(value);
    if (keys.length > 1) keys.sort(compareKeys);
    for (let i = keys.length - 1; i >= 0; i--) {
      const key = keys[i] as string;
      const item = value[key];
      if (item === undefined) continue;
      const before = writer.length;
      if (!mayBeNil || item !== null) encode(item);
      textField(1, key);
      writer.header(number, before);
    }
  };
}

function textField(number: number, text: string): void {
  const before = writer.length;
  writer.text(text);
  writer.header(number, before);
}

function integerField(number: number, value: number): void {
  writer.int(value);
  writer.tag(number, VARINT);
}

function scalarEncoder(number: number, scalar: ScalarName): FieldEncoder {
  const write = SCALARS[scalar];
  const wireType = WIRE_TYPES[scalar] ?? BYTES;
  if (wireType === BYTES) {
    return (value) => {
      const before = writer.length;
      write(value);
      writer.header(number, before);
    };
  }
  return (value) => {
    write(value);
    writer.tag(number, wireType);
  };
}

/** Of the scalars that aren't length-delimited. */
export const WIRE_TYPES: Readonly<Partial<Record<ScalarName, number>>> = {
  boolean: VARINT,
  int32: VARINT,
  int64: VARINT,
  uint32: VARINT,
  float32: FIXED32,
  double: FIXED64,
};

function writeInteger(value: JsonValue | undefined): void {
  writer.int(typeof value === 'number' ? value : 0);
}

/** {seconds = 1, nanos = 2}; nothing for Go's zero time. */
function timeWriter(layout: TimeLayout): FieldEncoder {
  return (value) => {
    if (typeof value !== 'string') return;
    const { seconds, nanos } = parseInstant(value, layout);
    integerField(2, layout === 'time' ? 0 : Math.floor(nanos / 1000) * 1000);
    integerField(1, seconds);
  };
}

/** {raw = 1}: the JSON text; nothing for nil. */
function writeRaw(value: JsonValue | undefined): void {
  if (value !== undefined && value !== null) textField(1, printJson(value));
}

/** Writes a value without tag and length. */
const SCALARS: Readonly<Record<ScalarName, FieldEncoder>> = {
  string: (value) => {
    if (typeof value === 'string') writer.text(value);
  },
  boolean: (value) => {
    writer.boolean(value === true);
  },
  int32: writeInteger,
  int64: writeInteger,
  uint32: writeInteger,
  float32: (value) => {
    writer.float(typeof value === 'number' ? value : 0);
  },
  double: (value) => {
    writer.double(typeof value === 'number' ? value : 0);
  },
  bytes: (value) => {
    if (typeof value === 'string') writer.bytes(Buffer.from(value, 'base64'));
  },
  // {string = 1}
  quantity: (value) => {
    textField(1, typeof value === 'string' ? value : '0');
  },
  // {type = 1, intVal = 2, strVal = 3}
  intOrString: (value) => {
    const isText = typeof value === 'string';
    textField(3, isText ? value : '');
    integerField(2, typeof value === 'number' ? value : 0);
    integerField(1, isText ? 1 : 0);
  },
  time: timeWriter('time'),
  microTime: timeWriter('microTime'),
  // {duration = 1}
  duration: (value) => {
    writer.bigint(typeof value === 'string' ? parseDuration(value) : 0n);
    writer.tag(1, VARINT);
  },
  rawExtension: writeRaw,
  fieldsV1: writeRaw,
  json: writeRaw,
};

/** The messages of CustomResourceDefinitions' three mixed fields (see `SchemaForm`). */
function schemaFormEncoder(number: number, type: ScalarType): FieldEncoder {
  const isBool = type.form === 'schemaOrBool';
  const schemaNumber = isBool ? 2 : 1;
  let encodeItems: FieldEncoder | undefined;
  return (value) => {
    const { schema } = type;
    const before = writer.length;
    if (Array.isArray(value)) {
      encodeItems ??= listEncoder(2, {
        kind: 'list',
        items: type.form === 'schemaOrArray' && schema !== undefined ? schema : { kind: 'scalar', scalar: 'string' },
      });
      encodeItems(value);
    }
    if (isObject(value) && schema !== undefined) structEncoder(schemaNumber, schema)(value);
    if (isBool) {
      writer.boolean(value !== false);
      writer.tag(1, VARINT);
    }
    writer.header(number, before);
  };
}
