import type { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import type { Socket } from 'node:net';
import { hasBody } from './has-body.js';

/** Node's own mark of a socket whose parser is to be stopped after the chunk at hand. */
type Pausable = Socket & { _paused?: boolean };

/**
 * Reads the bodies of requests that come while an answer before them is still on its
 * way. Node stops its parser then, and over TLS hands it further chunks all the same,
 * which it takes for a malformed request: the connection is reset (HPE_PAUSED). What has
 * no body stays stopped, so that nobody piles up answers by not reading them.
 *
 * @param server of node:http or node:http2
 */
export function readOn(server: EventEmitter): void {
  server.on('request', (request: IncomingMessage | Http2ServerRequest) => {
    if ('stream' in request || !hasBody(request.headers)) return;
    const socket: Pausable = request.socket;
    if (socket._paused !== true) return;
    socket._paused = false;
    socket.resume();
  });
}
