import { Bucket } from './memory/bucket.js';
import type { CompactionCapable, RestoreResult, Snapshot, SnapshotCapable } from './capabilities.js';
import { Compaction } from './memory/compaction.js';
import { Delivery } from './memory/delivery.js';
import type { HistoryBounds } from './memory/history.js';
import { EventRecord, StoredRecord } from './memory/record.js';
import { difference, type Identity } from './memory/restore.js';
import {
  StorageError,
  type EventSink,
  type EventType,
  type Key,
  type ListOptions,
  type ListResult,
  type Stamp,
  type Storage,
  type Stored,
  type Watch,
  type WatchOptions,
  type WatchScope,
} from './storage.js';

export interface MemoryStorageOptions<T> {
  readonly stamp: Stamp<T>;
  /** Events kept per bucket, so that a busy resource does not push out a quiet one's past; 5,000 if absent. */
  readonly historyLimit?: number | undefined;
  /** Drop events that are older, in milliseconds of `now`. */
  readonly historyAge?: number | undefined;
  /** Drop events once the superseded versions of a bucket weigh more, in bytes as `sizeOf` estimates them. */
  readonly historyBytes?: number | undefined;
  readonly sizeOf?: ((value: T) => number) | undefined;
  /** Lists of what was before the last but one of these intervals, in milliseconds of `now`, end; never if absent. */
  readonly compactionInterval?: number | undefined;
  /** The clock for `historyAge` and `compactionInterval`, in milliseconds. */
  readonly now?: (() => number) | undefined;
  /** The revision of the empty storage; 1 as in etcd. */
  readonly initialRevision?: number | undefined;
  /** How a restore tells objects and versions apart. */
  readonly identity?: Identity<T> | undefined;
}

/** A storage in this process's memory, with all capabilities. */
export type MemoryStorage<T> = Storage<T> & SnapshotCapable<T> & CompactionCapable;

/** An empty storage. What is written is kept by reference. */
export function createMemoryStorage<T>(options: MemoryStorageOptions<T>): MemoryStorage<T> {
  return new Memory(options);
}

/**
 * Every method does its work before it returns, so a sequence of calls without
 * an `await` in between is atomic; promises only carry the result.
 */
class Memory<T> implements Storage<T>, SnapshotCapable<T>, CompactionCapable {
  private readonly buckets = new Map<string, Bucket<T>>();
  private readonly delivery = new Delivery<T>();
  private readonly stamp: Stamp<T>;
  private readonly identity: Identity<T>;
  private readonly bounds: HistoryBounds<T>;
  private readonly compaction: Compaction | undefined;
  private latest: number;
  /** What was up to here is compacted, in buckets still to come as well. */
  private floor = 0;
  private closed = false;

  constructor(options: MemoryStorageOptions<T>) {
    this.stamp = options.stamp;
    this.identity = options.identity ?? {};
    this.latest = options.initialRevision ?? 1;
    this.bounds = {
      count: options.historyLimit ?? 5000,
      age: options.historyAge,
      now: options.now ?? Date.now,
      bytes: options.historyBytes,
      sizeOf: options.sizeOf,
    };
    if (options.compactionInterval !== undefined) this.compaction = new Compaction(options.compactionInterval, this.bounds.now);
  }

  revision(): number {
    return this.latest;
  }

  compacted(bucket: string): number {
    return this.buckets.get(bucket)?.history.compacted() ?? this.floor;
  }

  count(bucket: string): number {
    return this.buckets.get(bucket)?.count ?? 0;
  }

  get(key: Key): Promise<Stored<T> | undefined> {
    if (this.closed) return Promise.reject(storageClosed());
    return Promise.resolve(this.buckets.get(key.bucket)?.get(key.namespace, key.name));
  }

  list(bucket: string, options: ListOptions<T> = {}): Promise<ListResult<T>> {
    return settle(() => this.listNow(bucket, options));
  }

  create(key: Key, value: T): Promise<Stored<T>> {
    return settle(() => {
      this.assertOpen();
      const bucket = this.bucket(key.bucket);
      const there = bucket.get(key.namespace, key.name);
      if (there !== undefined) throw new StorageError('KeyExists', `${describe(key)} exists already`, there);
      return this.add(bucket, key, value, true);
    });
  }

  update(key: Key, value: T, expected: number): Promise<Stored<T>> {
    return settle(() => {
      const there = this.find(key, expected);
      return this.write(this.bucket(key.bucket), 'MODIFIED', there.key, value, there, true);
    });
  }

  delete(key: Key, expected: number): Promise<Stored<T>> {
    return settle(() => {
      const there = this.find(key, expected);
      return this.write(this.bucket(key.bucket), 'DELETED', there.key, there.value, there, false);
    });
  }

  watch(options: WatchOptions, sink: EventSink<T>): Watch {
    this.assertOpen();
    const { from, namespace } = options;
    const bucket = this.bucket(options.bucket);
    this.assertReached(bucket, from);
    const events = bucket.history.since(from);
    const wanted = namespace === undefined ? events : events.filter((event) => event.current.key.namespace === namespace);
    return bucket.watchers.add(options, Math.max(from, this.latest), wanted, sink);
  }

