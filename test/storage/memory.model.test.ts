import { describe, expect, test } from 'vitest';
import { createMemoryStorage, type MemoryStorage } from '../../src/storage/memory.js';
import type { Snapshot } from '../../src/storage/capabilities.js';
import { StorageError, type EventType, type Key, type ListOptions, type Watch } from '../../src/storage/storage.js';
import { sample, stampSample, type Sample } from '../../src/storage/testing/sample.js';

/**
 * Random operations on the memory storage and on a model that does everything
 * in the plainest way: one log of all writes, from which every answer is
 * computed anew. Both must answer alike. A failure names its seed; to see that
 * run alone, leave only that seed in its shape.
 */
interface Shape {
  readonly title: string;
  readonly seeds: readonly number[];
  readonly operations: number;
  readonly historyLimit: number;
  readonly namespaces: readonly string[];
  readonly names: readonly string[];
}

const shapes: readonly Shape[] = [
  {
    title: '2,000 short runs on few keys, whose history is soon full',
    seeds: Array.from({ length: 2000 }, (_, index) => index + 1),
    operations: 60,
    historyLimit: 25,
    namespaces: ['a', 'a-b', 'a.b', 'aa', 'b'],
    names: ['x', 'x-y', 'x.y', 'xx', 'ÿ', '\ue000', '📦', '__proto__'],
  },
  {
    title: '4 long runs on many keys of one namespace',
    seeds: [1, 2, 3, 4],
    operations: 1200,
    historyLimit: 300,
    namespaces: ['a'],
    names: Array.from({ length: 1500 }, (_, index) => `n${index}`),
  },
];

const buckets = ['/pods', 'apps/deployments'] as const;

/** mulberry32: numbers from 0 up to 1 that depend on the seed alone. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

interface Write {
  readonly type: EventType;
  readonly revision: number;
  readonly key: Key;
  readonly text: string;
}

function etcdKey({ namespace, name }: { readonly namespace: string; readonly name: string }): Buffer {
  return Buffer.from(`${namespace}/${name}`);
}

function isSame(left: Key, right: Key): boolean {
  return left.bucket === right.bucket && left.namespace === right.namespace && left.name === right.name;
}

class Model {
  readonly log: Write[] = [];
  revision = 1;
  /** What was up to here is compacted on demand. */
  private floor = 0;

  constructor(private readonly historyLimit: number) {}

  get(key: Key): Write | undefined {
    const last = this.log.findLast((write) => isSame(write.key, key));
    return last?.type === 'DELETED' ? undefined : last;
  }

  write(type: EventType, key: Key, text: string): void {
    this.log.push({ type, revision: ++this.revision, key, text });
  }

  compact(revision: number): void {
    this.floor = Math.max(this.floor, revision);
  }

  /** The newest event that is gone: because it is one too many of its bucket, or by compaction. */
  compacted(bucket: string): number {
    return Math.max(this.floor, this.log.filter((write) => write.key.bucket === bucket).at(-1 - this.historyLimit)?.revision ?? 0);
  }

  since(bucket: string, namespace: string | undefined, revision: number): Write[] {
    return this.log.filter((write) => write.revision > revision && isIn(write.key, bucket, namespace));
  }

  state(bucket: string, namespace: string | undefined, revision: number): Write[] {
    const there = new Map<string, Write>();
    for (const write of this.log) {
      if (write.revision > revision || !isIn(write.key, bucket, namespace)) continue;
      if (write.type === 'DELETED') there.delete(etcdKey(write.key).toString());
      else there.set(etcdKey(write.key).toString(), write);
    }
    return [...there.values()].sort((left, right) => Buffer.compare(etcdKey(left.key), etcdKey(right.key)));
  }

  list(bucket: string, options: ListOptions<Sample>): object {
    const revision = options.revision ?? this.revision;
    if (revision > this.revision) return { error: 'RevisionTooLarge', revision: this.revision };
    if (revision < this.compacted(bucket) && revision !== this.revision)
      return { error: 'RevisionCompacted', revision: this.compacted(bucket) };
    const { after, filter, limit = 0 } = options;
    let rest = this.state(bucket, options.namespace, revision);
    if (after !== undefined) rest = rest.filter((write) => Buffer.compare(etcdKey(write.key), etcdKey(after)) > 0);
    const items: Write[] = [];
    while (rest.length > 0 && (limit === 0 || items.length < limit)) {
      const [next, ...others] = rest;
      rest = others;
      if (next !== undefined && (filter === undefined || filter({ text: next.text, revision: next.revision }))) items.push(next);
    }
    return { items: items.map(shownWrite), revision, more: rest.length > 0, remaining: rest.length };
  }
}

function isIn(key: Key, bucket: string, namespace: string | undefined): boolean {
  return key.bucket === bucket && (namespace === undefined || key.namespace === namespace);
}

function shownWrite({ key, text, revision }: Write): string {
  return `${key.namespace}/${key.name} ${text} ${revision}`;
}

