import type { KubeObject } from '../registry/object.js';
import type { WatchItem } from '../registry/watch.js';
import type { Watch } from '../storage/storage.js';
import type { Client, Target } from './client.js';

/** What happens to the objects that an informer follows; called in order, synchronously, after its cache has changed. Must not throw. */
export interface InformerHandler<T extends KubeObject = KubeObject> {
  added?(object: T): void;
  /** `old` is the version before; both are the same object's unless it was deleted and made anew in between. */
  updated?(object: T, old: T): void;
  deleted?(object: T): void;
}

/** The values under which an index finds an object. */
export type IndexFunction<T> = (object: T) => readonly string[];

/** What is read from an informer: its cache and its indices. Objects are shared and immutable. */
export interface Lister<T extends KubeObject = KubeObject> {
  /** `namespace` is '' for cluster-scoped objects. */
  get(namespace: string, name: string): T | undefined;
  /** All, or those of one namespace, in no particular order. */
  list(namespace?: string): readonly T[];
  /** The objects that an index has under a value. */
  byIndex(index: string, value: string): readonly T[];
  /** How many objects there are. */
  readonly size: number;
}

const NONE: ReadonlyMap<string, never> = new Map<string, never>();

/**
 * Follows one resource: a cache of all its objects, indices over them, and
 * handlers that are told of each change (Go: cache.SharedIndexInformer).
 *
 * In process an event is delivered before the write that caused it resolves, so
 * whoever awaits its own write finds it in the cache: no expectations needed.
 */
export class Informer<T extends KubeObject = KubeObject> implements Lister<T> {
  private readonly namespaces = new Map<string, Map<string, T>>();
  private readonly indices = new Map<string, { readonly of: IndexFunction<T>; readonly entries: Map<string, Map<string, T>> }>();
  private readonly handlers = new Set<InformerHandler<T>>();
  private watch: Watch | undefined;
  private beginning: Promise<void> | undefined;
  private count = 0;
  private isStopped = false;

  constructor(
    private readonly client: Client,
    readonly target: Target,
  ) {}

  get size(): number {
    return this.count;
  }

  get(namespace: string, name: string): T | undefined {
    return this.namespaces.get(namespace)?.get(name);
  }

  list(namespace?: string): readonly T[] {
    if (namespace !== undefined) return [...(this.namespaces.get(namespace) ?? NONE).values()];
    const all: T[] = [];
    for (const objects of this.namespaces.values()) for (const object of objects.values()) all.push(object);
    return all;
  }

  byIndex(index: string, value: string): readonly T[] {
    const found = this.indices.get(index);
    if (found === undefined) throw new Error(`there is no index ${index} of ${this.target.resource.resource}`);
    return [...(found.entries.get(value) ?? NONE).values()];
  }

  /** Adds an index; one that exists already under the name is kept, for it is the same by agreement. */
  addIndex(index: string, of: IndexFunction<T>): this {
    if (this.indices.has(index)) return this;
    const entries = new Map<string, Map<string, T>>();
    this.indices.set(index, { of, entries });
    for (const objects of this.namespaces.values()) for (const object of objects.values()) put(entries, of(object), object);
    return this;
  }

  /** Tells the handler of what is there already, and of each change from now on. Returns how to stop it. */
  addHandler(handler: InformerHandler<T>): () => void {
    this.handlers.add(handler);
    if (handler.added !== undefined) for (const object of this.list()) handler.added(object);
    return () => this.handlers.delete(handler);
  }

  /** Resolves when the cache holds what is there. Asking again gives the same promise. */
  begin(): Promise<void> {
    this.beginning ??= this.follow();
    return this.beginning;
  }

  stop(): void {
    this.isStopped = true;
    this.watch?.close();
    this.handlers.clear();
  }

  private async follow(): Promise<void> {
    this.watch = await this.client.watch(
      this.target,
      {},
      (items) => {
        for (const item of items) this.receive(item);
      },
      () => this.restart(),
    );
    if (this.isStopped) this.watch.close();
  }

  /** The storage ended the watch: begins anew with what is there then. */
  private restart(): void {
    if (this.isStopped) return;
    const before = new Map(this.list().map((object) => [object.metadata.uid ?? '', object]));
    this.beginning = this.follow().then(() => {
      for (const object of before.values()) {
        const { namespace = '', name = '', uid } = object.metadata;
        if (this.get(namespace, name)?.metadata.uid !== uid) this.remove(object);
      }
    });
    this.beginning.catch(() => undefined);
  }

  private receive(item: WatchItem): void {
    if (item.type === 'BOOKMARK' || item.type === 'ERROR') return;
    const object = item.stored.value as T;
    if (item.type === 'DELETED') this.remove(object);
    else this.store(object);
  }

  private store(object: T): void {
    const { namespace = '', name = '' } = object.metadata;
    let objects = this.namespaces.get(namespace);
    if (objects === undefined) this.namespaces.set(namespace, (objects = new Map<string, T>()));
    const old = objects.get(name);
    objects.set(name, object);
    if (old === undefined) this.count++;
    for (const { of, entries } of this.indices.values()) {
      if (old !== undefined) take(entries, of(old), old);
      put(entries, of(object), object);
    }
    for (const handler of this.handlers) {
      if (old === undefined) handler.added?.(object);
      else handler.updated?.(object, old);
    }
  }

  private remove(object: T): void {
    const { namespace = '', name = '' } = object.metadata;
    const objects = this.namespaces.get(namespace);
    const old = objects?.get(name);
    if (objects === undefined || old === undefined) return;
    objects.delete(name);
    if (objects.size === 0) this.namespaces.delete(namespace);
    this.count--;
    for (const { of, entries } of this.indices.values()) take(entries, of(old), old);
    for (const handler of this.handlers) handler.deleted?.(object);
  }
}

/** `namespace/name`, or the name alone for cluster-scoped objects: the keys of work queues (Go: MetaNamespaceKeyFunc). */
export function keyOf({ metadata: { namespace = '', name = '' } }: KubeObject): string {
  return namespace === '' ? name : `${namespace}/${name}`;
}

/** The opposite of `keyOf`. */
export function splitKey(key: string): { readonly namespace: string; readonly name: string } {
  const at = key.indexOf('/');
  return at === -1 ? { namespace: '', name: key } : { namespace: key.slice(0, at), name: key.slice(at + 1) };
}

function put<T extends KubeObject>(entries: Map<string, Map<string, T>>, values: readonly string[], object: T): void {
  for (const value of values) {
    let objects = entries.get(value);
    if (objects === undefined) entries.set(value, (objects = new Map<string, T>()));
    objects.set(keyOf(object), object);
  }
}

function take<T extends KubeObject>(entries: Map<string, Map<string, T>>, values: readonly string[], object: T): void {
  for (const value of values) {
    const objects = entries.get(value);
    if (objects === undefined) continue;
    objects.delete(keyOf(object));
    if (objects.size === 0) entries.delete(value);
  }
}
