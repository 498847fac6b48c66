import type { IncomingMessage } from 'node:http';
import { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import { ClientGone, type UpgradeSocket } from './upgrade.js';

/** The largest message that we take; clients send 32 KiB and less. Bytes. */
const MAX_MESSAGE = 32 * 1024 * 1024;

/** What the client offers, in its order. */
export function offeredProtocols(request: IncomingMessage): readonly string[] {
  const header = request.headers['sec-websocket-protocol'] ?? '';
  return header
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** Opens a WebSocket whose subprotocol has been chosen; empty for none. */
export async function openWebSocket(request: IncomingMessage, { socket, head }: UpgradeSocket, protocol: string): Promise<WebSocket> {
  const { WebSocketServer } = await import('ws');
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE,
    handleProtocols: () => (protocol === '' ? false : protocol),
  });
  return await new Promise((resolve, reject) => {
    socket.once('close', () => {
      reject(new ClientGone('the client has gone'));
    });
    server.handleUpgrade(request, socket, head, (opened) => {
      // A client that breaks the protocol is cut off; the `close` event says so.
      opened.on('error', () => undefined);
      resolve(opened);
    });
  });
}

/** One message's bytes. */
function bytesOf(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}

/** The first byte of a message with which a v5 client ends one of its channels. */
const CLOSE_SIGNAL = 255;

/** How channels share a WebSocket: a byte or a digit for the channel, then the payload (Go: wsstream). */
export interface ChannelCodec {
  readonly base64: boolean;
  /** Whether the client may end a channel by itself. */
  readonly closeSignal: boolean;
}

/** Numbered channels over one WebSocket. */
export class WebSocketChannels {
  private readonly channels: ChannelStream[] = [];
  /** Resolves when the client has gone. */
  readonly closed: Promise<void>;

  constructor(
    private readonly socket: WebSocket,
    private readonly codec: ChannelCodec,
    count: number,
  ) {
    for (let number = 0; number < count; number++) {
      this.channels.push(
        new ChannelStream(
          (bytes, done) => {
            this.send(number, bytes, done);
          },
          () => {
            if (this.channels.every((channel) => !channel.full)) socket.resume();
          },
        ),
      );
    }
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        for (const channel of this.channels) channel.receivedEnd();
        resolve();
      });
    });
    socket.on('message', (data) => {
      this.receive(bytesOf(data));
    });
  }

  channel(number: number): Duplex {
    const found = this.channels[number];
    if (found === undefined) throw new RangeError(`no channel ${String(number)}`);
    return found;
  }

  close(): void {
    this.socket.close(1000);
  }

  private send(number: number, bytes: Buffer, done: (error?: Error | null) => void): void {
    if (this.socket.readyState !== this.socket.OPEN) {
      done(new Error('the client has gone'));
      return;
    }
    const frame = this.codec.base64 ? String(number) + bytes.toString('base64') : Buffer.concat([Buffer.from([number]), bytes]);
    this.socket.send(frame, done);
  }

  private receive(message: Buffer): void {
    const first = message[0];
    if (first === undefined) return;
    if (this.codec.closeSignal && first === CLOSE_SIGNAL) {
      this.channels[message[1] ?? CLOSE_SIGNAL]?.receivedEnd();
      return;
    }
    const channel = this.channels[this.codec.base64 ? first - 0x30 : first];
    const payload = message.subarray(1);
    channel?.receive(this.codec.base64 ? Buffer.from(payload.toString('latin1'), 'base64') : payload);
    if (channel?.full === true) this.socket.pause();
  }
}

class ChannelStream extends Duplex {
  /** More has come than is read. */
  full = false;
  private ended = false;

  constructor(
    private readonly send: (bytes: Buffer, done: (error?: Error | null) => void) => void,
    private readonly hasRoom: () => void,
  ) {
    super({ autoDestroy: false, allowHalfOpen: true });
    this.on('error', () => undefined);
  }

  receive(bytes: Buffer): void {
    if (this.ended || bytes.length === 0) return;
    this.full = !this.push(bytes);
  }

  receivedEnd(): void {
    if (this.ended) return;
    this.ended = true;
    this.push(null);
  }

  override _read(): void {
    if (!this.full) return;
    this.full = false;
    this.hasRoom();
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.send(chunk, done);
  }
}

/** The bytes of a WebSocket's binary messages as one stream: what SPDY is tunnelled through. */
export async function webSocketTunnel(socket: WebSocket): Promise<Duplex> {
  const { createWebSocketStream } = await import('ws');
  return createWebSocketStream(socket);
}
