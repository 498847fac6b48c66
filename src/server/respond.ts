import type { FastifyReply } from 'fastify';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gzip, type InputType, type ZlibOptions } from 'node:zlib';
import { goJson } from '../apimachinery/field-error.js';
import { sentHeader } from '../apimachinery/header-text.js';
import { plainError, statusBody, StatusError, type Status } from '../apimachinery/status.js';
import type { JsonObject } from '../schema/type.js';
import { CONTENT_TYPES, type Output } from './output.js';
import { inChunks, lengthOf } from './pieces.js';

/** Answers smaller than this are never compressed, as on the real server. Bytes. */
const GZIP_MINIMUM = 128 * 1024;

const compress = promisify<InputType, ZlibOptions, Buffer>(gzip);

/** Larger bodies that consist of pieces are sent in parts of this size. Bytes. */
const CHUNK = 256 * 1024;

function wantsGzip(length: number, acceptEncoding: string | undefined): boolean {
  return length >= GZIP_MINIMUM && acceptEncoding !== undefined && /\bgzip\b/.test(acceptEncoding);
}

/** Sends a whole body. `acceptEncoding` is the request's header. */
export async function sendBytes(
  reply: FastifyReply,
  status: number,
  contentType: string,
  body: Buffer,
  acceptEncoding: string | undefined,
): Promise<void> {
  reply.code(status);
  reply.header('content-type', contentType);
  if (wantsGzip(body.length, acceptEncoding)) {
    reply.header('content-encoding', 'gzip');
    reply.header('vary', 'Accept-Encoding');
    await reply.send(await compress(body, { level: 1 }));
    return;
  }
  await reply.send(body);
}

/** Sends a body that is made of many pieces, which may be kept ones: nothing is written into them. */
export async function sendPieces(
  reply: FastifyReply,
  contentType: string,
  pieces: readonly Buffer[],
  acceptEncoding: string | undefined,
): Promise<void> {
  const length = lengthOf(pieces);
  if (length <= CHUNK || wantsGzip(length, acceptEncoding)) {
    await sendBytes(reply, 200, contentType, Buffer.concat(pieces, length), acceptEncoding);
    return;
  }
  reply.code(200);
  reply.header('content-type', contentType);
  reply.header('content-length', length);
  // Joined while the client already reads what came before.
  await reply.send(Readable.from(inChunks(pieces, length, CHUNK), { objectMode: false, highWaterMark: CHUNK }));
}

/** Sends a JSON value in the negotiated format: see encodeValue. */
export async function sendValue(
  reply: FastifyReply,
  status: number,
  value: object,
  output: Output,
  acceptEncoding: string | undefined,
): Promise<void> {
  reply.request.kube.audit?.answered(value);
  await sendBytes(reply, status, CONTENT_TYPES[output.format], await encodeValue(value, output), acceptEncoding);
}

/** A JSON value in JSON (with a newline, as Go's encoder ends) or YAML; an object of metav1 or of discovery in protobuf as well. */
export async function encodeValue(value: object, output: Pick<Output, 'format' | 'pretty'>): Promise<Buffer> {
  if (output.format === 'protobuf') {
    const { metaProtobuf } = await import('./meta-protobuf.js');
    return metaProtobuf(value as JsonObject);
  }
  if (output.format === 'yaml') {
    const { printYaml, YamlError } = await import('../schema/yaml.js');
    try {
      return Buffer.from(printYaml(value as never));
    } catch (error) {
      if (error instanceof YamlError) throw plainError(500, error.message);
      throw error;
    }
  }
  return Buffer.from(output.pretty ? goJson(value, 2) : `${goJson(value)}\n`);
}

/** Sends a failure as metav1.Status. */
export async function sendStatus(reply: FastifyReply, status: Status, output: Output): Promise<void> {
  if (status.details?.retryAfterSeconds !== undefined && status.details.retryAfterSeconds > 0)
    reply.header('retry-after', String(status.details.retryAfterSeconds));
  const body = statusBody(status);
  try {
    await sendValue(reply, status.code, body, output, undefined);
  } catch (error) {
    // What can't be told in this format is told as that.
    if (!(error instanceof StatusError)) throw error;
    await sendValue(reply, error.status.code, statusBody(error.status), output, undefined);
  }
}

/** RFC 7234 Warning headers as the real server writes them: `299 - "text"`. */
export function warningHeaders(texts: readonly string[]): string[] {
  return texts.map((text) => `299 - ${quoteWarning(text)}`);
}

function quoteWarning(text: string): string {
  const plain = [...text].filter((c) => c >= ' ' && c !== '\x7f').join('');
  return sentHeader(`"${plain.replace(/["\\]/g, '\\$&')}"`);
}
