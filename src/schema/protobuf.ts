import { ProtobufError, ProtobufReader, WIRE_BYTES } from './protobuf-reader.js';
import { ProtobufWriter } from './protobuf-writer.js';

export { decodeProtobuf } from './protobuf-decode.js';
export { encodeProtobuf } from './protobuf-encode.js';
export { ProtobufError } from './protobuf-reader.js';

/** What a body in Kubernetes' protobuf says of itself, and the message inside (runtime.Unknown). */
export interface Unknown {
  readonly apiVersion: string;
  readonly kind: string;
  readonly raw: Buffer;
}

/** Every body begins with these four bytes. */
const MAGIC = Buffer.from('k8s\0');

/** Puts a message into the envelope. */
export function wrapUnknown(unknown: Unknown): Buffer {
  const writer = new ProtobufWriter();
  writer.tag(1, 2);
  writer.message(() => {
    writer.tag(1, 2);
    writer.string(unknown.apiVersion);
    writer.tag(2, 2);
    writer.string(unknown.kind);
  });
  writer.tag(2, 2);
  writer.bytes(unknown.raw);
  // contentEncoding and contentType, empty.
  writer.tag(3, 2);
  writer.string('');
  writer.tag(4, 2);
  writer.string('');
  return Buffer.concat([MAGIC, writer.finish()]);
}

/** Takes a message out of the envelope. Throws ProtobufError. */
export function unwrapUnknown(bytes: Buffer): Unknown {
  if (bytes.length === 0) throw new ProtobufError('empty data');
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw new ProtobufError(`provided data does not appear to be a protobuf message, expected prefix [${[...MAGIC].join(' ')}]`);
  }
  const reader = new ProtobufReader(bytes, MAGIC.length);
  let apiVersion = '';
  let kind = '';
  let raw: Buffer = Buffer.alloc(0);
  while (!reader.done) {
    const { number, wireType } = reader.tag();
    if (wireType !== WIRE_BYTES) {
      reader.skip(wireType);
      continue;
    }
    const block = reader.block();
    if (number === 1) ({ apiVersion, kind } = typeMeta(block));
    else if (number === 2) raw = block;
  }
  return { apiVersion, kind, raw };
}

function typeMeta(bytes: Buffer): { apiVersion: string; kind: string } {
  const reader = new ProtobufReader(bytes);
  const found = { apiVersion: '', kind: '' };
  while (!reader.done) {
    const { number, wireType } = reader.tag();
    if (wireType !== WIRE_BYTES || number > 2) reader.skip(wireType);
    else found[number === 1 ? 'apiVersion' : 'kind'] = reader.block().toString('utf8');
  }
  return found;
}
