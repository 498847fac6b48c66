import type { Clock } from '../apimachinery/clock.js';
import { StatusError, type Status } from '../apimachinery/status.js';
import { StorageError, type StorageEvent, type Stored, type Watch } from '../storage/storage.js';
import type { Matcher } from './matcher.js';
import type { KubeObject } from './object.js';
import type { StoreForm } from './resource.js';
import { tooLarge } from './reader.js';
import type { Store } from './store.js';

/** One event as a client is told; bytes are made by the HTTP edge and kept on the event. */
export type WatchItem =
  | {
      readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
      readonly stored: Stored<KubeObject>;
      /** The committed write behind it; absent for initial events. Its `frames` are shared by all watchers. */
      readonly event?: StorageEvent<KubeObject> | undefined;
    }
  | { readonly type: 'BOOKMARK'; readonly revision: number; readonly initialEventsEnd: boolean }
  | { readonly type: 'ERROR'; readonly status: Status };

export interface WatchRequest {
  readonly namespace: string | undefined;
  readonly matcher: Matcher;
  /** From the request: '' and '0' begin with what is there. */
  readonly resourceVersion: number;
  readonly sendInitialEvents: boolean | undefined;
  readonly allowBookmarks: boolean;
}

/** How often an idle watch that allows bookmarks gets one. Milliseconds. */
const BOOKMARK_INTERVAL = 60_000;

/** Called with items in order; must not block. */
export type WatchReceiver = (items: readonly WatchItem[]) => void;

/** Told once if the storage ends the watch. */
export type WatchEnd = () => void;

/**
 * Begins a watch: what is there (if asked for) and everything after, without
 * gap or repetition. The receiver gets the first items before this resolves.
 */
export async function openWatch(
  store: Store,
  request: WatchRequest,
  receiver: WatchReceiver,
  onEnd: WatchEnd = () => undefined,
): Promise<Watch> {
  const { storage, clock } = store.environment;
  const namespace = store.resource.namespaced ? request.namespace : undefined;
  const session = new WatchSession(request.matcher, receiver, storage.revision.bind(storage), store.form?.prepare);
  const initial = request.sendInitialEvents ?? request.resourceVersion === 0;
  let watch: Watch;
  if (request.sendInitialEvents === true && request.resourceVersion > storage.revision()) {
    receiver([{ type: 'ERROR', status: tooLarge(request.resourceVersion, storage).status }]);
    return { close: () => undefined };
  }
  if (initial) {
    const opened = await storage.listAndWatch(store.bucket, { namespace, onEnd }, session.onEvents);
    watch = opened.watch;
    try {
      await store.form?.prepare?.(opened.list.items.map(({ value }) => value));
    } catch (error) {
      watch.close();
      throw error;
    }
    session.start(opened.list.items);
    if (request.sendInitialEvents === true && request.allowBookmarks) session.bookmark(true);
  } else {
    try {
      const from = request.resourceVersion === 0 ? storage.revision() : request.resourceVersion;
      session.start([]);
      watch = storage.watch({ bucket: store.bucket, namespace, from, onEnd }, session.onEvents);
    } catch (error) {
      if (!(error instanceof StorageError) || error.code !== 'RevisionCompacted') throw error;
      const message = `too old resource version: ${String(request.resourceVersion)} (${String(storage.compacted(store.bucket))})`;
      receiver([{ type: 'ERROR', status: { code: 410, reason: 'Expired', message } }]);
      return { close: () => undefined };
    }
  }
  if (!request.allowBookmarks) return watch;
  const timer = bookmarkTimer(clock, session);
  return {
    close: () => {
      timer();
      watch.close();
    },
  };
}

function bookmarkTimer(clock: Clock, session: WatchSession): () => void {
  let cancel = (): void => undefined;
  const arm = (): void => {
    cancel = clock.after(BOOKMARK_INTERVAL, () => {
      session.bookmark(false);
      arm();
    });
  };
  arm();
  return () => {
    cancel();
  };
}

/** Turns storage events into what one selector sees of them. */
class WatchSession {
  private waiting: StorageEvent<KubeObject>[] | undefined = [];
  /** What comes after conversions that are under way; absent if none is. */
  private tail: Promise<void> | undefined;
  private failed = false;

  constructor(
    private readonly matcher: Matcher,
    private readonly receiver: WatchReceiver,
    private readonly revision: () => number,
    /** Must have been waited for before an object is read; absent if objects can always be read. */
    private readonly prepare: StoreForm['prepare'],
  ) {}

