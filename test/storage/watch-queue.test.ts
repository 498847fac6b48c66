import { describe, expect, test } from 'vitest';
import { createMemoryStorage } from '../../src/storage/memory.js';
import type { StorageEvent } from '../../src/storage/storage.js';
import { sample, stampSample, type Sample } from '../../src/storage/testing/sample.js';
import { watchIntoQueue, WatchOverflowError, WatchQueue } from '../../src/storage/watch-queue.js';

function numbers(from: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => from + index);
}

function takeAll<E>(queue: WatchQueue<E>): E[] {
  const taken: E[] = [];
  while (queue.size > 0) taken.push(queue.next() as E);
  return taken;
}

async function collect<E>(queue: WatchQueue<E>): Promise<E[]> {
  const items: E[] = [];
  for await (const item of queue) items.push(item);
  return items;
}

describe('a watch queue', () => {
  test('gives items in the order in which they were put in, across batches of any size', () => {
    const queue = new WatchQueue<number>({ maxItems: 10_000 });
    const given: number[] = [];
    for (let turn = 0; turn < 300; turn++) {
      queue.push(numbers(turn * 10, turn % 7));
      given.push(...numbers(turn * 10, turn % 7));
    }
    expect(takeAll(queue)).toEqual(given);
    expect(queue.next()).toBeUndefined();
  });

  test('holds as many items as its bound, however many have passed through', () => {
    const queue = new WatchQueue<number>({ maxItems: 3 });
    for (let turn = 0; turn < 1000; turn++) {
      queue.push([turn, turn, turn]);
      expect(takeAll(queue)).toHaveLength(3);
    }
    expect(queue.state).toBe('open');
  });

  test('drops everything and ends when one item too many waits', () => {
    const queue = new WatchQueue<number>({ maxItems: 3 });
    let released = 0;
    queue.onRelease(() => released++);
    queue.push([1, 2]);
    queue.next();
    queue.push([3, 4]);
    expect([queue.state, queue.size]).toEqual(['open', 3]);
    queue.push([5]);
    expect([queue.state, queue.size, released]).toEqual(['overflowed', 0, 1]);
    queue.push([6]);
    queue.finish();
    queue.close();
    expect([queue.state, queue.size, released]).toEqual(['overflowed', 0, 1]);
  });

  test('drops everything and ends when too many bytes wait', () => {
    const queue = new WatchQueue<string>({ maxItems: 100, maxBytes: 10, sizeOf: (item) => item.length });
    queue.push(['aaaa', 'bbbb']);
    queue.next();
    queue.push(['cccccc']);
    expect([queue.state, queue.bytes]).toEqual(['open', 10]);
    queue.push(['d']);
    expect([queue.state, queue.bytes]).toEqual(['overflowed', 0]);
  });

  test('does not count what a watch starts with', () => {
    const queue = new WatchQueue<string>({ maxItems: 2, maxBytes: 2, sizeOf: (item) => item.length });
    queue.start(Array.from({ length: 50 }, () => 'history'));
    queue.push(['a']);
    for (let taken = 0; taken < 49; taken++) expect(queue.next()).toBe('history');
    queue.push(['b']);
    expect([queue.state, queue.size, queue.bytes]).toEqual(['open', 3, 2]);
    queue.push(['c']);
    expect(queue.state).toBe('overflowed');
  });

  test('tells that there is something only after there was nothing', () => {
    const queue = new WatchQueue<number>({ maxItems: 10 });
    let told = 0;
    queue.onReadable(() => told++);
    queue.push([]);
    expect(told).toBe(0);
    queue.push([1]);
    queue.push([2]);
    expect(told).toBe(1);
    takeAll(queue);
    queue.push([3]);
    expect(told).toBe(2);
  });

  test('takes nothing more once its producer finished, and still gives what waits', () => {
    const queue = new WatchQueue<number>({ maxItems: 10 });
    let released = 0;
    queue.onRelease(() => released++);
    queue.push([1, 2]);
    queue.finish();
    queue.push([3]);
    expect([queue.state, released]).toEqual(['finished', 1]);
    expect(takeAll(queue)).toEqual([1, 2]);
    expect(released).toBe(1);
  });

  test('gives nothing more once its consumer closed it', () => {
    const queue = new WatchQueue<number>({ maxItems: 10 });
    let released = 0;
    queue.onRelease(() => released++);
    queue.push([1, 2]);
    queue.close();
    queue.close();
    queue.push([3]);
    expect([queue.state, queue.size, queue.next(), released]).toEqual(['closed', 0, undefined, 1]);
    queue.onRelease(() => released++);
    expect(released).toBe(2);
  });

  test('is iterated until its producer finishes', async () => {
    const queue = new WatchQueue<number>({ maxItems: 10 });
    queue.push([1]);
    const items = collect(queue);
    await Promise.resolve();
    queue.push([2, 3]);
    await Promise.resolve();
    queue.push([4]);
    queue.finish();
    expect(await items).toEqual([1, 2, 3, 4]);
    expect(queue.state).toBe('closed');
  });

  test('throws from its iteration what broke off its producer', async () => {
    const queue = new WatchQueue<number>({ maxItems: 10 });
    const broken = new Error('broken');
    queue.finish(broken);
    await expect(collect(queue)).rejects.toBe(broken);
  });

  test('throws from its iteration if the consumer was too slow', async () => {
    const queue = new WatchQueue<number>({ maxItems: 2 });
    const items = collect(queue);
    await Promise.resolve();
    queue.push([1, 2, 3]);
    await expect(items).rejects.toBeInstanceOf(WatchOverflowError);
  });

  test('is closed when its iteration is left', async () => {
    const queue = new WatchQueue<number>({ maxItems: 10 });
    queue.push([1, 2]);
    for await (const item of queue) {
      expect(item).toBe(1);
      break;
    }
    expect(queue.state).toBe('closed');
  });
});