interface Watcher {
  readonly bucket: string;
  readonly namespace: string | undefined;
  readonly from: number;
  readonly heard: string[];
  readonly watch: Watch;
  /** How much it had heard when it was closed. */
  closedWith: number | undefined;
}

/** One run: a storage, its model, and the dice. */
class Run {
  private readonly storage: MemoryStorage<Sample>;
  private readonly model: Model;
  private readonly watchers: Watcher[] = [];
  private snapshot: Snapshot<Sample> | undefined;
  private snapshotState: readonly Write[] = [];
  private isBurst = false;

  constructor(
    private readonly random: () => number,
    private readonly shape: Shape,
  ) {
    const { historyLimit } = shape;
    this.storage = createMemoryStorage({ stamp: stampSample, historyLimit });
    this.model = new Model(historyLimit);
  }

  async play(): Promise<void> {
    for (let operation = 0; operation < this.shape.operations; operation++) {
      await (this.random() < 0.2 ? this.burst() : this.step());
      same(this.storage.revision(), this.model.revision);
    }
    for (const watcher of this.watchers) this.checkWatcher(watcher);
    for (const bucket of buckets) {
      same(this.storage.count(bucket), this.model.state(bucket, undefined, Infinity).length);
      same(this.storage.compacted(bucket), this.model.compacted(bucket));
    }
  }

  private async step(): Promise<void> {
    const dice = this.random();
    if (dice < 0.3) await this.create();
    else if (dice < 0.45) await this.update();
    else if (dice < 0.55) await this.delete();
    else if (dice < 0.6) await this.get();
    else if (dice < 0.8) await this.list();
    else if (dice < 0.88) this.watch();
    else if (dice < 0.91) await this.listAndWatch();
    else if (dice < 0.95) this.closeWatch();
    else if (dice < 0.96) await this.compact();
    else if (dice < 0.98) this.takeSnapshot();
    else await this.restore();
  }

  /** Several operations in one synchronous step, so that events are delivered together; model and storage both act before the first `await`. */
  private async burst(): Promise<void> {
    this.isBurst = true;
    await Promise.all(Array.from({ length: 2 + Math.floor(this.random() * 4) }, () => this.step()));
    this.isBurst = false;
  }

  private async create(): Promise<void> {
    const key = this.key();
    const there = this.model.get(key);
    const text = this.text();
    if (there === undefined) this.model.write('ADDED', key, text);
    const expected = there === undefined ? this.model.revision : { error: 'KeyExists', there: there.revision };
    same(await this.outcome(() => this.storage.create(key, sample(text))), expected);
  }

  private async update(): Promise<void> {
    const key = this.key();
    const text = this.text();
    const expected = this.expectedRevision(key);
    const answer = this.swap('MODIFIED', key, text, expected);
    same(await this.outcome(() => this.storage.update(key, sample(text), expected)), answer);
  }

  private async delete(): Promise<void> {
    const key = this.key();
    const expected = this.expectedRevision(key);
    const answer = this.swap('DELETED', key, this.model.get(key)?.text ?? '', expected);
    same(await this.outcome(() => this.storage.delete(key, expected)), answer);
  }

  private swap(type: EventType, key: Key, text: string, expected: number): unknown {
    const there = this.model.get(key);
    if (there === undefined) return { error: 'KeyNotFound' };
    if (there.revision !== expected) return { error: 'RevisionConflict', there: there.revision };
    this.model.write(type, key, text);
    return this.model.revision;
  }

  private async get(): Promise<void> {
    const key = this.key();
    const expected = this.model.get(key);
    const there = await this.storage.get(key);
    same([there?.revision, there?.value.text, there?.value.revision], [expected?.revision, expected?.text, expected?.revision]);
  }

  private async list(): Promise<void> {
    const bucket = this.pick(buckets);
    const options: ListOptions<Sample> = {
      namespace: this.maybe(0.4, () => this.pick(this.shape.namespaces)),
      revision: this.maybe(0.5, () => this.pastRevision() + (this.random() < 0.1 ? 3 : 0)),
      limit: this.maybe(0.5, () => Math.floor(this.random() * 6)),
      filter: this.maybe(0.3, () => (value: Sample) => value.text < 'm'),
      after: this.maybe(0.4, () => this.key()),
    };
    const expected = this.model.list(bucket, options);
    const actual = await this.storage.list(bucket, options).then(
      ({ items, ...others }) => ({
        items: items.map(({ key, value, revision }) => shownWrite({ type: 'ADDED', key, text: value.text, revision })),
        ...others,
      }),
      failure,
    );
    same(actual, expected);
  }

  private watch(): void {
    const bucket = this.pick(buckets);
    const namespace = this.maybe(0.5, () => this.pick(this.shape.namespaces));
    const from = this.pastRevision();
    const heard: string[] = [];
    const compacted = this.model.compacted(bucket);
    try {
      const watch = this.storage.watch({ bucket, namespace, from }, (events) => {
        for (const { type, current } of events)
          heard.push(`${type} ${shownWrite({ type, key: current.key, text: current.value.text, revision: current.value.revision })}`);
      });
      expect(from).toBeGreaterThanOrEqual(compacted);
      this.watchers.push({ bucket, namespace, from, heard, watch, closedWith: undefined });
    } catch (error) {
      same(failure(error), { error: 'RevisionCompacted', revision: compacted });
      expect(from).toBeLessThan(compacted);
    }
  }

