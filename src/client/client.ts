import type { GroupVersionResource } from '../apimachinery/group-version.js';
import type { KubeObject } from '../registry/object.js';
import type { WatchReceiver } from '../registry/watch.js';
import type { Watch } from '../storage/storage.js';

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
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string } | undefined;
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
  /** From `resourceVersion` on, or with what is there first if it is absent. */
  watch(target: Target, options: ListOptions, receiver: WatchReceiver): Promise<Watch>;
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
  /** The same client acting for somebody else, under a user agent of its own. */
  as(user: string, groups: readonly string[], userAgent?: string): Client;
}
