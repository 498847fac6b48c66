import type { Duplex } from 'node:stream';

/** What Go's net/http takes at most for a request's line and headers. Bytes. */
export const MAX_HEADER = 1024 * 1024;

/** What Node's parser calls the faults that Go answers with other codes than 400. */
const STATUS_OF: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/** Answers what is no HTTP request in the words of Go's net/http (Go: conn.serve), and ends the connection. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = STATUS_OF[error.code ?? ''] ?? '400 Bad Request';
  socket.end(`HTTP/1.1 ${status}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n${status}`, () => socket.destroy());
}

/** What is needed of a reply of Fastify's, whose type depends on the server's. */
interface Hijackable {
  hijack(): unknown;
  readonly raw: {
    writeHead(status: number, headers: Readonly<Record<string, string | number>>): unknown;
    end(body: string): unknown;
  };
}

/** The same for a path that can't be decoded; no hook has seen the request. */
export function answerBadUrl(_error: unknown, _request: unknown, reply: Hijackable): void {
  reply.hijack();
  const body = '400 Bad Request';
  reply.raw.writeHead(400, { 'content-type': 'text/plain; charset=utf-8', 'content-length': body.length });
  reply.raw.end(body);
}
