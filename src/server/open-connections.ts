import type { Socket } from 'node:net';

/** How long clients may take to see that the server stops. Milliseconds of real time, in which they live. */
const GRACE = 500;

/** Just what is needed of servers of node:net, node:http and node:http2. */
interface Listening {
  on(event: 'connection', listener: (socket: Socket) => void): unknown;
}

/**
 * The connections of a server. Node waits for each of them when a server closes:
 * those that never sent a request, or whose request isn't answered, would keep it for ever.
 */
export class OpenConnections {
  private readonly sockets = new Set<Socket>();

  constructor(server: Listening) {
    server.on('connection', (socket) => {
      // The same one again where its request is read once more.
      if (this.sockets.has(socket)) return;
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
  }

  /** Waits for the server to have closed, and cuts what is still open after a while. */
  async cutAfter(closed: Promise<unknown>): Promise<void> {
    const timer = setTimeout(() => {
      for (const socket of this.sockets) socket.destroy();
    }, GRACE);
    try {
      await closed;
    } finally {
      clearTimeout(timer);
    }
  }
}
