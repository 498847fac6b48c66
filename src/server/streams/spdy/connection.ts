import { Duplex } from 'node:stream';
import { HeaderReader, HeaderWriter } from './header-block.js';

const VERSION = 3;
const SYN_STREAM = 1;
const SYN_REPLY = 2;
const RST_STREAM = 3;
const PING = 6;
const GOAWAY = 7;
const FLAG_FIN = 1;
const STATUS_PROTOCOL_ERROR = 1;
const STATUS_CANCEL = 5;
const HEADER = 8;
/** Control frames are small; bytes. */
const MAX_CONTROL = 64 * 1024;
/** A client may have this many streams at a time. */
const MAX_STREAMS = 1000;

/**
 * The server's end of a SPDY/3.1 connection as Kubernetes' clients use it for exec,
 * attach and port-forward (the protocol's draft 3.1; Go: moby/spdystream). They send
 * no WINDOW_UPDATE, so the transport's own flow control is the only one.
 */
export class SpdyConnection {
  private readonly streams = new Map<number, SpdyStream>();
  private readonly reader = new HeaderReader();
  private readonly writer = new HeaderWriter();
  private lastStream = 0;
  /** Resolves when the client has gone, one way or another. */
  readonly closed: Promise<void>;

  /**
   * @param accept called with each stream that the client opens; throwing refuses it
   */
  constructor(
    private readonly socket: Duplex,
    private readonly accept: (stream: SpdyStream) => void,
  ) {
    // A failing socket ends the loop below; there is nobody else to tell.
    socket.on('error', () => undefined);
    this.closed = this.run();
  }

  /** Lets what is written go out, then ends the connection. */
  close(): void {
    if (!this.socket.writable) return;
    const body = Buffer.alloc(8);
    body.writeUInt32BE(this.lastStream, 0);
    this.control(GOAWAY, 0, body);
    this.socket.end();
  }

  private async run(): Promise<void> {
    let pending: Buffer = Buffer.alloc(0);
    try {
      for await (const chunk of this.socket as AsyncIterable<Buffer>) {
        pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
        while (pending.length >= HEADER) {
          const length = pending.readUIntBE(5, 3);
          const isControl = ((pending[0] ?? 0) & 0x80) !== 0;
          if (isControl && length > MAX_CONTROL) throw new Error('a SPDY control frame is too large');
          if (pending.length < HEADER + length) break;
          await this.frame(isControl, pending.subarray(0, HEADER), pending.subarray(HEADER, HEADER + length));
          pending = pending.subarray(HEADER + length);
        }
      }
    } catch {
      this.socket.destroy();
    } finally {
      this.reader.close();
      for (const stream of [...this.streams.values()]) stream.connectionLost();
      this.streams.clear();
    }
  }

  private async frame(isControl: boolean, header: Buffer, body: Buffer): Promise<void> {
    const flags = header[4] ?? 0;
    if (!isControl) {
      const stream = this.streams.get(header.readUInt32BE(0) & 0x7fffffff);
      if (stream === undefined) return;
      if (body.length > 0) await stream.receive(body);
      if ((flags & FLAG_FIN) !== 0) stream.receivedEnd();
      return;
    }
    if ((header.readUInt16BE(0) & 0x7fff) !== VERSION) throw new Error('not SPDY/3');
    switch (header.readUInt16BE(2)) {
      case SYN_STREAM:
        await this.open(flags, body);
        return;
      case RST_STREAM:
        this.streams.get(body.readUInt32BE(0) & 0x7fffffff)?.connectionLost();
        return;
      case PING:
        // Odd ones are the client's; it wants them back.
        if (body.length === 4 && body.readUInt32BE(0) % 2 === 1) this.control(PING, 0, Buffer.from(body));
        return;
      case GOAWAY:
        this.socket.end();
        return;
      default:
    }
  }

