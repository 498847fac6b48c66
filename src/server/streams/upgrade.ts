import { ServerResponse, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { hasBody } from '../has-body.js';

/** The connection of a request that asks for another protocol, and what came after its headers. */
export interface UpgradeSocket {
  readonly socket: Duplex;
  readonly head: Buffer;
  /** Told when the connection is taken out of HTTP's hands. */
  onTaken?: (() => void) | undefined;
}

/** The client went away before its connection could be upgraded; there is nobody to answer. */
export class ClientGone extends Error {}

const SOCKETS = new WeakMap<IncomingMessage, UpgradeSocket>();

/**
 * Sends requests with an Upgrade header (HTTP/1.1 only) through the same hooks and
 * routes as all others; a route finds the connection by `upgradeSocketOf`. What isn't
 * upgraded is answered like any request, then the connection ends.
 */
export function routeUpgrades(app: FastifyInstance): void {
  const server = app.server as Server;
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (mayStay(request)) {
      readAgain(server, request, socket, head);
      return;
    }
    SOCKETS.set(request, { socket, head });
    // A client that goes away is no fault of ours.
    socket.on('error', () => undefined);
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket as never);
    response.on('finish', () => {
      response.detachSocket(socket as never);
      socket.end();
    });
    app.routing(request, response);
  });
}

/** Whether a server may ignore a request's wish for another protocol: one with a body, or one that would as well speak HTTP/1.1. */
function mayStay({ headers }: IncomingMessage): boolean {
  if (headers.upgrade?.toLowerCase() === 'h2c') return true;
  return hasBody(headers);
}

/**
 * Has a request read once more without its wish. Node takes every upgrade for granted
 * and reads no body then; Java's client wishes for h2c with each request over plain HTTP.
 */
function readAgain(server: Server, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const lines = [`${request.method ?? ''} ${request.url ?? ''} HTTP/${request.httpVersion}`];
  for (let i = 0; i + 1 < request.rawHeaders.length; i += 2) {
    const name = request.rawHeaders[i] ?? '';
    if (!NOT_READ_AGAIN.has(name.toLowerCase())) lines.push(`${name}: ${request.rawHeaders[i + 1] ?? ''}`);
  }
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]));
  server.emit('encrypted' in socket ? 'secureConnection' : 'connection', socket);
}

const NOT_READ_AGAIN: ReadonlySet<string> = new Set(['connection', 'upgrade', 'http2-settings']);

/** Undefined if the request asked for no other protocol. */
export function upgradeSocketOf(request: IncomingMessage): UpgradeSocket | undefined {
  return SOCKETS.get(request);
}

/** The value of the Upgrade header, in lower case; empty if it doesn't count (Go: httpstream.IsUpgradeRequest). */
export function upgradeOf(headers: IncomingMessage['headers']): string {
  const connection = headers.connection ?? '';
  if (!connection.toLowerCase().includes('upgrade')) return '';
  return (headers.upgrade ?? '').toLowerCase();
}

/** Takes the connection out of HTTP's hands. */
export function takeOver(response: ServerResponse, { socket, head, onTaken }: UpgradeSocket): Duplex {
  response.detachSocket(socket as never);
  onTaken?.();
  if (head.length > 0) socket.unshift(head);
  return socket;
}

/**
 * Gives a client the connection of a server that has agreed to another protocol: passes its answer on, then all bytes.
 * @param rawHeaders of the answer, names and values by turns
 */
export function joinUpgraded(reply: FastifyReply, upgrade: UpgradeSocket, connection: Duplex, rawHeaders: readonly string[]): void {
  reply.hijack();
  // HTTP/2 has no upgrades.
  const client = takeOver(reply.raw as ServerResponse, upgrade);
  const lines: string[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) lines.push(`${rawHeaders[i] ?? ''}: ${rawHeaders[i + 1] ?? ''}\r\n`);
  client.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('')}\r\n`);
  client.pipe(connection).pipe(client);
  connection.on('error', () => {
    client.destroy();
  });
  client.on('close', () => {
    connection.destroy();
  });
}

/** Sends the headers of a streamed answer at once, before there is anything of its body: a watch may be quiet for long. */
export function flushEarly({ raw }: FastifyReply): void {
  raw.once('pipe', () => {
    if ('flushHeaders' in raw) raw.flushHeaders();
  });
}

/** Writes the head of a 101 answer. */
export function switchProtocols(socket: Duplex, headers: Readonly<Record<string, string>>): void {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('')}\r\n`);
}