describe('a watch into a queue', () => {
  const bucket = 'test/things';
  const open = async (objects: number): Promise<ReturnType<typeof createMemoryStorage<Sample>>> => {
    const storage = createMemoryStorage<Sample>({ stamp: stampSample });
    for (let index = 0; index < objects; index++) await storage.create({ bucket, namespace: 'a', name: `n${index}` }, sample(''));
    return storage;
  };
  const names = (events: readonly StorageEvent<Sample>[]): string[] => events.map((event) => event.current.key.name);

  test('starts with a history longer than its bound and goes on with what comes', async () => {
    const storage = await open(20);
    const queue = watchIntoQueue(storage, { bucket, from: 1 }, { maxItems: 2 });
    await storage.create({ bucket, namespace: 'a', name: 'new' }, sample(''));
    expect(names(takeAll(queue))).toEqual([...numbers(0, 20).map((index) => `n${index}`), 'new']);
  });

  test('stops watching when it overflows', async () => {
    const storage = await open(0);
    const queue = watchIntoQueue(storage, { bucket, from: 1 }, { maxItems: 2 });
    for (let index = 0; index < 3; index++) await storage.create({ bucket, namespace: 'a', name: `n${index}` }, sample(''));
    expect(queue.state).toBe('overflowed');
    const again = watchIntoQueue(storage, { bucket, from: 1 }, { maxItems: 2 });
    expect(again.size).toBe(3);
  });

  test('finishes when the storage closes', async () => {
    const storage = await open(0);
    const queue = watchIntoQueue(storage, { bucket, from: 1 }, { maxItems: 2 });
    void storage.create({ bucket, namespace: 'a', name: 'last' }, sample(''));
    await storage.close();
    expect(queue.state).toBe('finished');
    expect(names(await collect(queue))).toEqual(['last']);
  });

  test('throws what the storage throws', async () => {
    const storage = await open(5);
    await storage.compact(4);
    expect(() => watchIntoQueue(storage, { bucket, from: 2 }, { maxItems: 2 })).toThrow(/compacted/);
  });
});
