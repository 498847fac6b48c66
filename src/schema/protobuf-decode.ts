import { layoutOf, writeStruct, zeroOf, type Slot } from './struct-layout.js';
import { MAX_DEPTH } from './json-syntax.js';
import { WIRE_TYPES } from './protobuf-encode.js';
import { ProtobufError, ProtobufReader } from './protobuf-reader.js';
import { SCALAR_READERS } from './protobuf-scalars.js';
import { BYTES } from './protobuf-writer.js';
import { setOwn } from './set-own.js';
import { sortKeys } from './sort-keys.js';
import type { Field, JsonObject, JsonValue, ListType, MapType, ScalarType, StructType, Type } from './type.js';

/**
 * The object of a protobuf message, normalised exactly as one that came in JSON
 * (`decodeObject`). Unknown fields are skipped.
 * @throws ProtobufError with the words of gogo's generated code
 */
export function decodeProtobuf(type: StructType, bytes: Buffer): JsonObject {
  return messageOf(type).read(new ProtobufReader(bytes), 0);
}

/** The values of a message's slots while it is read. */
type Values = (JsonValue | undefined)[];

/** Reads the value at hand; `earlier` is what the field has so far. */
type ValueReader = (reader: ProtobufReader, depth: number, earlier: JsonValue | undefined) => JsonValue;

/** Reads a field's value into the slots. */
interface FieldReader {
  readonly goName: string;
  readonly wireType: number;
  readonly read: (reader: ProtobufReader, depth: number, values: Values) => void;
  /** For lists of numbers, which may also come packed. */
  readonly readPacked?: (reader: ProtobufReader, values: Values) => void;
}

class Message {
  private slots: readonly Slot[] | undefined;
  private fields: ReadonlyMap<number, FieldReader> = new Map();

  constructor(private readonly type: StructType) {}

  /** Made at first use, since structs may hold themselves. */
  private prepare(): readonly Slot[] {
    if (this.slots !== undefined) return this.slots;
    this.slots = layoutOf(this.type);
    this.fields = fieldReaders(this.type, 0);
    return this.slots;
  }

