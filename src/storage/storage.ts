/**
 * The storage interface: a revisioned key space with compare-and-swap, watch
 * with history, and consistent reads of older revisions. It knows no HTTP and
 * no Kubernetes type beyond "a value that carries its revision".
 *
 * Values are immutable once stored: the caller gives up ownership on write, and
 * nobody may change what a read returns.
 */

/** Which objects: one bucket per resource, keys are namespace and name. */
export interface Key {
  /** `<group>/<resource>`, the key prefix of the resource; `/pods` for the core group. */
  readonly bucket: string;
  /** Empty for cluster-scoped objects. */
  readonly namespace: string;
  readonly name: string;
}

export interface Stored<T> {
  readonly key: Key;
  readonly value: T;
  /** The revision of the write that made this version. */
  readonly revision: number;
  /** Encoded forms, made lazily and at most once per version and form (media type and version). */
  readonly encoded: Map<string, Buffer>;
}

export type EventType = 'ADDED' | 'MODIFIED' | 'DELETED';

/** One committed write. All watchers share the instance, so what is cached on it is made once. */
export interface StorageEvent<T> {
  readonly type: EventType;
  readonly revision: number;
  /** The new version; on DELETED the last version, stamped with the revision of the deletion. */
  readonly current: Stored<T>;
  /** The version before, on MODIFIED and DELETED. */
  readonly previous?: Stored<T> | undefined;
  /** Encoded watch frames by form; filled by whoever serves watches. */
  readonly frames: Map<string, Buffer>;
}

export interface ListOptions<T = unknown> {
  /** All namespaces if absent; `''` is the namespace of cluster-scoped objects. */
  readonly namespace?: string | undefined;
  /** Read the state as it stood at this revision. Throws RevisionCompacted / RevisionTooLarge. */
  readonly revision?: number | undefined;
  /** Start after this key (exclusive), in key order. */
  readonly after?: { readonly namespace: string; readonly name: string } | undefined;
  /** At most this many items; 0 or absent = all. */
  readonly limit?: number | undefined;
  /** Only items for which this holds count for `limit`; `remaining` counts unfiltered ones. */
  readonly filter?: ((value: T) => boolean) | undefined;
}

export interface ListResult<T> {
  readonly items: readonly Stored<T>[];
  /** The revision that the list shows. */
  readonly revision: number;
  /** True if there are further keys after the last item. */
  readonly more: boolean;
  /** How many keys follow the last item (before filtering). */
  readonly remaining: number;
}

/**
 * Receives events in revision order, several at a time when writes come close
 * together. The array is shared between watchers. Must not block; throwing ends
 * this watch and no other.
 */
export type EventSink<T> = (events: readonly StorageEvent<T>[]) => void;

export interface WatchScope {
  /** All namespaces if absent. */
  readonly namespace?: string | undefined;
  /**
   * Told once if the storage ends the watch: without an error when the storage closes, otherwise with what the sink
   * threw or with the StorageError that interrupted it. Not called after `Watch.close()`. Must not throw.
   */
  readonly onEnd?: ((error?: unknown) => void) | undefined;
}

export interface WatchOptions extends WatchScope {
  readonly bucket: string;
  /**
   * Events after this revision, from history first; a revision not yet reached is waited for. Throws RevisionCompacted
   * if it is before the history (a storage that learns it only later ends the watch with that error).
   */
  readonly from: number;
}

export interface Watch {
  /** No event is delivered after this returns. */
  close(): void;
}

export interface Storage<T> {
  /** The revision of the last write (of any key). */
  revision(): number;
  /** The oldest revision that a watch of this bucket can still continue from. Lists reach as far, but for compaction by the clock. */
  compacted(bucket: string): number;
  get(key: Key): Promise<Stored<T> | undefined>;
  list(bucket: string, options?: ListOptions<T>): Promise<ListResult<T>>;
  /** How many objects a bucket holds. */
  count(bucket: string): number;
  /** Throws KeyExists. The storage stamps the revision into the value before anyone sees it. */
  create(key: Key, value: T): Promise<Stored<T>>;
  /** Writes if the stored revision is still `expected`; throws RevisionConflict or KeyNotFound. */
  update(key: Key, value: T, expected: number): Promise<Stored<T>>;
  /** Removes if the stored revision is still `expected`; throws RevisionConflict or KeyNotFound. The returned version carries the deletion's revision. */
  delete(key: Key, expected: number): Promise<Stored<T>>;
  /**
   * Subscribing and reading the history are one step: no event is lost or doubled.
   * History that the storage holds in this process is delivered synchronously before this returns.
   */
  watch(options: WatchOptions, sink: EventSink<T>): Watch;
  /** `list` and `watch` from the list's revision in one step. */
  listAndWatch(bucket: string, scope: WatchScope, sink: EventSink<T>): Promise<{ readonly list: ListResult<T>; readonly watch: Watch }>;
  /** Delivers what is under way, ends all watches; whatever is asked afterwards fails with StorageClosed. */
  close(): Promise<void>;
}

/**
 * Gives the value that carries the revision; called once a version, before anyone sees it. With `owned` the caller has
 * given the value up, and it may be changed in place; otherwise (a deletion, a restore) others hold it, so copy.
 */
export type Stamp<T> = (value: T, revision: number, owned: boolean) => T;

export type StorageErrorCode =
  'KeyExists' | 'KeyNotFound' | 'RevisionConflict' | 'RevisionCompacted' | 'RevisionTooLarge' | 'StorageClosed';

/** Domain errors; the registry turns them into Status. */
export class StorageError extends Error {
  constructor(
    readonly code: StorageErrorCode,
    message: string,
    /** For KeyExists and RevisionConflict: the version that is there. */
    readonly current?: Stored<unknown>,
    /** For RevisionCompacted the oldest revision that is still there, for RevisionTooLarge the newest. */
    readonly revision?: number,
  ) {
    super(message);
    this.name = 'StorageError';
  }
}

/** True if somebody else was quicker, so that what was read is no longer there: read again. */
export function isLostRace(error: unknown): boolean {
  return error instanceof StorageError && (error.code === 'RevisionConflict' || error.code === 'KeyNotFound');
}
