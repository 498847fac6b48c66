import { Duplex } from 'node:stream';
import { constants, createDeflate, type Deflate } from 'node:zlib';
import { DICTIONARY } from '../../../src/server/streams/spdy/header-block.js';

/** A frame that a server sent. */
export interface Frame {
  readonly control: boolean;
  /** Control frames: the type; data frames: 0. */
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly body: Buffer;
}

/** A SPDY/3.1 client for tests: it compresses headers as Go's does, and notes what comes back. */
export class SpdyClient {
  readonly frames: Frame[] = [];
  private readonly deflate: Deflate = createDeflate({ dictionary: DICTIONARY });
  private pending = Buffer.alloc(0);
  private waiters: { readonly done: () => boolean; readonly resolve: () => void }[] = [];

  constructor(private readonly socket: Duplex) {
    socket.on('data', (chunk: Buffer) => {
      this.pending = Buffer.concat([this.pending, chunk]);
      this.parse();
    });
  }

  async open(stream: number, headers: Readonly<Record<string, string>>): Promise<void> {
    const parts: Buffer[] = [uint32(Object.keys(headers).length)];
    for (const [name, value] of Object.entries(headers))
      for (const text of [name, value]) parts.push(uint32(text.length), Buffer.from(text));
    const chunks: Buffer[] = [];
    this.deflate.on('data', (chunk: Buffer) => chunks.push(chunk));
    await new Promise<void>((resolve) => {
      this.deflate.write(Buffer.concat(parts));
      this.deflate.flush(constants.Z_SYNC_FLUSH, () => {
        resolve();
      });
    });
    this.deflate.removeAllListeners('data');
    this.control(1, Buffer.concat([uint32(stream), uint32(0), Buffer.alloc(2), ...chunks]));
  }

  control(type: number, body: Buffer): void {
    const header = Buffer.alloc(8);
    header.writeUInt16BE(0x8003, 0);
    header.writeUInt16BE(type, 2);
    header.writeUIntBE(body.length, 5, 3);
    this.socket.write(Buffer.concat([header, body]));
  }

  data(stream: number, bytes: Buffer | string, fin = false): void {
    const body = Buffer.from(bytes);
    const header = Buffer.alloc(8);
    header.writeUInt32BE(stream, 0);
    header[4] = fin ? 1 : 0;
    header.writeUIntBE(body.length, 5, 3);
    this.socket.write(Buffer.concat([header, body]));
  }

  /** What came on a stream so far. */
  received(stream: number): string {
    const data = this.frames.filter((frame) => !frame.control && frame.stream === stream);
    return Buffer.concat(data.map(({ body }) => body)).toString();
  }

  /** Resolves when `done` holds; it is asked after each frame. */
  async until(done: () => boolean): Promise<void> {
    if (done()) return;
    await new Promise<void>((resolve) => this.waiters.push({ done, resolve }));
  }

  private parse(): void {
    while (this.pending.length >= 8) {
      const length = this.pending.readUIntBE(5, 3);
      if (this.pending.length < 8 + length) return;
      const control = ((this.pending[0] ?? 0) & 0x80) !== 0;
      const body = Buffer.from(this.pending.subarray(8, 8 + length));
      this.frames.push({
        control,
        type: control ? this.pending.readUInt16BE(2) : 0,
        flags: this.pending[4] ?? 0,
        stream: control ? (length >= 4 ? body.readUInt32BE(0) : 0) : this.pending.readUInt32BE(0),
        body,
      });
      this.pending = this.pending.subarray(8 + length);
      for (const waiter of this.waiters) if (waiter.done()) waiter.resolve();
      this.waiters = this.waiters.filter(({ done }) => !done());
    }
  }
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** Two ends of one connection. */
export function pair(): [Duplex, Duplex] {
  const ends: [Duplex, Duplex] = [end(() => ends[1]), end(() => ends[0])];
  return ends;
}

function end(other: () => Duplex): Duplex {
  return new Duplex({
    read: () => undefined,
    write(chunk: Buffer, _encoding, done) {
      other().push(chunk);
      done();
    },
    final(done) {
      other().push(null);
      done();
    },
  });
}
