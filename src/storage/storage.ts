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
  readonly previous?: Stored<T>;
  /** Encoded watch frames by form; filled by whoever serves watches. */
  readonly frames: Map<string, Buffer>;
}

export interface ListOptions {
  /** All namespaces if absent. */
  readonly namespace?: string | undefined;
  /** Read the state as it stood at this revision. Throws RevisionCompacted / RevisionTooLarge. */
  readonly revision?: number | undefined;
  /** Start after this key (exclusive), in key order. */
  readonly after?: { readonly namespace: string; readonly name: string } | undefined;
  /** At most this many items; 0 or absent = all. */
  readonly limit?: number | undefined;
  /** Only items for which this holds count for `limit`; `remaining` counts unfiltered ones. */
  readonly filter?: ((value: unknown) => boolean) | undefined;
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

/** Receives events in revision order. Must not block; throwing ends the watch. */
export type EventSink<T> = (events: readonly StorageEvent<T>[]) => void;

export interface WatchOptions {
  readonly bucket: string;
  readonly namespace?: string | undefined;
  /** Events after this revision, from history first. Throws RevisionCompacted if it is before the history. */
  readonly from: number;
}

export interface Watch {
  close(): void;
}

export interface Storage<T> {
  /** The revision of the last write (of any key). */
  revision(): number;
  /** The oldest revision that a watch can still continue from. */
  compacted(): number;
  get(key: Key): Promise<Stored<T> | undefined>;
  list(bucket: string, options?: ListOptions): Promise<ListResult<T>>;
  /** How many objects a bucket holds. */
  count(bucket: string): number;
  /** Throws KeyExists. The storage stamps the revision into the value before anyone sees it. */
  create(key: Key, value: T): Promise<Stored<T>>;
  /** Writes if the stored revision is still `expected`; throws RevisionConflict or KeyNotFound. */
  update(key: Key, value: T, expected: number): Promise<Stored<T>>;
  /** Removes if the stored revision is still `expected`. The returned version carries the deletion's revision. */
  delete(key: Key, expected: number): Promise<Stored<T>>;
  /**
   * Subscribing and reading the history are one step: no event is lost or doubled.
   * History is delivered synchronously before this returns.
   */
  watch(options: WatchOptions, sink: EventSink<T>): Watch;
  /** `list` and `watch` from the list's revision in one step. */
  listAndWatch(bucket: string, options: { readonly namespace?: string | undefined }, sink: EventSink<T>): Promise<{ readonly list: ListResult<T>; readonly watch: Watch }>;
  close(): Promise<void>;
}

/** Writes the revision into a value, once, before it becomes visible. */
export type Stamp<T> = (value: T, revision: number) => T;

/** Domain errors; the registry turns them into Status. */
export class StorageError extends Error {
  constructor(
    readonly code: 'KeyExists' | 'KeyNotFound' | 'RevisionConflict' | 'RevisionCompacted' | 'RevisionTooLarge',
    message: string,
    /** For RevisionConflict: the version that is there. For RevisionCompacted / TooLarge: undefined. */
    readonly current?: unknown,
  ) {
    super(message);
    this.name = 'StorageError';
  }
}
