import { connect, createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import type { Duplex } from 'node:stream';
import { ProtobufReader } from '../../schema/protobuf-reader.js';
import { BYTES, ProtobufWriter, VARINT } from '../../schema/protobuf-writer.js';

/**
 * The health protocol of gRPC (grpc.health.v1.Health, docs: grpc.io/docs/guides/health-checking),
 * over HTTP/2 without TLS: what a `grpc` probe asks.
 */
const CHECK = '/grpc.health.v1.Health/Check';

/** Of HealthCheckResponse.ServingStatus. */
export const SERVING = 1;
export const NOT_SERVING = 2;
const STATUS_NAMES = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'] as const;

/** Codes of gRPC that occur here. */
const OK = 0;
const NOT_FOUND = 5;
const UNIMPLEMENTED = 12;
const UNAVAILABLE = 14;
const CODE_NAMES: Readonly<Record<number, string>> = { [NOT_FOUND]: 'NotFound', [UNAVAILABLE]: 'Unavailable' };

/** A message, its length (4 bytes) and whether it is compressed before it. */
const PREFIX = 5;
/** Bytes that a request or an answer may have. */
const MAX_MESSAGE = 64 * 1024;

/** How a service does; undefined if there is none of that name. */
export type HealthOf = (service: string) => Health | Promise<Health>;
type Health = typeof SERVING | typeof NOT_SERVING | undefined;

const HANDLERS = new WeakMap<object, HealthOf>();
let shared: Http2Server | undefined;

/** Gives a connection to a gRPC server whose one service is health. */
export function acceptGrpcHealth(connection: Duplex, healthOf: HealthOf): void {
  shared ??= createServer()
    .on('session', (session) => {
      session.on('error', () => undefined);
    })
    .on('stream', (stream, { ':path': path }) => {
      stream.on('error', () => undefined);
      void serve(stream, String(path), stream.session === undefined ? undefined : HANDLERS.get(stream.session));
    });
  // The session begins while the event is told, or never.
  const note = (session: object): void => {
    HANDLERS.set(session, healthOf);
  };
  shared.once('session', note);
  shared.emit('connection', connection);
  shared.off('session', note);
}

/** Answers one call; never rejects. */
async function serve(stream: ServerHttp2Stream, path: string, healthOf: HealthOf | undefined): Promise<void> {
  try {
    const message = await messageOf(stream);
    if (!stream.destroyed) await answer(stream, path, message, healthOf);
  } catch {
    // The server's process has ended meanwhile, or the message is none.
    stream.destroy();
  }
}

async function answer(stream: ServerHttp2Stream, path: string, message: Buffer, healthOf: HealthOf | undefined): Promise<void> {
  const headers = { ':status': 200, 'content-type': 'application/grpc' };
  const fail = (code: number, text: string): void => {
    stream.respond({ ...headers, 'grpc-status': String(code), 'grpc-message': text }, { endStream: true });
  };
  if (path !== CHECK || healthOf === undefined) {
    fail(UNIMPLEMENTED, `unknown service ${path.split('/')[1] ?? ''}`);
    return;
  }
  const status = await healthOf(serviceOf(message));
  if (status === undefined) {
    fail(NOT_FOUND, 'unknown service');
    return;
  }
  stream.respond(headers, { waitForTrailers: true });
  stream.on('wantTrailers', () => {
    stream.sendTrailers({ 'grpc-status': String(OK) });
  });
  const writer = new ProtobufWriter();
  writer.uint(status);
  writer.tag(1, VARINT);
  stream.end(framed(writer.take()));
}

/** What a probe hears: `code` and `text` of gRPC, and the status if there is one. */
interface HealthAnswer {
  readonly code: number;
  readonly text: string;
  readonly status: number;
}

/** Asks whether a service is well. Returns undefined if it is, else why it isn't, in the kubelet's words. Never rejects. */
export async function checkGrpcHealth(connection: Duplex, authority: string, service: string): Promise<string | undefined> {
  let heard: HealthAnswer;
  try {
    heard = await ask(connection, authority, service);
  } catch (error) {
    heard = { code: UNAVAILABLE, text: error instanceof Error ? error.message : String(error), status: 0 };
  }
  const { code, text, status } = heard;
  if (code === UNIMPLEMENTED) return `error: this server does not implement the grpc health protocol (grpc.health.v1.Health): ${text}`;
  if (code !== OK) return `error: health rpc probe failed: rpc error: code = ${CODE_NAMES[code] ?? 'Unknown'} desc = ${text}`;
  return status === SERVING ? undefined : `service unhealthy (responded with "${STATUS_NAMES[status] ?? String(status)}")`;
}

async function ask(connection: Duplex, authority: string, service: string): Promise<HealthAnswer> {
  const session = connect(`http://${authority}`, { createConnection: () => connection });
  try {
    return await new Promise<HealthAnswer>((resolve, reject) => {
      session.on('error', reject);
      const stream = session.request({
        ':method': 'POST',
        ':path': CHECK,
        'content-type': 'application/grpc',
        'user-agent': 'kube-probe/1.36 grpc-go/1.78.0',
        te: 'trailers',
      });
      let code = UNAVAILABLE;
      let text = 'error reading from server: EOF';
      const note = (headers: Readonly<Record<string, unknown>>): void => {
        if (headers['grpc-status'] !== undefined) code = Number(headers['grpc-status']);
        if (headers['grpc-message'] !== undefined) text = String(headers['grpc-message']);
      };
      stream.on('response', note);
      stream.on('trailers', note);
      stream.on('error', reject);
      messageOf(stream).then((message) => {
        resolve({ code, text, status: statusOf(message) });
      }, reject);
      stream.end(framed(checkRequest(service)));
    });
  } finally {
    session.destroy();
  }
}

function framed(message: Buffer): Buffer {
  const prefix = Buffer.alloc(PREFIX);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

function checkRequest(service: string): Buffer {
  const writer = new ProtobufWriter();
  if (service === '') return writer.take();
  writer.text(service);
  writer.header(1, 0);
  return writer.take();
}

/** The one message of a stream once the other side has ended it, without its prefix. */
async function messageOf(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of stream) {
      size += chunk.length;
      if (size > MAX_MESSAGE) break;
      chunks.push(chunk);
    }
  } catch {
    // It was cut off: there is no message.
    return Buffer.alloc(0);
  }
  return Buffer.concat(chunks).subarray(PREFIX);
}

/** Field 1 of a message if it has this wire type and comes first, as in all that is written here. */
function firstField(message: Buffer, wireType: number): ProtobufReader | undefined {
  const reader = new ProtobufReader(message);
  return !reader.atEnd && reader.tag('health') === 8 + wireType ? reader : undefined;
}

/** The name in a HealthCheckRequest; '' for the server as a whole. */
function serviceOf(message: Buffer): string {
  return firstField(message, BYTES)?.text() ?? '';
}

function statusOf(message: Buffer): number {
  return firstField(message, VARINT)?.int32() ?? 0;
}