  read(reader: ProtobufReader, depth: number): JsonObject {
    const slots = this.prepare();
    const values: Values = new Array<JsonValue | undefined>(slots.length);
    readFields(reader, depth, this.type.goName, this.fields, values);
    return writeStruct(slots, values);
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

function readFields(reader: ProtobufReader, depth: number, goName: string, fields: ReadonlyMap<number, FieldReader>, values: Values): void {
  // Go has no such limit, but a stack that grows.
  if (depth > MAX_DEPTH) throw new ProtobufError('proto: exceeded max depth');
  while (!reader.atEnd) {
    const tag = reader.tag(goName);
    const wireType = tag & 7;
    const field = fields.get(Math.floor(tag / 8));
    if (field === undefined) reader.skip(wireType);
    else if (wireType === field.wireType) field.read(reader, depth, values);
    else if (wireType === BYTES && field.readPacked !== undefined) field.readPacked(reader, values);
    else throw new ProtobufError(`proto: wrong wireType = ${String(wireType)} for field ${field.goName}`);
  }
}

/** Readers by field number; `offset` is the place of the struct's first slot among those of the outermost one. */
function fieldReaders(type: StructType, offset: number): ReadonlyMap<number, FieldReader> {
  const readers = new Map<number, FieldReader>();
  let index = offset;
  for (const field of type.fields) {
    if (field.inline && field.type.kind === 'struct') {
      if (field.number > 0) readers.set(field.number, embeddedReader(field.type, index));
      index += layoutOf(field.type).length;
    } else {
      if (field.number > 0) readers.set(field.number, fieldReader(field, index));
      index++;
    }
  }
  return readers;
}

/** A message whose fields are the parent's in JSON. */
function embeddedReader(type: StructType, offset: number): FieldReader {
  const fields = fieldReaders(type, offset);
  return {
    goName: type.goName,
    wireType: BYTES,
    read: (reader, depth, values) => {
      const outer = reader.enter();
      readFields(reader, depth + 1, type.goName, fields, values);
      reader.leave(outer);
    },
  };
}

function fieldReader(field: Field, index: number): FieldReader {
  const { type } = field;
  // The Go name isn't known; it differs from this only in abbreviations.
  const goName = field.name.charAt(0).toUpperCase() + field.name.slice(1);
  if (type.kind === 'map') return { goName, wireType: BYTES, read: mapReader(type, index) };
  if (type.kind === 'list' && !type.wrapped) return listReader(goName, type, index);
  const readValue = valueReader(type);
  return {
    goName,
    wireType: wireTypeOf(type),
    read: (reader, depth, values) => {
      values[index] = readValue(reader, depth, values[index]);
    },
  };
}

function wireTypeOf(type: Type): number {
  return type.kind === 'scalar' && type.form === undefined ? (WIRE_TYPES[type.scalar] ?? BYTES) : BYTES;
}

function listReader(goName: string, type: ListType, index: number): FieldReader {
  const readItem = valueReader(type.items);
  const wireType = wireTypeOf(type.items);
  const read: FieldReader['read'] = (reader, depth, values) => {
    const item = readItem(reader, depth, undefined);
    const list = values[index];
    if (Array.isArray(list)) list.push(item);
    else values[index] = [item];
  };
  if (wireType === BYTES) return { goName, wireType, read };
  const readPacked: FieldReader['readPacked'] = (reader, values) => {
    const outer = reader.enter();
    values[index] ??= [];
    while (!reader.atEnd) read(reader, 0, values);
    reader.leave(outer);
  };
  return { goName, wireType, read, readPacked };
}

/** One entry at a time: {key = 1, value = 2}, whose wire types Go doesn't look at. */
function mapReader(type: MapType, index: number): FieldReader['read'] {
  const readValue = valueReader(type.values);
  return (reader, depth, values) => {
    const outer = reader.enter();
    let key = '';
    let value: JsonValue | undefined;
    while (!reader.atEnd) {
      const tag = reader.tag('MapEntry');
      if (tag >> 3 === 1) key = reader.text();
      else if (tag >> 3 === 2) value = readValue(reader, depth + 1, undefined);
      else reader.skip(tag & 7);
    }
    reader.leave(outer);
    values[index] = addEntry(values[index], key, value ?? zeroOf(type.values));
  };
}

/** Entries come sorted from Go; where they don't, the map is sorted again. */
function addEntry(map: JsonValue | undefined, key: string, value: JsonValue): JsonObject {
  const object = (map ?? {}) as JsonObject;
  let last = '';
  for (const present in object) last = present;
  setOwn<JsonValue | undefined>(object, key, value);
  return last > key ? sortKeys(object) : object;
}

function valueReader(type: Type): ValueReader {
  switch (type.kind) {
    case 'struct': {
      const message = messageOf(type);
      return (reader, depth) => {
        const outer = reader.enter();
        const object = message.read(reader, depth + 1);
        reader.leave(outer);
        return object;
      };
    }
    case 'list':
      return wrappedReader(type);
    case 'map':
      throw new Error('protobuf has no map of maps');
    case 'scalar':
      return type.form === undefined ? SCALAR_READERS[type.scalar] : schemaFormReader(type);
  }
}

/** A list in a message of its own. */
function wrappedReader(type: ListType): ValueReader {
  const fields = new Map([[1, listReader('Items', type, 0)]]);
  return (reader, depth, earlier) => {
    const values: Values = [earlier ?? []];
    const outer = reader.enter();
    readFields(reader, depth + 1, 'Items', fields, values);
    reader.leave(outer);
    return values[0] ?? [];
  };
}

/** The messages of CustomResourceDefinitions' three mixed fields (see `SchemaForm`). */
function schemaFormReader(type: ScalarType): ValueReader {
  let fields: ReadonlyMap<number, FieldReader> | undefined;
  return (reader, depth) => {
    // Made at first use: the schema holds such fields itself.
    fields ??= schemaFormFields(type);
    const values: Values = [];
    const outer = reader.enter();
    readFields(reader, depth + 1, 'JSONSchemaPropsOr', fields, values);
    reader.leave(outer);
    const [schema, other] = values;
    if (type.form === 'schemaOrBool') return schema ?? other === true;
    return other ?? schema ?? null;
  };
}

/** The schema in slot 0, what else there may be in slot 1. */
function schemaFormFields(type: ScalarType): ReadonlyMap<number, FieldReader> {
  const schema: Type = type.schema ?? { kind: 'scalar', scalar: 'json' };
  const isBool = type.form === 'schemaOrBool';
  const other: Type = isBool
    ? { kind: 'scalar', scalar: 'boolean' }
    : { kind: 'list', items: type.form === 'schemaOrArray' ? schema : { kind: 'scalar', scalar: 'string' } };
  return new Map([
    [isBool ? 2 : 1, fieldReader(bareField('schema', schema), 0)],
    [isBool ? 1 : 2, fieldReader(bareField(isBool ? 'allows' : 'items', other), 1)],
  ]);
}

function bareField(name: string, type: Type): Field {
  return { name, number: 0, type, pointer: false, required: false, omit: 'empty' };
}