  /** Passes on the initial objects, then whatever arrived since they were read. */
  start(initial: readonly Stored<KubeObject>[]): void {
    const items: WatchItem[] = [];
    for (const stored of initial) if (this.matcher === undefined || this.matcher(stored.value)) items.push({ type: 'ADDED', stored });
    if (items.length > 0) this.receiver(items);
    const waiting = this.waiting ?? [];
    this.waiting = undefined;
    if (waiting.length > 0) this.onEvents(waiting);
  }

  readonly onEvents = (events: readonly StorageEvent<KubeObject>[]): void => {
    if (this.waiting !== undefined) {
      this.waiting.push(...events);
      return;
    }
    const { prepare } = this;
    if (prepare === undefined) this.deliver(this.select(events));
    else this.afterConversions(() => this.convert(events, prepare));
  };

  /** Keeps the order of events, however long each takes. */
  private afterConversions(work: () => Promise<void> | undefined): void {
    const next = this.tail === undefined ? work() : this.tail.then(work);
    if (next === undefined) return;
    const tail: Promise<void> = next
      .catch((error: unknown) => {
        this.fail(error);
      })
      .finally(() => {
        if (this.tail === tail) this.tail = undefined;
      });
    this.tail = tail;
  }

  private async convert(events: readonly StorageEvent<KubeObject>[], prepare: NonNullable<StoreForm['prepare']>): Promise<void> {
    if (this.failed) return;
    if (this.matcher !== undefined) {
      await prepare(
        events.flatMap(({ current, previous }) => (previous === undefined ? [current.value] : [current.value, previous.value])),
      );
    }
    const items = this.select(events);
    await prepare(items.flatMap((item) => ('stored' in item ? [item.stored.value] : [])));
    this.deliver(items);
  }

  /** A watch that can't go on says why, and nothing more. */
  private fail(error: unknown): void {
    if (this.failed) return;
    this.failed = true;
    const message = error instanceof Error ? error.message : String(error);
    this.receiver([
      { type: 'ERROR', status: error instanceof StatusError ? error.status : { code: 500, reason: 'InternalError', message } },
    ]);
  }

  private deliver(items: readonly WatchItem[]): void {
    if (items.length > 0) this.receiver(items);
  }

  private select(events: readonly StorageEvent<KubeObject>[]): WatchItem[] {
    const { matcher } = this;
    const items: WatchItem[] = [];
    for (const event of events) {
      if (matcher === undefined) items.push(plainItem(event));
      else {
        const item = selectedItem(event, matcher);
        if (item !== undefined) items.push(item);
      }
    }
    return items;
  }

  bookmark(initialEventsEnd: boolean): void {
    const revision = this.revision();
    const send = (): undefined => {
      if (!this.failed) this.receiver([{ type: 'BOOKMARK', revision, initialEventsEnd }]);
    };
    if (this.tail === undefined) send();
    else this.tail = this.tail.then(send);
  }
}

/** The item is kept on the event: all watchers without a selector share it. */
const PLAIN = new WeakMap<StorageEvent<KubeObject>, WatchItem>();

function plainItem(event: StorageEvent<KubeObject>): WatchItem {
  let item = PLAIN.get(event);
  if (item === undefined) {
    item = { type: event.type, stored: event.current, event };
    PLAIN.set(event, item);
  }
  return item;
}

/** Leaving the selection is a deletion, entering it an addition (KEP-less, see the watch cache's behaviour). */
function selectedItem(event: StorageEvent<KubeObject>, matcher: (object: KubeObject) => boolean): WatchItem | undefined {
  const { previous } = event;
  const before = event.type !== 'ADDED' && previous !== undefined && matcher(previous.value);
  if (event.type === 'DELETED') return before ? plainItem(event) : undefined;
  const now = matcher(event.current.value);
  if (now && before) return plainItem(event);
  if (now) return { type: 'ADDED', stored: event.current, event };
  if (before && previous !== undefined) return { type: 'DELETED', stored: departed(event, previous), event };
  return undefined;
}

const DEPARTED = new WeakMap<StorageEvent<KubeObject>, Stored<KubeObject>>();

/** The last selected version, stamped with the revision at which it left. */
function departed(event: StorageEvent<KubeObject>, previous: Stored<KubeObject>): Stored<KubeObject> {
  let stored = DEPARTED.get(event);
  if (stored === undefined) {
    const { value } = previous;
    stored = {
      key: previous.key,
      revision: event.revision,
      value: { ...value, metadata: { ...value.metadata, resourceVersion: String(event.revision) } },
      encoded: new Map(),
    };
    DEPARTED.set(event, stored);
  }
  return stored;
}
