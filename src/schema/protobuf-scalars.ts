import { formatDuration } from '../apimachinery/duration.js';
import { canonicalQuantity } from '../apimachinery/quantity.js';
import { formatInstant, isZeroTime, type TimeLayout } from '../apimachinery/time.js';
import { parseJson } from './json.js';
import { ProtobufError, type ProtobufReader } from './protobuf-reader.js';
import { BYTES, VARINT } from './protobuf-writer.js';
import type { JsonValue, ScalarName } from './type.js';

/** Reads the value of a scalar in its JSON form. */
type ScalarReader = (reader: ProtobufReader) => JsonValue;

/** What scalars are in protobuf: numbers, texts, or small messages. */
export const SCALAR_READERS: Readonly<Record<ScalarName, ScalarReader>> = {
  string: (reader) => reader.text(),
  boolean: (reader) => reader.boolean(),
  int32: (reader) => reader.int32(),
  int64: (reader) => reader.int64(),
  uint32: (reader) => reader.uint32(),
  float32: (reader) => reader.float(),
  double: (reader) => reader.double(),
  bytes: (reader) => reader.bytes().toString('base64'),
  quantity: readQuantity,
  intOrString: readIntOrString,
  time: (reader) => readTime(reader, 'time'),
  microTime: (reader) => readTime(reader, 'microTime'),
  duration: readDuration,
  rawExtension: readRaw,
  fieldsV1: readRaw,
  json: readRaw,
};

/** Reads a small message; `onField` reads the field if it knows it. */
function readSmall(reader: ProtobufReader, goName: string, onField: (number: number, wireType: number) => boolean): void {
  const outer = reader.enter();
  while (!reader.atEnd) {
    const tag = reader.tag(goName);
    if (!onField(Math.floor(tag / 8), tag & 7)) reader.skip(tag & 7);
  }
  reader.leave(outer);
}

function expectWire(wireType: number, wanted: number, field: string): void {
  if (wireType !== wanted) throw new ProtobufError(`proto: wrong wireType = ${String(wireType)} for field ${field}`);
}

/** What another parser says of a text in the message. */
function translate<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new ProtobufError(error instanceof Error ? error.message : String(error));
  }
}

function readQuantity(reader: ProtobufReader): JsonValue {
  let text: string | undefined;
  readSmall(reader, 'Quantity', (number, wireType) => {
    if (number !== 1) return false;
    expectWire(wireType, BYTES, 'String_');
    text = reader.text();
    return true;
  });
  return text === undefined ? '0' : translate(() => canonicalQuantity(text ?? ''));
}

function readIntOrString(reader: ProtobufReader): JsonValue {
  let kind = 0;
  let int = 0;
  let text = '';
  readSmall(reader, 'IntOrString', (number, wireType) => {
    if (number === 1) {
      expectWire(wireType, VARINT, 'Type');
      kind = reader.int64();
    } else if (number === 2) {
      expectWire(wireType, VARINT, 'IntVal');
      int = reader.int32();
    } else if (number === 3) {
      expectWire(wireType, BYTES, 'StrVal');
      text = reader.text();
    } else return false;
    return true;
  });
  if (kind === 0) return int;
  if (kind === 1) return text;
  throw new ProtobufError('impossible IntOrString.Type');
}

/** Beyond these seconds JavaScript has no dates. */
const MAX_SECONDS = 8.64e12;

/** {seconds = 1, nanos = 2}; an empty message is Go's zero time. */
function readTime(reader: ProtobufReader, layout: TimeLayout): JsonValue {
  let seconds: number | undefined;
  let nanos = 0;
  readSmall(reader, 'Timestamp', (number, wireType) => {
    if (number > 2) return false;
    seconds ??= 0;
    expectWire(wireType, VARINT, number === 1 ? 'Seconds' : 'Nanos');
    if (number === 1) seconds = reader.int64();
    else nanos = reader.int32();
    return true;
  });
  if (seconds === undefined) return null;
  const micros = layout === 'time' ? 0 : Math.trunc(nanos / 1000);
  const carried = Math.floor(micros / 1_000_000);
  const instant = { seconds: seconds + carried, nanos: (micros - carried * 1_000_000) * 1000 };
  if (Math.abs(instant.seconds) > MAX_SECONDS) throw new ProtobufError('proto: time out of range');
  return isZeroTime(instant) ? null : formatInstant(instant, layout);
}

function readDuration(reader: ProtobufReader): JsonValue {
  let nanoseconds = 0n;
  readSmall(reader, 'Duration', (number, wireType) => {
    if (number !== 1) return false;
    expectWire(wireType, VARINT, 'Duration');
    nanoseconds = reader.bigint();
    return true;
  });
  return formatDuration(nanoseconds);
}

/** {raw = 1}, which holds JSON. */
function readRaw(reader: ProtobufReader): JsonValue {
  let raw: Buffer | undefined;
  readSmall(reader, 'RawExtension', (number, wireType) => {
    if (number !== 1) return false;
    expectWire(wireType, BYTES, 'Raw');
    raw = reader.bytes();
    return true;
  });
  if (raw === undefined || raw.length === 0) return null;
  const json = raw;
  return translate(() => parseJson(json).value);
}
