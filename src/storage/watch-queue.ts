import type { Storage, StorageEvent, WatchOptions } from './storage.js';

/** How far a watcher may lag behind before it is given up. */
export interface WatchQueueBounds<E> {
  readonly maxItems: number;
  /** Only together with `sizeOf`; unbounded if absent. */
  readonly maxBytes?: number | undefined;
  readonly sizeOf?: ((item: E) => number) | undefined;
}

/**
 * `open`: more may come. `finished`: nothing more comes, what waits can still be taken. `overflowed`: the consumer was
 * too slow. `closed`: the consumer went away. In the last two nothing waits any more.
 */
export type WatchQueueState = 'open' | 'finished' | 'overflowed' | 'closed';

/** Thrown by the iteration of a queue whose consumer was too slow. */
export class WatchOverflowError extends Error {
  constructor(readonly bounds: WatchQueueBounds<never>) {
    super(`the watcher is more than ${bounds.maxItems} events or ${bounds.maxBytes ?? Infinity} bytes behind`);
    this.name = 'WatchOverflowError';
  }
}

/**
 * What lies between a storage, which never waits, and one consumer, which may be slow. It holds a bounded number of
 * items; the push that exceeds a bound drops everything and ends the queue, so a consumer that stopped reading costs
 * memory up to the bound and then none.
 *
 * A consumer pulls: either with `next()` whenever it can take more, told by `onReadable` that there is something after
 * there was nothing, or by `for await`, one item at a time.
 */
export class WatchQueue<E> implements AsyncIterable<E> {
  /** Arrays as they were pushed; the first may be taken in part. They may be shared with other queues. */
  private batches: (readonly E[])[] = [];
  private firstBatch = 0;
  private firstItem = 0;
  private waiting = 0;
  /** Items at the front that do not count. */
  private uncounted = 0;
  private weight = 0;
  private current: WatchQueueState = 'open';
  private failure: unknown = undefined;
  private wake: (() => void) | undefined = undefined;
  private release: (() => void) | undefined = undefined;

  constructor(private readonly bounds: WatchQueueBounds<E>) {}

  get state(): WatchQueueState {
    return this.current;
  }

  /** What broke off the producer or the consumer, if it was an error. */
  get error(): unknown {
    return this.failure;
  }

  /** Items that wait. */
  get size(): number {
    return this.waiting;
  }

  /** Bytes that wait and count, if the queue has a `sizeOf`. */
  get bytes(): number {
    return this.weight;
  }

  /**
   * Puts in what a watch starts with, before any `push`. It does not count: it is bounded already by what the storage
   * keeps, and a watcher that needs it must not be thrown out for it over and over.
   */
  start(items: readonly E[]): void {
    if (this.current !== 'open') return;
    this.uncounted += items.length;
    this.append(items);
  }

  /** Puts in what has just happened. */
  push(items: readonly E[]): void {
    if (this.current !== 'open') return;
    const { maxItems, maxBytes, sizeOf } = this.bounds;
    if (sizeOf !== undefined) for (const item of items) this.weight += sizeOf(item);
    const counted = this.waiting - this.uncounted + items.length;
    if (counted > maxItems || (maxBytes !== undefined && this.weight > maxBytes)) this.drop('overflowed');
    else this.append(items);
  }

  /** The oldest item; undefined if there is none now. */
  next(): E | undefined {
    const batch = this.batches[this.firstBatch];
    if (batch === undefined) return undefined;
    const item = batch[this.firstItem++] as E;
    if (this.firstItem === batch.length) this.nextBatch();
    this.waiting--;
    if (this.uncounted > 0) this.uncounted--;
    else if (this.bounds.sizeOf !== undefined) this.weight -= this.bounds.sizeOf(item);
    return item;
  }

  /** The producer has nothing more; with an error if it broke off. */
  finish(error?: unknown): void {
    if (this.current !== 'open') return;
    this.current = 'finished';
    this.failure = error;
    this.letGo();
    this.wake?.();
  }

  /** The consumer wants nothing more; with an error if it broke off. */
  close(error?: unknown): void {
    if (this.current === 'closed' || this.current === 'overflowed') return;
    this.failure ??= error;
    this.drop('closed');
  }

  /** Calls when there is something after there was nothing, and when the state changes. One listener; the later replaces the earlier. */
  onReadable(listener: (() => void) | undefined): void {
    this.wake = listener;
  }

  /** Calls once when the queue takes nothing more, so that its producer can be closed. */
  onRelease(listener: () => void): void {
    if (this.current === 'open') this.release = listener;
    else listener();
  }

  /** Ends after a `finish` or `close`; throws the producer's error or WatchOverflowError. Leaving the loop closes the queue. */
  async *[Symbol.asyncIterator](): AsyncGenerator<E, void, void> {
    try {
      for (;;) {
        while (this.waiting > 0) yield this.next() as E;
        if (this.current === 'overflowed') throw new WatchOverflowError(this.bounds as WatchQueueBounds<never>);
        if (this.failure !== undefined) throw this.failure;
        if (this.current !== 'open') return;
        await new Promise<void>((resolve) => this.onReadable(resolve));
      }
    } finally {
      this.onReadable(undefined);
      this.close();
    }
  }

  private append(items: readonly E[]): void {
    if (items.length === 0) return;
    this.batches.push(items);
    this.waiting += items.length;
    if (this.waiting === items.length) this.wake?.();
  }

  private nextBatch(): void {
    this.batches[this.firstBatch++] = [];
    this.firstItem = 0;
    const isEmpty = this.firstBatch === this.batches.length;
    if (!isEmpty && (this.firstBatch < 32 || this.firstBatch * 2 < this.batches.length)) return;
    this.batches = isEmpty ? [] : this.batches.slice(this.firstBatch);
    this.firstBatch = 0;
  }

  private drop(state: 'overflowed' | 'closed'): void {
    this.current = state;
    this.batches = [];
    this.firstBatch = this.firstItem = this.waiting = this.uncounted = this.weight = 0;
    this.letGo();
    this.wake?.();
  }

  private letGo(): void {
    const release = this.release;
    this.release = undefined;
    release?.();
  }
}

/** Watches into a queue, whose end closes the watch. Throws what `Storage.watch` throws. */
export function watchIntoQueue<T>(
  storage: Storage<T>,
  options: Omit<WatchOptions, 'onEnd'>,
  bounds: WatchQueueBounds<StorageEvent<T>>,
): WatchQueue<StorageEvent<T>> {
  const queue = new WatchQueue<StorageEvent<T>>(bounds);
  let isHistory = true;
  const watch = storage.watch({ ...options, onEnd: (error) => queue.finish(error) }, (events) => {
    if (isHistory) queue.start(events);
    else queue.push(events);
  });
  isHistory = false;
  queue.onRelease(() => watch.close());
  return queue;
}
