import { Duplex } from 'node:stream';

/** One end of a connection within the process; behaves like a socket as far as HTTP needs one. */
export class Connection extends Duplex {
  private other: Connection | undefined;
  private waiting: (() => void) | undefined;

  constructor(
    readonly localAddress: string,
    readonly localPort: number,
    readonly remoteAddress: string,
    readonly remotePort: number,
  ) {
    super({ allowHalfOpen: true });
    // The other side going away is an end like any other here.
    this.on('error', () => undefined);
  }

  /** Two ends, each the other's peer. */
  static pair(client: { address: string; port: number }, server: { address: string; port: number }): [Connection, Connection] {
    const ours = new Connection(client.address, client.port, server.address, server.port);
    const theirs = new Connection(server.address, server.port, client.address, client.port);
    ours.other = theirs;
    theirs.other = ours;
    return [ours, theirs];
  }

  // What HTTP clients and servers call on sockets.
  setTimeout(): this {
    return this;
  }
  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }

  override _read(): void {
    const { other } = this;
    const resume = other?.waiting;
    if (other !== undefined) other.waiting = undefined;
    resume?.();
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    const { other } = this;
    if (other === undefined || other.destroyed) {
      done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
      return;
    }
    if (other.push(chunk)) done();
    else this.waiting = done;
  }

  override _final(done: () => void): void {
    this.other?.push(null);
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const { other } = this;
    this.waiting = undefined;
    if (other !== undefined && !other.destroyed) {
      // Nothing more comes; whoever writes finds out.
      other._read();
      if (!this.writableFinished) other.push(null);
      const { waiting } = other;
      other.waiting = undefined;
      waiting?.();
    }
    done(error);
  }
}
