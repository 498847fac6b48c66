import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { ConnectionRefused } from './go-errors.js';

/**
 * Opens a stream to an address of the cluster's network; undefined if the
 * address is not its business. Rejects with `ConnectionRefused`, or with an
 * error of node:net, if nobody answers there.
 */
export type Dial = (host: string, port: number) => Promise<Duplex> | undefined;

/**
 * The address (RFC 5737) under which the host's own loopback is known in the
 * cluster: Endpoints must not name loopback addresses.
 */
export const HOST_ADDRESS = '192.0.2.2';

const LOOPBACK = '127.0.0.1';

/**
 * What the API server can connect to: addresses that a simulated network knows,
 * and everything that the host reaches.
 */
export class ClusterNetwork {
  private readonly dialers: Dial[] = [];

  /** Asks `dial` before the host's network, and before those that came earlier; returns how to stop it. */
  use(dial: Dial): () => void {
    this.dialers.unshift(dial);
    return () => {
      const at = this.dialers.indexOf(dial);
      if (at !== -1) this.dialers.splice(at, 1);
    };
  }

  /** Rejects with what node:net says. Whoever gives up destroys the stream. */
  async connect(host: string, port: number): Promise<Duplex> {
    for (const dial of this.dialers) {
      const stream = dial(host, port);
      if (stream !== undefined) return await stream;
    }
    return await connectHost(host === HOST_ADDRESS ? LOOPBACK : host, port);
  }
}

function connectHost(host: string, port: number): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    if (port < 1 || port > 65535) {
      reject(new ConnectionRefused(host, port));
      return;
    }
    const socket = connect({ host, port });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      socket.setNoDelay(true);
      resolve(socket);
    });
  });
}
