import { namespacePrefix } from '../key-order.js';
import type { ListOptions, ListResult, Stored, StorageEvent } from '../storage.js';
import { chunksFrom, concatenate, runIndex, type Run } from './chunks.js';
import { History, type HistoryBounds } from './history.js';
import { page } from './page.js';
import { undo } from './past.js';
import type { EventRecord } from './record.js';
import { Space } from './space.js';
import { Watchers } from './watchers.js';

const nothing: readonly never[] = [];

/** The state that one older revision showed; kept because who reads one page of it reads the next. */
interface Past<T> {
  readonly revision: number;
  readonly runs: readonly Run<T>[];
}

/** All objects of one resource with their latest history and their watchers. */
export class Bucket<T> {
  readonly history: History<T>;
  readonly watchers = new Watchers<T>();
  /** Committed, but not handed to the watchers yet. */
  undelivered: StorageEvent<T>[] = [];
  count = 0;
  private readonly spaces = new Map<string, Space<T>>();
  /** The spaces in key order; an empty one is not kept. */
  private readonly ordered: Space<T>[] = [];
  /** All objects in key order, until the next write. */
  private everything: readonly Stored<T>[] | undefined;
  private past: Past<T> | undefined;

  constructor(
    readonly name: string,
    bounds: HistoryBounds<T>,
    floor: number,
  ) {
    this.history = new History(bounds, floor);
  }

  get(namespace: string, name: string): Stored<T> | undefined {
    return this.spaces.get(namespace)?.get(name);
  }

  /** Makes an event part of the content and of the history. */
  apply(event: EventRecord<T>): void {
    const { current } = event;
    const space = this.space(current.key.namespace);
    if (event.type === 'MODIFIED') space.replace(current);
    else if (event.type === 'ADDED') {
      space.insert(current);
      this.count++;
    } else {
      space.remove(current.key.name);
      this.count--;
      if (space.size === 0) this.dropSpace(space);
    }
    this.everything = undefined;
    this.history.append(event);
    this.forgetPast();
  }

  /** Drops the history up to a revision. */
  compact(revision: number): void {
    this.history.compact(revision);
    this.forgetPast();
  }

  /** Every object in key order, for good. */
  all(): readonly Stored<T>[] {
    if (this.ordered.length === 1) return this.ordered[0]?.all() ?? nothing;
    return (this.everything ??= concatenate(chunksFrom(this.ordered, 0)));
  }

  /** The content as it stands. */
  list(options: ListOptions<T>, revision: number): ListResult<T> {
    if (options.after !== undefined || options.filter !== undefined || (options.limit !== undefined && options.limit > 0)) {
      return page(this.runsOf(options.namespace), options, revision);
    }
    const items = options.namespace === undefined ? this.all() : (this.spaces.get(options.namespace)?.all() ?? nothing);
    return { items, revision, more: false, remaining: 0 };
  }

  /** The content as it stood at a revision that the history reaches. */
  listAt(options: ListOptions<T>, revision: number): ListResult<T> {
    if (this.history.quietSince(revision)) return this.list(options, revision);
    const { namespace } = options;
    const runs = this.runsAt(revision);
    if (namespace === undefined) return page(runs, options, revision);
    const prefix = namespacePrefix(namespace);
    return page(
      runs.filter((run) => run.prefix === prefix),
      options,
      revision,
    );
  }

  private runsOf(namespace: string | undefined): readonly Run<T>[] {
    if (namespace === undefined) return this.ordered;
    const space = this.spaces.get(namespace);
    return space === undefined ? nothing : [space];
  }

  private runsAt(revision: number): readonly Run<T>[] {
    if (this.past?.revision === revision) return this.past.runs;
    const runs = undo(this.ordered, this.history.since(revision));
    this.past = { revision, runs };
    return runs;
  }

  /** The history no longer reaches it, so nobody can ask for it. */
  private forgetPast(): void {
    if (this.past !== undefined && this.past.revision < this.history.compacted()) this.past = undefined;
  }

  private space(namespace: string): Space<T> {
    let space = this.spaces.get(namespace);
    if (space === undefined) {
      space = new Space(namespace);
      this.spaces.set(namespace, space);
      this.ordered.splice(runIndex(this.ordered, space.prefix), 0, space);
    }
    return space;
  }

  private dropSpace(space: Space<T>): void {
    this.spaces.delete(space.namespace);
    this.ordered.splice(runIndex(this.ordered, space.prefix), 1);
  }
}