  private async listAndWatch(): Promise<void> {
    const bucket = this.pick(buckets);
    const namespace = this.maybe(0.5, () => this.pick(this.shape.namespaces));
    const heard: string[] = [];
    const there = this.model.state(bucket, namespace, Infinity);
    const { list, watch } = await this.storage.listAndWatch(bucket, { namespace }, (events) => {
      for (const { type, current } of events)
        heard.push(`${type} ${shownWrite({ type, key: current.key, text: current.value.text, revision: current.value.revision })}`);
    });
    same(
      list.items.map((item) => item.revision),
      there.map((write) => write.revision),
    );
    this.watchers.push({ bucket, namespace, from: list.revision, heard, watch, closedWith: undefined });
  }

  private closeWatch(): void {
    const open = this.watchers.filter((watcher) => watcher.closedWith === undefined);
    if (open.length === 0) return;
    const watcher = this.pick(open);
    if (!this.isBurst) this.checkWatcher(watcher);
    watcher.watch.close();
    watcher.closedWith = watcher.heard.length;
  }

  private async compact(): Promise<void> {
    const revision = this.pastRevision();
    this.model.compact(revision);
    await this.storage.compact(revision);
  }

  private takeSnapshot(): void {
    this.snapshot = this.storage.snapshot();
    this.snapshotState = buckets.flatMap((bucket) => this.model.state(bucket, undefined, Infinity));
    same(
      this.snapshot.entries.map((entry) => entry.value.revision),
      this.snapshotState.map((write) => write.revision),
    );
  }

  private async restore(): Promise<void> {
    const { snapshot } = this;
    if (snapshot === undefined) return;
    const wanted = this.snapshotState;
    const before = buckets.flatMap((bucket) => this.model.state(bucket, undefined, Infinity));
    for (const { key, text } of before.filter((now) => !wanted.some((write) => isSame(write.key, now.key))))
      this.model.write('DELETED', key, text);
    for (const now of before) {
      const write = wanted.find((candidate) => isSame(candidate.key, now.key));
      if (write !== undefined && write.revision !== now.revision) this.model.write('MODIFIED', write.key, write.text);
    }
    for (const { key, text } of wanted) if (!before.some((now) => isSame(now.key, key))) this.model.write('ADDED', key, text);
    await this.storage.restore(snapshot);
  }

  private checkWatcher({ bucket, namespace, from, heard, closedWith }: Watcher): void {
    const expected = this.model.since(bucket, namespace, from).slice(0, closedWith);
    same(
      heard,
      expected.map((write) => `${write.type} ${shownWrite(write)}`),
    );
  }

  private async outcome(write: () => Promise<{ readonly revision: number; readonly value: Sample }>): Promise<unknown> {
    try {
      const { revision, value } = await write();
      same(value.revision, revision);
      return revision;
    } catch (error) {
      return failure(error);
    }
  }

  private key(): Key {
    return { bucket: this.pick(buckets), namespace: this.pick(this.shape.namespaces), name: this.pick(this.shape.names) };
  }

  private text(): string {
    return String.fromCharCode(97 + Math.floor(this.random() * 26));
  }

  /** Mostly the right one. */
  private expectedRevision(key: Key): number {
    const right = this.model.get(key)?.revision ?? this.model.revision;
    return this.random() < 0.85 ? right : right - 1 + Math.floor(this.random() * 3);
  }

  private pastRevision(): number {
    return Math.max(1, this.model.revision - Math.floor(this.random() * 40));
  }

  private pick<V>(from: readonly V[]): V {
    return from[Math.floor(this.random() * from.length)] as V;
  }

  private maybe<V>(chance: number, make: () => V): V | undefined {
    return this.random() < chance ? make() : undefined;
  }
}

function failure(error: unknown): object {
  if (!(error instanceof StorageError)) throw error;
  if (error.revision !== undefined) return { error: error.code, revision: error.revision };
  return error.current === undefined ? { error: error.code } : { error: error.code, there: error.current.revision };
}

/** `toEqual`, but asked only if there is a difference: it is slow, and there are a hundred thousand comparisons. */
function same(actual: unknown, expected: unknown): void {
  if (actual !== expected && JSON.stringify(actual) !== JSON.stringify(expected)) expect(actual).toEqual(expected);
}

describe('the memory storage answers as its model does', () => {
  test.each(shapes)('in $title', async (shape) => {
    for (const seed of shape.seeds) {
      await new Run(randomOf(seed), shape).play().catch((error: unknown) => {
        throw new Error(`seed ${seed}`, { cause: error });
      });
    }
  });
});