  listAndWatch(bucket: string, scope: WatchScope, sink: EventSink<T>): Promise<{ readonly list: ListResult<T>; readonly watch: Watch }> {
    return settle(() => {
      const list = this.listNow(bucket, { namespace: scope.namespace });
      return { list, watch: this.bucket(bucket).watchers.add(scope, list.revision, [], sink) };
    });
  }

  close(): Promise<void> {
    if (!this.closed) {
      this.delivery.flush();
      this.closed = true;
      for (const bucket of this.buckets.values()) bucket.watchers.endAll();
    }
    return Promise.resolve();
  }

  compact(revision: number): Promise<void> {
    return settle(() => {
      this.assertOpen();
      this.assertNotFuture(revision);
      this.compactTo(revision);
    });
  }

  snapshot(): Snapshot<T> {
    this.assertOpen();
    return { revision: this.latest, entries: this.everything() };
  }

  restore(snapshot: Snapshot<T>): Promise<RestoreResult> {
    return settle(() => {
      this.assertOpen();
      const { deleted, modified, added } = difference(this.everything(), snapshot.entries, this.identity);
      if (snapshot.revision > this.latest) {
        this.latest = snapshot.revision;
        this.compactTo(snapshot.revision);
      }
      for (const old of deleted) this.write(this.bucket(old.key.bucket), 'DELETED', old.key, old.value, old, false);
      for (const { old, value } of modified) this.write(this.bucket(old.key.bucket), 'MODIFIED', old.key, value, old, false);
      for (const { key, value } of added) this.add(this.bucket(key.bucket), key, value, false);
      return { added: added.length, modified: modified.length, deleted: deleted.length };
    });
  }

  reset(): Promise<RestoreResult> {
    return this.restore({ revision: 0, entries: [] });
  }

  private listNow(name: string, options: ListOptions<T>): ListResult<T> {
    this.assertOpen();
    const bucket = this.bucket(name);
    const { revision } = options;
    if (revision === undefined || revision === this.latest) return bucket.list(options, this.latest);
    this.assertNotFuture(revision);
    this.assertReached(bucket, revision, this.compaction?.floor(this.latest));
    return bucket.listAt(options, revision);
  }

  /** All objects in the order of their keys. */
  private everything(): readonly Stored<T>[] {
    return [...this.buckets.keys()].sort().flatMap((name) => this.buckets.get(name)?.all() ?? []);
  }

  /** The version to be replaced, if it is still the one that the caller has seen. */
  private find(key: Key, expected: number): Stored<T> {
    this.assertOpen();
    const there = this.buckets.get(key.bucket)?.get(key.namespace, key.name);
    if (there === undefined) throw new StorageError('KeyNotFound', `${describe(key)} does not exist`);
    if (there.revision !== expected) {
      throw new StorageError('RevisionConflict', `${describe(key)} is at revision ${there.revision}, not ${expected}`, there);
    }
    return there;
  }

  /** Writes an object that is not there; its key is copied, and shared by all its versions. */
  private add(bucket: Bucket<T>, { namespace, name }: Key, value: T, owned: boolean): Stored<T> {
    return this.write(bucket, 'ADDED', { bucket: bucket.name, namespace, name }, value, undefined, owned);
  }

  private write(bucket: Bucket<T>, type: EventType, key: Key, value: T, previous: Stored<T> | undefined, owned: boolean): Stored<T> {
    this.compaction?.advance(this.latest);
    const revision = this.latest + 1;
    const current = new StoredRecord(key, this.stamp(value, revision, owned), revision);
    const event = new EventRecord(type, current, previous, this.bounds.age === undefined ? 0 : this.bounds.now());
    this.latest = revision;
    bucket.apply(event);
    if (bucket.watchers.cares(key.namespace)) this.delivery.enqueue(bucket, event);
    return current;
  }

  private bucket(name: string): Bucket<T> {
    let bucket = this.buckets.get(name);
    if (bucket === undefined) this.buckets.set(name, (bucket = new Bucket(name, this.bounds, this.floor)));
    return bucket;
  }

  private compactTo(revision: number): void {
    this.floor = Math.max(this.floor, revision);
    for (const bucket of this.buckets.values()) bucket.compact(revision);
  }

  private assertOpen(): void {
    if (this.closed) throw storageClosed();
  }

  private assertReached(bucket: Bucket<T>, revision: number, floor = 0): void {
    const compacted = Math.max(bucket.history.compacted(), floor);
    if (revision < compacted) {
      throw new StorageError(
        'RevisionCompacted',
        `revision ${revision} of ${bucket.name} is compacted, the oldest is ${compacted}`,
        undefined,
        compacted,
      );
    }
  }

  private assertNotFuture(revision: number): void {
    if (revision > this.latest) {
      throw new StorageError(
        'RevisionTooLarge',
        `revision ${revision} is not reached yet, the newest is ${this.latest}`,
        undefined,
        this.latest,
      );
    }
  }
}

/** Runs now and answers in a promise; what is thrown becomes its rejection. */
function settle<R>(work: () => R): Promise<R> {
  try {
    return Promise.resolve(work());
  } catch (error) {
    return Promise.reject(error as Error);
  }
}

function storageClosed(): StorageError {
  return new StorageError('StorageClosed', 'the storage is closed');
}

function describe(key: Key): string {
  return key.namespace === '' ? `${key.bucket}/${key.name}` : `${key.bucket}/${key.namespace}/${key.name}`;
}