  private async open(flags: number, body: Buffer): Promise<void> {
    const id = body.readUInt32BE(0) & 0x7fffffff;
    const headers = await this.reader.read(body.subarray(10));
    if (id % 2 === 0 || id <= this.lastStream || this.streams.size >= MAX_STREAMS) {
      this.reset(id, STATUS_PROTOCOL_ERROR);
      return;
    }
    this.lastStream = id;
    const stream = new SpdyStream(id, headers, {
      data: (bytes, fin, done) => {
        this.data(id, bytes, fin, done);
      },
      cancel: () => {
        this.reset(id, STATUS_CANCEL);
      },
      gone: () => {
        this.streams.delete(id);
      },
    });
    this.streams.set(id, stream);
    try {
      this.accept(stream);
    } catch {
      stream.destroy(new Error('refused'));
      return;
    }
    const reply = Buffer.alloc(4);
    reply.writeUInt32BE(id);
    this.control(SYN_REPLY, 0, Buffer.concat([reply, this.writer.emptyBlock()]));
    if ((flags & FLAG_FIN) !== 0) stream.receivedEnd();
  }

  private reset(id: number, status: number): void {
    const body = Buffer.alloc(8);
    body.writeUInt32BE(id, 0);
    body.writeUInt32BE(status, 4);
    this.control(RST_STREAM, 0, body);
  }

  private control(type: number, flags: number, body: Buffer): void {
    if (!this.socket.writable) return;
    const header = Buffer.alloc(HEADER);
    header.writeUInt16BE(0x8000 | VERSION, 0);
    header.writeUInt16BE(type, 2);
    header[4] = flags;
    header.writeUIntBE(body.length, 5, 3);
    this.socket.write(Buffer.concat([header, body]));
  }

  private data(id: number, bytes: Buffer, fin: boolean, done: (error?: Error | null) => void): void {
    if (!this.socket.writable) {
      done(new Error('the connection is closed'));
      return;
    }
    const header = Buffer.alloc(HEADER);
    header.writeUInt32BE(id, 0);
    header[4] = fin ? FLAG_FIN : 0;
    header.writeUIntBE(bytes.length, 5, 3);
    this.socket.write(Buffer.concat([header, bytes]), done);
  }
}

interface StreamPort {
  data(bytes: Buffer, fin: boolean, done: (error?: Error | null) => void): void;
  cancel(): void;
  gone(): void;
}

/** Largest payload that we send in one data frame. */
const MAX_PAYLOAD = 64 * 1024;

/** One stream of a connection: ending it sends FIN, destroying it before its end resets it. */
export class SpdyStream extends Duplex {
  private wanted: (() => void) | undefined;
  private lost = false;

  constructor(
    readonly id: number,
    readonly headers: ReadonlyMap<string, string>,
    private readonly port: StreamPort,
  ) {
    super();
    this.on('error', () => undefined);
  }

  /** Resolves when there is room for more. */
  receive(bytes: Buffer): Promise<void> {
    if (this.destroyed || this.readableEnded || this.push(Buffer.from(bytes))) return Promise.resolve();
    return new Promise((resolve) => {
      this.wanted = resolve;
    });
  }

  receivedEnd(): void {
    if (!this.destroyed) this.push(null);
  }

  /** Nothing can be sent any more. */
  connectionLost(): void {
    this.lost = true;
    this.destroy();
  }

  override _read(): void {
    this.release();
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    if (chunk.length <= MAX_PAYLOAD) {
      this.port.data(chunk, false, done);
      return;
    }
    this.port.data(chunk.subarray(0, MAX_PAYLOAD), false, (error) => {
      if (error) done(error);
      else this._write(chunk.subarray(MAX_PAYLOAD), _encoding, done);
    });
  }

  override _final(done: (error?: Error | null) => void): void {
    this.port.data(Buffer.alloc(0), true, done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.release();
    if (!this.lost && (error !== null || !this.writableFinished)) this.port.cancel();
    this.port.gone();
    done(null);
  }

  private release(): void {
    this.wanted?.();
    this.wanted = undefined;
  }
}
