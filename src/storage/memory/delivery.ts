import type { Bucket } from './bucket.js';
import type { StorageEvent } from '../storage.js';

/**
 * Hands events to watchers in a microtask: writes of one synchronous step
 * arrive as one batch, a write made by a sink never interrupts the delivery
 * that runs, and whoever awaits a write finds its event delivered.
 */
export class Delivery<T> {
  private dirty: Bucket<T>[] = [];
  private readonly run = (): void => this.flush();

  enqueue(bucket: Bucket<T>, event: StorageEvent<T>): void {
    if (bucket.undelivered.push(event) > 1) return;
    if (this.dirty.push(bucket) === 1) queueMicrotask(this.run);
  }

  /** Delivers at once what is waiting. */
  flush(): void {
    const buckets = this.dirty;
    if (buckets.length === 0) return;
    this.dirty = [];
    for (const bucket of buckets) {
      const events = bucket.undelivered;
      bucket.undelivered = [];
      bucket.watchers.dispatch(events);
    }
  }
}
