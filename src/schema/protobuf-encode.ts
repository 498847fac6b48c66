import { parseDuration } from '../apimachinery/duration.js';
import { parseInstant } from '../apimachinery/time.js';
import { ProtobufWriter } from './protobuf-writer.js';
import type { Field, JsonObject, JsonValue, MapType, ScalarType, StructType, Type } from './type.js';

/**
 * The protobuf message of an object, byte for byte as Go's generated code writes
 * it (gogo/protobuf): fields in the order of their numbers, plain scalars and
 * structs also when they are zero, pointers, lists and maps only when they are
 * there, map entries by key.
 */
export function encodeProtobuf(type: StructType, object: JsonObject): Buffer {
  const writer = new ProtobufWriter();
  writeStruct(writer, type, object);
  return writer.finish();
}

const PLANS = new WeakMap<StructType, readonly Field[]>();

function planOf(type: StructType): readonly Field[] {
  let fields = PLANS.get(type);
  if (fields === undefined) {
    fields = type.fields.filter(({ number }) => number > 0).sort((a, b) => a.number - b.number);
    PLANS.set(type, fields);
  }
  return fields;
}

function writeStruct(writer: ProtobufWriter, type: StructType, object: JsonObject): void {
  for (const field of planOf(type)) {
    const value = field.inline === true ? object : object[field.name];
    writeField(writer, field, value);
  }
}

function writeField(writer: ProtobufWriter, field: Field, value: JsonValue | undefined): void {
  const { type, number } = field;
  if (type.kind === 'list' && type.wrapped !== true) {
    if (Array.isArray(value)) for (const item of value) writeTagged(writer, number, type.items, item);
    return;
  }
  if (type.kind === 'map') {
    if (isObject(value)) writeMap(writer, number, type, value);
    return;
  }
  if (value === undefined || value === null) {
    // Go's nil pointers, slices and bytes have no form; zero values of everything else do.
    if (field.pointer || type.kind === 'list' || (type.kind === 'scalar' && type.scalar === 'bytes')) return;
    writeTagged(writer, number, type, undefined);
    return;
  }
  writeTagged(writer, number, type, value);
}

/** Entries are messages of key 1 and value 2, in the order of their keys' bytes. */
function writeMap(writer: ProtobufWriter, number: number, type: MapType, value: JsonObject): void {
  for (const key of Object.keys(value).sort()) {
    writer.tag(number, 2);
    writer.message(() => {
      writer.tag(1, 2);
      writer.string(key);
      writeTagged(writer, 2, type.values, value[key]);
    });
  }
}

function writeTagged(writer: ProtobufWriter, number: number, type: Type, value: JsonValue | undefined): void {
  switch (type.kind) {
    case 'struct':
      writer.tag(number, 2);
      writer.message(() => {
        writeStruct(writer, type, isObject(value) ? value : {});
      });
      return;
    case 'list':
      // A named list type is a message around the repeated field 1.
      writer.tag(number, 2);
      writer.message(() => {
        if (Array.isArray(value)) for (const item of value) writeTagged(writer, 1, type.items, item);
      });
      return;
    case 'map':
      writer.tag(number, 2);
      writer.message(() => {
        if (isObject(value)) writeMap(writer, 1, type, value);
      });
      return;
    case 'scalar':
      writeScalar(writer, number, type, value ?? undefined);
  }
}

function writeScalar(writer: ProtobufWriter, number: number, type: ScalarType, value: JsonValue | undefined): void {
  switch (type.scalar) {
    case 'string':
      writer.tag(number, 2);
      writer.string(typeof value === 'string' ? value : '');
      return;
    case 'boolean':
      writer.tag(number, 0);
      writer.unsigned(value === true ? 1 : 0);
      return;
    case 'int32':
    case 'int64':
    case 'uint32':
      writer.tag(number, 0);
      writer.signed(typeof value === 'number' ? Math.trunc(value) : 0);
      return;
    case 'double':
      writer.tag(number, 1);
      writer.double(typeof value === 'number' ? value : 0);
      return;
    case 'float32':
      writer.tag(number, 5);
      writer.float(typeof value === 'number' ? value : 0);
      return;
    case 'bytes':
      writer.tag(number, 2);
      writer.bytes(Buffer.from(typeof value === 'string' ? value : '', 'base64'));
      return;
    default:
      writer.tag(number, 2);
      writer.message(() => {
        writeSpecial(writer, type, value);
      });
  }
}

/** Types that are strings, numbers or anything in JSON, and messages here. */
function writeSpecial(writer: ProtobufWriter, type: ScalarType, value: JsonValue | undefined): void {
  switch (type.scalar) {
    case 'quantity':
      writer.tag(1, 2);
      writer.string(value === undefined ? '0' : String(value));
      return;
    case 'intOrString':
      writer.tag(1, 0);
      writer.unsigned(typeof value === 'string' ? 1 : 0);
      writer.tag(2, 0);
      writer.signed(typeof value === 'number' ? value : 0);
      writer.tag(3, 2);
      writer.string(typeof value === 'string' ? value : '');
      return;
    case 'time':
    case 'microTime':
      writeTime(writer, type.scalar, value);
      return;
    case 'duration':
      writer.tag(1, 0);
      writer.signed(typeof value === 'string' ? parseDuration(value) : 0);
      return;
    default:
      if (type.form !== undefined && type.schema !== undefined) writeSchemaForm(writer, type.form, type.schema, value);
      else if (value !== undefined) {
        writer.tag(1, 2);
        writer.string(JSON.stringify(value));
      }
  }
}

/** Seconds and nanoseconds; the zero time is an empty message. */
function writeTime(writer: ProtobufWriter, layout: 'time' | 'microTime', value: JsonValue | undefined): void {
  if (typeof value !== 'string' || value === '') return;
  const { seconds, nanos } = parseInstant(value, layout);
  writer.tag(1, 0);
  writer.signed(seconds);
  writer.tag(2, 0);
  writer.signed(layout === 'time' ? 0 : nanos);
}

function writeSchemaForm(writer: ProtobufWriter, form: NonNullable<ScalarType['form']>, schema: StructType, value: JsonValue | undefined): void {
  if (form === 'schemaOrBool') {
    writer.tag(1, 0);
    writer.unsigned(value === true || isObject(value) ? 1 : 0);
    if (isObject(value)) writeTagged(writer, 2, schema, value);
    return;
  }
  if (isObject(value)) writeTagged(writer, 1, schema, value);
  else if (Array.isArray(value)) {
    for (const item of value) {
      if (form === 'schemaOrArray') writeTagged(writer, 2, schema, item);
      else {
        writer.tag(2, 2);
        writer.string(String(item));
      }
    }
  }
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
