import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import type { PeerConnection } from '../auth/authentication/authenticator.js';

/**
 * The TLS connection of a request; undefined over plain HTTP. Over HTTP/2 it is
 * the session's: the request's own `socket` is another object on each stream.
 */
export function connectionOf(raw: IncomingMessage | Http2ServerRequest): PeerConnection | undefined {
  const socket: unknown = 'stream' in raw ? raw.stream.session?.socket : raw.socket;
  return isPeerConnection(socket) ? socket : undefined;
}

/** Not by `in`: the session's socket is a proxy that doesn't tell its properties. */
function isPeerConnection(socket: unknown): socket is PeerConnection {
  return typeof (socket as Partial<PeerConnection> | undefined)?.getPeerX509Certificate === 'function';
}
