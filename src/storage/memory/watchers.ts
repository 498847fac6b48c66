import type { EventSink, StorageEvent, Watch, WatchScope } from '../storage.js';

/** One watcher of a bucket or of a namespace in it. */
class Subscription<T> implements Watch {
  private open = true;

  constructor(
    private readonly owner: Watchers<T>,
    readonly namespace: string | undefined,
    /** Events up to here are not wanted, or have been delivered. */
    private readonly after: number,
    private readonly sink: EventSink<T>,
    private readonly onEnd: WatchScope['onEnd'],
  ) {}

  deliver(events: readonly StorageEvent<T>[]): void {
    const first = events[0];
    let wanted = events;
    if (first === undefined || first.revision <= this.after) {
      wanted = events.filter((event) => event.revision > this.after);
      if (wanted.length === 0) return;
    }
    this.hand(wanted);
  }

  /** Events that `after` does not bar: the history that comes before the live ones. */
  hand(events: readonly StorageEvent<T>[]): void {
    try {
      this.sink(events);
    } catch (error) {
      this.end(error);
    }
  }

  close(): void {
    this.open = false;
    this.owner.remove(this);
  }

  end(error?: unknown): void {
    if (!this.open) return;
    this.close();
    if (this.onEnd !== undefined) this.onEnd(error);
    else if (error !== undefined) process.emitWarning(`a watch ended because its sink failed: ${String(error)}`, 'StorageWarning');
  }
}

/** The watchers of one bucket, those of a namespace apart, so that an event costs only those whom it concerns. */
export class Watchers<T> {
  private readonly everywhere = new Set<Subscription<T>>();
  private readonly byNamespace = new Map<string, Set<Subscription<T>>>();

  /** True if an event in this namespace would reach somebody. */
  cares(namespace: string): boolean {
    return this.everywhere.size > 0 || this.byNamespace.has(namespace);
  }

  /** Delivers the history, then whatever comes after revision `after`. */
  add(scope: WatchScope, after: number, history: readonly StorageEvent<T>[], sink: EventSink<T>): Watch {
    const subscription = new Subscription(this, scope.namespace, after, sink, scope.onEnd);
    this.setOf(scope.namespace).add(subscription);
    if (history.length > 0) subscription.hand(history);
    return subscription;
  }

  /** Hands out events, which are in revision order. */
  dispatch(events: readonly StorageEvent<T>[]): void {
    for (const subscription of this.everywhere) subscription.deliver(events);
    if (this.byNamespace.size === 0) return;
    for (const [namespace, its] of groupByNamespace(events)) {
      const set = this.byNamespace.get(namespace);
      if (set === undefined) continue;
      for (const subscription of set) subscription.deliver(its);
    }
  }

  remove(subscription: Subscription<T>): void {
    const set = this.setOf(subscription.namespace);
    set.delete(subscription);
    if (set.size === 0 && subscription.namespace !== undefined) this.byNamespace.delete(subscription.namespace);
  }

  endAll(): void {
    for (const subscription of [...this.everywhere]) subscription.end();
    for (const set of [...this.byNamespace.values()]) for (const subscription of [...set]) subscription.end();
  }

  private setOf(namespace: string | undefined): Set<Subscription<T>> {
    if (namespace === undefined) return this.everywhere;
    let set = this.byNamespace.get(namespace);
    if (set === undefined) this.byNamespace.set(namespace, (set = new Set()));
    return set;
  }
}

function groupByNamespace<T>(events: readonly StorageEvent<T>[]): Iterable<readonly [string, readonly StorageEvent<T>[]]> {
  const [only] = events;
  if (only !== undefined && events.length === 1) return [[only.current.key.namespace, events]];
  const groups = new Map<string, StorageEvent<T>[]>();
  for (const event of events) {
    const namespace = event.current.key.namespace;
    const group = groups.get(namespace);
    if (group === undefined) groups.set(namespace, [event]);
    else group.push(event);
  }
  return groups;
}
