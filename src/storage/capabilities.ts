/**
 * What a storage may offer beyond `Storage`. A storage that has a capability
 * says so with `implements` or `satisfies`; who needs one asks the type guard.
 */
import type { Key, Storage } from './storage.js';

/** One object of a snapshot. */
export interface SnapshotEntry<T> {
  readonly key: Key;
  readonly value: T;
}

/** The content of a storage at one revision. It shares the stored values, so taking one copies no object. */
export interface Snapshot<T> {
  readonly revision: number;
  /** In bucket order, then key order. */
  readonly entries: readonly SnapshotEntry<T>[];
}

/** How many writes a restore needed. */
export interface RestoreResult {
  readonly added: number;
  readonly modified: number;
  readonly deleted: number;
}

/** Content can be taken out as a whole and put back. */
export interface SnapshotCapable<T> {
  snapshot(): Snapshot<T>;
  /**
   * Makes the content equal to the snapshot's in one step that no reader sees halfway. The difference is written as
   * ordinary writes with new revisions, so watchers follow it and revisions never run backwards; what is already equal
   * stays untouched and keeps its revision. If the snapshot's revision is ahead of the storage's (it comes from another
   * process), the counter jumps there first and what was before counts as compacted.
   */
  restore(snapshot: Snapshot<T>): Promise<RestoreResult>;
  /** Deletes everything, as a restore of an empty snapshot does. */
  reset(): Promise<RestoreResult>;
}

/** History can be dropped on demand, as etcd's compaction does. */
export interface CompactionCapable {
  /** Forgets what was before `revision` in every bucket; later than the newest revision is RevisionTooLarge. */
  compact(revision: number): Promise<void>;
}

/** True if the storage can be snapshotted. */
export function isSnapshotCapable<T>(storage: Storage<T>): storage is Storage<T> & SnapshotCapable<T> {
  const candidate: Partial<SnapshotCapable<T>> = storage as Storage<T> & Partial<SnapshotCapable<T>>;
  return typeof candidate.snapshot === 'function' && typeof candidate.restore === 'function' && typeof candidate.reset === 'function';
}

/** True if the storage's history can be compacted on demand. */
export function isCompactionCapable<T>(storage: Storage<T>): storage is Storage<T> & CompactionCapable {
  return typeof (storage as Storage<T> & Partial<CompactionCapable>).compact === 'function';
}
