import type { GroupVersionKind, GroupVersionResource } from '../apimachinery/group-version.js';
import type { KubeObject } from '../registry/object.js';
import type { WatchEnd, WatchReceiver } from '../registry/watch.js';
import type { Watch } from '../storage/storage.js';

export { typed, type KubeObject, type ObjectMeta, type OwnerReference, type Typed } from '../registry/object.js';

/** Which object or collection. */
export interface Target {
  readonly resource: GroupVersionResource;
  /** Absent for cluster-scoped resources and for lists of all namespaces. */
  readonly namespace?: string | undefined;
  readonly subresource?: string | undefined;
}

export interface ListOptions {
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly limit?: number | undefined;
  readonly continue?: string | undefined;
}

export interface ObjectList<T> {
  readonly items: readonly T[];
  readonly resourceVersion: string;
  readonly continue: string;
}

export interface WriteOptions {
  readonly fieldManager?: string | undefined;
  readonly dryRun?: boolean | undefined;
}

export interface DeleteOptions {
  readonly gracePeriodSeconds?: number | undefined;
  readonly propagationPolicy?: 'Orphan' | 'Background' | 'Foreground' | undefined;
  readonly preconditions?: { readonly uid?: string | undefined; readonly resourceVersion?: string | undefined } | undefined;
}

/** A resource that the server serves right now, as discovery tells it: a built-in one at the version that is stored, a custom one at the preferred version. */
export interface ServedResource extends GroupVersionResource {
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  /** True for instances of a CustomResourceDefinition. */
  readonly custom: boolean;
}

/** What discovery tells. */
export interface Discovery {
  /** Everything that is stored, once, however many versions it is served in. */
  resources(): readonly ServedResource[];
  /** The resource of a kind at one of its versions; undefined if it isn't served. */
  resourceFor(kind: GroupVersionKind): ServedResource | undefined;
  /** Calls `listener` when what is served has changed; returns how to stop it. */
  onChange(listener: () => void): () => void;
}

export type PatchKind = 'json' | 'merge' | 'strategic' | 'apply';

/**
 * The client interface that controllers, the scheduler and the nodes use: what
 * HTTP clients can do, no more. Failures are StatusErrors with the texts that go
 * over the wire. Objects handed out are immutable; objects handed in are copied.
 */
export interface Client {
  get<T extends KubeObject = KubeObject>(target: Target, name: string): Promise<T>;
  list<T extends KubeObject = KubeObject>(target: Target, options?: ListOptions): Promise<ObjectList<T>>;
  /** From `resourceVersion` on, or with what is there first if it is absent. `onEnd` is told once if the server ends the watch. */
  watch(target: Target, options: ListOptions, receiver: WatchReceiver, onEnd?: WatchEnd): Promise<Watch>;
  create<T extends KubeObject = KubeObject>(target: Target, object: T, options?: WriteOptions, name?: string): Promise<T>;
  update<T extends KubeObject = KubeObject>(target: Target, object: T, options?: WriteOptions): Promise<T>;
  patch<T extends KubeObject = KubeObject>(
    target: Target,
    name: string,
    kind: PatchKind,
    patch: object,
    options?: WriteOptions & { readonly force?: boolean },
  ): Promise<T>;
  delete(target: Target, name: string, options?: DeleteOptions): Promise<void>;
  /** Deletes what a list with these options would show. */
  deleteCollection(target: Target, list?: ListOptions, options?: DeleteOptions): Promise<void>;
  /**
   * What another server behind an APIService answers to a GET, as parsed JSON;
   * it has no types here. @param path with the query: `/apis/metrics.k8s.io/v1beta1/pods?limit=1`
   */
  aggregated(path: string): Promise<unknown>;
  readonly discovery: Discovery;
  /** The same client acting for somebody else, under a user agent of its own. */
  as(user: string, groups: readonly string[], userAgent?: string): Client;
}
