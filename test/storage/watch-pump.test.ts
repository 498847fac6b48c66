import { once } from 'node:events';
import { createServer, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { pumpQueue, type FrameTarget } from '../../src/storage/watch-pump.js';
import { WatchQueue } from '../../src/storage/watch-queue.js';

/** Lets what waits for this turn of the event loop happen. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A stream that takes as much as it is told to. */
class Tap implements FrameTarget {
  readonly written: string[] = [];
  open = true;
  private readonly listeners = new Map<string, () => void>();

  write(bytes: Uint8Array): boolean {
    this.written.push(Buffer.from(bytes).toString());
    return this.open;
  }

  on(event: 'drain' | 'close', listener: () => void): void {
    this.listeners.set(event, listener);
  }

  off(event: 'drain' | 'close'): void {
    this.listeners.delete(event);
  }

  emit(event: 'drain' | 'close'): void {
    this.listeners.get(event)?.();
  }
}

function pumped(maxItems = 100): { queue: WatchQueue<string>; tap: Tap; ends: string[] } {
  const queue = new WatchQueue<string>({ maxItems });
  const tap = new Tap();
  const ends: string[] = [];
  pumpQueue(queue, tap, { frame: (item) => (item === '' ? undefined : Buffer.from(item)), onEnd: () => ends.push(queue.state) });
  return { queue, tap, ends };
}

describe('a pump', () => {
  test('writes the items of one turn in one piece', async () => {
    const { queue, tap } = pumped();
    queue.push(['a', 'b']);
    queue.push(['', 'c']);
    await turn();
    queue.push(['d']);
    await turn();
    expect(tap.written).toEqual(['abc', 'd']);
  });

  test('writes nothing for items that have no frame', async () => {
    const { queue, tap } = pumped();
    queue.push(['', '']);
    await turn();
    expect([tap.written, queue.size]).toEqual([[], 0]);
  });

  test('leaves items in the queue while the stream does not drain', async () => {
    const { queue, tap } = pumped();
    tap.open = false;
    queue.push(['a']);
    await turn();
    queue.push(['b']);
    queue.push(['c']);
    await turn();
    expect([tap.written, queue.size]).toEqual([['a'], 2]);
    tap.open = true;
    tap.emit('drain');
    await turn();
    expect([tap.written, queue.size]).toEqual([['a', 'bc'], 0]);
  });

  test('writes a long backlog in pieces and stops between them when the stream is full', async () => {
    const { queue, tap } = pumped();
    tap.open = false;
    queue.start(Array.from({ length: 100 }, () => 'x'.repeat(10_000)));
    await turn();
    expect(tap.written.map((piece) => piece.length)).toEqual([70_000]);
    expect(queue.size).toBe(93);
  });

  test('ends at once when the stream does not drain and the queue is full', async () => {
    const { queue, tap, ends } = pumped(2);
    tap.open = false;
    queue.push(['a']);
    await turn();
    queue.push(['b', 'c']);
    expect(ends).toEqual([]);
    queue.push(['d']);
    expect(ends).toEqual(['overflowed']);
    tap.emit('drain');
    await turn();
    expect([tap.written, ends]).toEqual([['a'], ['overflowed']]);
  });

  test('ends after the rest is written when the producer finishes', async () => {
    const { queue, tap, ends } = pumped();
    queue.push(['a']);
    queue.finish();
    await turn();
    expect([tap.written, ends]).toEqual([['a'], ['finished']]);
  });

  test('ends when the stream closes', () => {
    const { queue, tap, ends } = pumped();
    queue.push(['a']);
    tap.emit('close');
    expect([queue.state, ends]).toEqual(['closed', ['closed']]);
  });

  test('ends with the error of a frame that fails, after the frames before it', async () => {
    const queue = new WatchQueue<string>({ maxItems: 10 });
    const tap = new Tap();
    const broken = new Error('broken');
    const ended = new Promise<void>((resolve) => {
      const frame = (item: string): Uint8Array => {
        if (item === 'bad') throw broken;
        return Buffer.from(item);
      };
      pumpQueue(queue, tap, { frame, onEnd: resolve });
    });
    queue.push(['good', 'bad', 'never']);
    await ended;
    expect([tap.written, queue.state]).toEqual([['good'], 'closed']);
    expect(queue.error).toBe(broken);
  });
});

describe('a pump into an HTTP response', () => {
  const closers: (() => void)[] = [];
  afterEach(() => {
    for (const close of closers.splice(0)) close();
  });

  /** A server that answers with a pumped queue, and a client that has sent its request. */
  async function serve(
    queue: WatchQueue<Buffer>,
  ): Promise<{ response: ServerResponse; incoming: AsyncIterable<Buffer> & { destroy(): void }; ended: Promise<void> }> {
    const server = createServer();
    const arrived = once(server, 'request') as Promise<[unknown, ServerResponse]>;
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const outgoing = request({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' });
    outgoing.on('error', () => undefined);
    const answered = once(outgoing, 'response') as Promise<[AsyncIterable<Buffer> & { destroy(): void }]>;
    outgoing.end();
    const [, response] = await arrived;
    closers.push(() => {
      outgoing.destroy();
      server.closeAllConnections();
      server.close();
    });
    response.flushHeaders();
    const [incoming] = await answered;
    const ended = new Promise<void>((resolve) => {
      const onEnd = (): void => {
        if (queue.state === 'overflowed') response.destroy();
        else response.end();
        resolve();
      };
      pumpQueue(queue, response, { frame: (item) => item, onEnd });
    });
    return { response, incoming, ended };
  }

  test('brings everything to a client that reads', async () => {
    const queue = new WatchQueue<Buffer>({ maxItems: 1000 });
    const { incoming } = await serve(queue);
    const frames = Array.from({ length: 500 }, (_, index) => Buffer.from(`${String(index).padStart(999, ' ')}\n`));
    queue.push(frames.slice(0, 250));
    queue.push(frames.slice(250));
    queue.finish();
    const received: Buffer[] = [];
    for await (const piece of incoming) received.push(piece);
    expect(Buffer.concat(received).equals(Buffer.concat(frames))).toBe(true);
  });

  test('cuts off a client that does not read, and keeps no more than the bounds allow until then', async () => {
    const queue = new WatchQueue<Buffer>({ maxItems: 64 });
    const { response, ended } = await serve(queue);
    const frame = Buffer.alloc(16 * 1024);
    let most = 0;
    let pushed = 0;
    while (queue.state === 'open' && pushed < 100_000) {
      queue.push([frame]);
      pushed++;
      most = Math.max(most, response.writableLength);
      if (pushed % 8 === 0) await turn();
    }
    await ended;
    expect(queue.state).toBe('overflowed');
    expect(queue.size).toBe(0);
    expect(response.destroyed).toBe(true);
    expect(most).toBeLessThan(1024 * 1024);
  });
});
