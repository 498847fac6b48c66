export { decodeProtobuf } from './protobuf-decode.js';
export { encodeProtobuf } from './protobuf-encode.js';
export { encodeWatchEvent, envelopeAround, frameMessage, unwrapUnknown, wrapUnknown, type Unknown } from './protobuf-envelope.js';
export { ProtobufError } from './protobuf-reader.js';
