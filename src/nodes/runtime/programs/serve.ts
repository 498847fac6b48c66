import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { TLSSocket } from 'node:tls';
import type { Duplex } from 'node:stream';
import type { Connection } from '../../network/connection.js';
import type { Process } from '../process/process.js';
import { SERVER_CERTIFICATE, SERVER_KEY } from './server-certificate.js';

/** Answers one request. */
export type HttpHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;

/** Takes a connection over whose client asks for another protocol. */
export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

const HANDLERS = new WeakMap<object, HttpHandler>();
const UPGRADES = new WeakMap<object, UpgradeHandler>();
let shared: Server | undefined;
let upgrading: Server | undefined;

/** One parser of HTTP for all simulated servers: none of them has a port of the host. */
function httpServer(): Server {
  return (shared ??= makeServer());
}

/** Another one for those that take upgrades: Node lets a server answer them all itself, or none. */
function upgradingServer(): Server {
  upgrading ??= makeServer().on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    UPGRADES.get(socket)?.(request, socket, head);
  });
  return upgrading;
}

function makeServer(): Server {
  return createServer((request, response) => {
    response.setHeader('connection', 'close');
    const handler = HANDLERS.get(request.socket);
    if (handler === undefined) {
      response.destroy();
      return;
    }
    void (async () => {
      try {
        await handler(request, response);
      } catch (error) {
        if (!response.headersSent) response.writeHead(500);
        response.end(error instanceof Error ? `${error.message}\n` : undefined);
      }
    })();
  });
}

/** Gives a connection to the HTTP server. */
export function acceptHttp(connection: Duplex, handler: HttpHandler, upgrade?: UpgradeHandler): void {
  HANDLERS.set(connection, handler);
  if (upgrade !== undefined) UPGRADES.set(connection, upgrade);
  (upgrade === undefined ? httpServer() : upgradingServer()).emit('connection', connection);
}

/** Listens as long as the process lives. */
export function listen(process: Process, port: number, accept: (connection: Connection) => void): () => void {
  const stop = process.machine.network.listen(port, accept);
  void process.exited.then(stop);
  return stop;
}

export function serveHttp(process: Process, port: number, handler: HttpHandler, upgrade?: UpgradeHandler): () => void {
  return listen(process, port, (connection) => {
    acceptHttp(connection, handler, upgrade);
  });
}

/** A certificate and its key, PEM. */
export interface ServingCredential {
  readonly cert: string;
  readonly key: string;
}

/** The credential that `--tls-cert-file` and `--tls-private-key-file` name; undefined unless both are given. */
export function servingCredentialOf(process: Process, options: ReadonlyMap<string, string>): ServingCredential | undefined {
  const [cert, key] = [options.get('tls-cert-file'), options.get('tls-private-key-file')];
  if (cert === undefined || key === undefined) return undefined;
  return { cert: textOf(process, cert), key: textOf(process, key) };
}

function textOf(process: Process, path: string): string {
  return Buffer.from(process.fs.read(process.resolve(path), process.credentials)).toString('utf8');
}

const OWN: ServingCredential = { cert: SERVER_CERTIFICATE, key: SERVER_KEY };

/** HTTPS, by default under a certificate that signs itself, as test images have them. */
export function serveHttps(process: Process, port: number, handler: HttpHandler, credential: ServingCredential = OWN): () => void {
  return listen(process, port, (connection) => {
    const secure = new TLSSocket(connection, { isServer: true, ...credential });
    secure.on('error', () => {
      connection.destroy();
    });
    acceptHttp(secure, handler);
  });
}

/** Answers in plain text. */
export function text(response: ServerResponse, body: string, status = 200): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(body);
}

/** A request's body, up to a limit. */
export async function bodyOf(request: IncomingMessage, limit = 8 * 1024 * 1024): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) throw new Error('the body is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The address of the client. */
export function clientOf(request: IncomingMessage): { readonly address: string; readonly port: number } {
  return { address: request.socket.remoteAddress ?? '', port: request.socket.remotePort ?? 0 };
}
