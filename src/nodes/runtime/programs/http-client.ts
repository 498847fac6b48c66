import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import type { Duplex } from 'node:stream';
import { connect as tlsConnect } from 'node:tls';
import { contentOf } from '../fs/nodes.js';
import type { Process } from '../process/process.js';

/** A request of a simulated program, over the cluster's network only. */
export interface HttpRequest {
  readonly url: URL;
  readonly method?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: Uint8Array | undefined;
  /** PEM file of the CA that counts; `insecure` lets any certificate pass. */
  readonly caFile?: string | undefined;
  readonly insecure?: boolean | undefined;
  /** Milliseconds for all of it. */
  readonly timeout?: number | undefined;
}

/** The answer; its body is yet to be read. */
export interface HttpResponse {
  readonly message: IncomingMessage;
  /** The address that was connected to. */
  readonly host: string;
  readonly port: number;
}

/** Took longer than it may. */
export class TimedOut extends Error {}
/** The server's certificate isn't one to be trusted. */
export class Untrusted extends Error {}

/** Sends a request; rejects with NetworkError, TimedOut or Untrusted. */
export async function fetchHttp(process: Process, request: HttpRequest): Promise<HttpResponse> {
  const { url } = request;
  const isSecure = url.protocol === 'https:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port || (isSecure ? 443 : 80));
  const connection = await process.wait(process.machine.network.connect(host, port), undefined, true);
  const stop = (): void => {
    connection.destroy();
  };
  process.onCancel(stop);
  const socket = isSecure ? await secured(process, connection, host, request) : connection;
  const headers: OutgoingHttpHeaders = { host: url.host, ...request.headers, connection: 'close' };
  if (request.body !== undefined) headers['content-length'] = request.body.length;
  const outgoing = httpRequest({
    createConnection: () => socket as never,
    method: request.method ?? 'GET',
    path: url.pathname + url.search,
    headers,
    setHost: false,
  });
  let cancel: () => void = () => undefined;
  const answered = new Promise<HttpResponse>((resolve, reject) => {
    outgoing.on('response', (message) => {
      resolve({ message, host, port });
    });
    outgoing.on('error', reject);
    const { timeout } = request;
    if (timeout !== undefined)
      cancel = process.machine.clock.after(timeout, () => {
        reject(new TimedOut('timed out'));
        connection.destroy();
      });
  });
  outgoing.end(request.body);
  try {
    return await process.wait(answered, stop, true);
  } finally {
    cancel();
  }
}

async function secured(process: Process, connection: Duplex, host: string, { caFile, insecure = false }: HttpRequest): Promise<Duplex> {
  const node = caFile === undefined ? undefined : process.fs.tryLookup(process.resolve(caFile));
  const ca = node?.kind === 'file' ? Buffer.from(contentOf(node)) : undefined;
  const isAddress = /^[\d.]+$|:/.test(host);
  const socket = tlsConnect({
    socket: connection,
    rejectUnauthorized: false,
    ALPNProtocols: ['http/1.1'],
    // Without a CA of the program's own there is none: the host's don't count in here.
    ca: ca ?? [],
    // The name or address that the certificate must be for.
    host,
    ...(isAddress ? {} : { servername: host }),
  });
  await process.wait(
    new Promise<void>((resolve, reject) => {
      socket.once('secureConnect', resolve);
      socket.once('error', reject);
    }),
    () => {
      connection.destroy();
    },
    true,
  );
  if (!insecure && !socket.authorized) {
    socket.destroy();
    throw new Untrusted(String(socket.authorizationError));
  }
  return socket;
}

/** The whole body, up to a limit. */
export async function bodyText(process: Process, { message }: HttpResponse, limit = 16 * 1024 * 1024): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    process.checkAlive();
    size += chunk.length;
    if (size > limit) throw new Error('the answer is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
