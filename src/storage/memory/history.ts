import type { EventRecord } from './record.js';

/** How much of the past a bucket keeps. Whatever is exceeded first drops the oldest events. */
export interface HistoryBounds<T> {
  /** Events. */
  readonly count: number;
  /** Milliseconds of `now`; unbounded if absent. */
  readonly age?: number | undefined;
  readonly now: () => number;
  /** Bytes of superseded versions as `sizeOf` tells them; unbounded if absent. */
  readonly bytes?: number | undefined;
  readonly sizeOf?: ((value: T) => number) | undefined;
}

/** The latest events of one bucket, oldest first. */
export class History<T> {
  private events: (EventRecord<T> | undefined)[] = [];
  /** Index of the oldest event that is still kept. */
  private head = 0;
  private bytes = 0;
  private dropped: number;

  constructor(
    private readonly bounds: HistoryBounds<T>,
    /** What was up to here is gone already. */
    floor: number,
  ) {
    this.dropped = floor;
  }

  get length(): number {
    return this.events.length - this.head;
  }

  /** The revision of the newest event that was dropped: the oldest state that can still be told. */
  compacted(): number {
    if (this.bounds.age !== undefined) this.trim();
    return this.dropped;
  }

  append(event: EventRecord<T>): void {
    this.events.push(event);
    this.bytes += this.sizeOf(event);
    this.trim();
  }

  /** Drops everything up to and including a revision. */
  compact(revision: number): void {
    if (revision <= this.dropped) return;
    const keep = this.indexAfter(revision);
    while (this.head < keep) this.drop();
    this.dropped = revision;
    this.reclaim();
  }

  /** The events after a revision, which must not be before `compacted()`. */
  since(revision: number): EventRecord<T>[] {
    return this.events.slice(this.indexAfter(revision)) as EventRecord<T>[];
  }

  /** True if nothing happened after a revision. */
  quietSince(revision: number): boolean {
    const last = this.events[this.events.length - 1];
    return last === undefined || last.revision <= revision;
  }

  private indexAfter(revision: number): number {
    let low = this.head;
    let high = this.events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const event = this.events[middle];
      if (event !== undefined && event.revision <= revision) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private trim(): void {
    const { count, age, bytes } = this.bounds;
    while (this.length > count) this.drop();
    if (bytes !== undefined) while (this.bytes > bytes && this.length > 0) this.drop();
    if (age !== undefined) {
      const oldest = this.bounds.now() - age;
      for (let event = this.events[this.head]; event !== undefined && event.time < oldest; event = this.events[this.head]) this.drop();
    }
    this.reclaim();
  }

  private drop(): void {
    const event = this.events[this.head];
    if (event === undefined) return;
    this.events[this.head++] = undefined;
    this.bytes -= this.sizeOf(event);
    this.dropped = event.revision;
  }

  /** Gives back the slots of dropped events once they are the larger part, so that an append costs O(1) on average. */
  private reclaim(): void {
    if (this.head < 64 || this.head < this.length) return;
    this.events = this.events.slice(this.head);
    this.head = 0;
  }

  /** An event costs the version that it supersedes; its new version is alive, or is paid for by the next event. */
  private sizeOf(event: EventRecord<T>): number {
    const { sizeOf, bytes } = this.bounds;
    return bytes === undefined || sizeOf === undefined || event.previous === undefined ? 0 : sizeOf(event.previous.value);
  }
}
