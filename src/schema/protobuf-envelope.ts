import { ProtobufError, ProtobufReader } from './protobuf-reader.js';
import { BYTES, ProtobufWriter } from './protobuf-writer.js';

/** What tells a Kubernetes protobuf body from others: `k8s` and a byte for the style. */
const PREFIX = Buffer.from([0x6b, 0x38, 0x73, 0x00]);

/** An object with its kind, as bodies carry it (runtime.Unknown). */
export interface Unknown {
  readonly apiVersion: string;
  readonly kind: string;
  readonly raw: Buffer;
}

const writer = new ProtobufWriter();

function text(number: number, value: string): void {
  const before = writer.length;
  writer.text(value);
  writer.header(number, before);
}

/** Puts a message into the envelope that names its kind. */
export function wrapUnknown(unknown: Unknown): Buffer {
  const [head, tail] = envelopeAround(unknown, unknown.raw.length);
  return Buffer.concat([head, unknown.raw, tail]);
}

/** What the envelope has before and after a message of `length` bytes. */
export function envelopeAround({ apiVersion, kind }: Omit<Unknown, 'raw'>, length: number): [head: Buffer, tail: Buffer] {
  writer.reset();
  text(4, '');
  text(3, '');
  const tail = writer.take();
  writer.reset();
  writer.header(2, writer.length - length);
  const before = writer.length;
  text(2, kind);
  text(1, apiVersion);
  writer.header(1, before);
  writer.bytes(PREFIX);
  return [writer.take(), tail];
}

/**
 * Opens the envelope of a body. The raw message is a part of `bytes`, not a copy.
 * @throws ProtobufError with the words of the real server's serializer
 */
export function unwrapUnknown(bytes: Buffer): Unknown {
  if (bytes.length === 0) throw new ProtobufError('empty data');
  if (!bytes.subarray(0, PREFIX.length).equals(PREFIX))
    throw new ProtobufError(`provided data does not appear to be a protobuf message, expected prefix [${PREFIX.join(' ')}]`);
  if (bytes.length === PREFIX.length) throw new ProtobufError('empty body');
  const reader = new ProtobufReader(bytes, PREFIX.length);
  const meta = { apiVersion: '', kind: '' };
  let raw: Buffer = bytes.subarray(0, 0);
  while (!reader.atEnd) {
    const tag = reader.tag('Unknown');
    const number = Math.floor(tag / 8);
    const wireType = tag & 7;
    if (number > 4) {
      reader.skip(wireType);
      continue;
    }
    if (wireType !== BYTES) throw new ProtobufError(`proto: wrong wireType = ${String(wireType)} for field ${FIELDS[number - 1] ?? ''}`);
    if (number === 1) readTypeMeta(reader, meta);
    else if (number === 2) raw = reader.bytes();
    else reader.bytes();
  }
  return { ...meta, raw };
}

const FIELDS = ['TypeMeta', 'Raw', 'ContentEncoding', 'ContentType'];

function readTypeMeta(reader: ProtobufReader, meta: { apiVersion: string; kind: string }): void {
  const outer = reader.enter();
  while (!reader.atEnd) {
    const tag = reader.tag('TypeMeta');
    const number = Math.floor(tag / 8);
    const wireType = tag & 7;
    if (number > 2) {
      reader.skip(wireType);
      continue;
    }
    const field = number === 1 ? 'apiVersion' : 'kind';
    if (wireType !== BYTES)
      throw new ProtobufError(`proto: wrong wireType = ${String(wireType)} for field ${field === 'kind' ? 'Kind' : 'APIVersion'}`);
    meta[field] = reader.text();
  }
  reader.leave(outer);
}

/** A metav1.WatchEvent message; `object` is the enveloped object. */
export function encodeWatchEvent(type: string, object: Buffer): Buffer {
  writer.reset();
  writer.bytes(object);
  writer.header(1, writer.length - object.length);
  writer.header(2, 0);
  text(1, type);
  return writer.take();
}

/** One frame of a stream of messages: four bytes of length, big-endian, and the message (Go: util/framer). */
export function frameMessage(message: Buffer): Buffer {
  const frame = Buffer.allocUnsafe(message.length + 4);
  frame.writeUInt32BE(message.length, 0);
  message.copy(frame, 4);
  return frame;
}
