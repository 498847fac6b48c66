import assert from 'node:assert/strict';
import { describe, expect, test } from 'vitest';
import { createMemoryStorage, type MemoryStorage } from '../../src/storage/memory.js';
import type { EventSink, ListOptions, ListResult, Stamp, StorageEvent, WatchOptions, WatchScope } from '../../src/storage/storage.js';
import { snapshotConformance, storageConformance, type Sample } from '../../src/storage/testing/conformance.js';

/** Changes some methods of a storage. */
type Fault = (storage: MemoryStorage<Sample>) => Partial<MemoryStorage<Sample>>;

function broken(storage: MemoryStorage<Sample>, fault: Fault): MemoryStorage<Sample> {
  const changed = new Map<PropertyKey, unknown>(Object.entries(fault(storage)));
  return new Proxy(storage, {
    get(target, property) {
      if (changed.has(property)) return changed.get(property);
      const member: unknown = Reflect.get(target, property);
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
}

/** A fault in what lists show. */
function listing(change: (list: ListResult<Sample>, options: ListOptions<Sample>) => ListResult<Sample>): Fault {
  return (storage) => ({ list: async (bucket, options = {}) => change(await storage.list(bucket, options), options) });
}

/** A fault in what watches hear. */
function hearing(change: (events: readonly StorageEvent<Sample>[], options: WatchScope) => readonly StorageEvent<Sample>[]): Fault {
  const faulty = (options: WatchScope, sink: EventSink<Sample>): EventSink<Sample> => {
    return (events) => {
      const heard = change(events, options);
      if (heard.length > 0) sink(heard);
    };
  };
  return (storage) => ({
    watch: (options, sink) => storage.watch(options, faulty(options, sink)),
    listAndWatch: (bucket, scope, sink) => storage.listAndWatch(bucket, scope, faulty(scope, sink)),
  });
}

async function latest(storage: MemoryStorage<Sample>, key: Parameters<MemoryStorage<Sample>['get']>[0]): Promise<number> {
  return (await storage.get(key))?.revision ?? 0;
}

const faults: Record<string, Fault> = {
  'writes whatever the expected revision': (storage) => ({
    update: async (key, value) => storage.update(key, value, await latest(storage, key)),
  }),
  'deletes whatever the expected revision': (storage) => ({ delete: async (key) => storage.delete(key, await latest(storage, key)) }),
  'checks the expected revision, but writes later': (storage) => ({
    update: async (key, value, expected) => {
      if ((await latest(storage, key)) !== expected) return storage.update(key, value, expected);
      return storage.update(key, value, expected).catch(async () => storage.update(key, value, await latest(storage, key)));
    },
  }),
  'creates over what exists': (storage) => ({
    create: async (key, value) => {
      const revision = await latest(storage, key);
      return revision === 0 ? storage.create(key, value) : storage.update(key, value, revision);
    },
  }),
  'uses up a revision for a failure': (storage) => ({
    create: (key, value) =>
      storage.create(key, value).catch(async (error: unknown) => {
        await storage.create({ ...key, bucket: 'internal', name: String(storage.revision()) }, { text: '', revision: 0 });
        throw error;
      }),
  }),
  'lists in the order of plain paths': listing((list) => ({
    ...list,
    items: [...list.items].sort((left, right) => (left.key.namespace + left.key.name < right.key.namespace + right.key.name ? -1 : 1)),
  })),
  'lists in UTF-16 order': listing((list) => ({
    ...list,
    items: [...list.items].sort((left, right) =>
      left.key.namespace !== right.key.namespace ? 0 : left.key.name < right.key.name ? -1 : left.key.name > right.key.name ? 1 : 0,
    ),
  })),
  'takes a namespace for a prefix': (storage) => ({
    list: async (bucket, options = {}) => {
      const { namespace, ...others } = options;
      if (namespace === undefined) return storage.list(bucket, options);
      const list = await storage.list(bucket, others);
      return { ...list, items: list.items.filter((item) => item.key.namespace.startsWith(namespace)) };
    },
  }),
  'pages in the present instead of at a revision': (storage) => ({
    list: (bucket, { revision, ...options } = {}) =>
      options.after === undefined ? storage.list(bucket, { ...options, revision }) : storage.list(bucket, options),
  }),
  'counts what remains after the filter': listing((list, options) => (options.filter === undefined ? list : { ...list, remaining: 0 })),
  'says that there is more when there is not': listing((list, options) => ({ ...list, more: list.items.length === options.limit })),
  'lists the present at an older revision': (storage) => ({
    list: async (bucket, options = {}) => {
      const { revision = 0, ...others } = options;
      const list = await storage.list(bucket, options);
      return revision === 0 ? list : { ...(await storage.list(bucket, others)), revision: list.revision };
    },
  }),
  'forgets compaction': (storage) => ({ compact: () => Promise.resolve(void storage) }),
  'loses an event now and then': hearing((events) => events.filter((event) => event.revision % 7 !== 0)),
  'doubles an event now and then': hearing((events) => events.flatMap((event) => (event.revision % 7 === 0 ? [event, event] : [event]))),
  'turns the events of a step round': hearing((events) => [...events].reverse()),
  'forgets the version before': hearing((events) =>
    events.map((event) => ({ ...event, revision: event.revision, current: event.current, frames: event.frames, previous: undefined })),
  ),
  'gives a deletion its old revision': hearing((events) =>
    events.map((event) =>
      event.type === 'DELETED' && event.previous !== undefined
        ? { type: event.type, revision: event.revision, current: event.previous, previous: event.previous, frames: event.frames }
        : event,
    ),
  ),
  'lets all namespaces be heard': (storage) => ({ watch: ({ namespace: _namespace, ...options }, sink) => storage.watch(options, sink) }),
  'begins a watch one event late': (storage) => ({ watch: (options, sink) => storage.watch({ ...options, from: options.from + 1 }, sink) }),
  'begins a watch in the present': (storage) => ({
    watch: (options, sink) => storage.watch({ ...options, from: Math.max(options.from, storage.revision()) }, sink),
  }),
  'lists first and watches later': (storage) => ({
    listAndWatch: async (bucket, scope, sink) => {
      const list = await storage.list(bucket, { namespace: scope.namespace });
      await Promise.resolve();
      return { list, watch: storage.watch({ bucket, ...scope, from: storage.revision() }, sink) };
    },
  }),
  'goes on after a watch was closed': (storage) => ({
    watch: (options: WatchOptions, sink: EventSink<Sample>) => {
      storage.watch(options, sink);
      return { close: () => undefined };
    },
  }),
  'tells nobody of its end': (storage) => ({ watch: ({ onEnd: _onEnd, ...options }, sink) => storage.watch(options, sink) }),
  'restores without being heard': (storage) => ({
    restore: () => Promise.resolve({ added: 0, modified: 0, deleted: storage.count('test/things') }),
  }),
  'snapshots by reference to the present': (storage) => ({
    snapshot: () => ({
      revision: storage.revision(),
      get entries() {
        return storage.snapshot().entries;
      },
    }),
  }),
};

/** The cases that a storage with this fault fails. */
async function failures(fault: Fault): Promise<string[]> {
  const open = (stamp: Stamp<Sample>): MemoryStorage<Sample> => broken(createMemoryStorage({ stamp }), fault);
  const failed: string[] = [];
  for (const { title, run } of [...storageConformance(open, assert), ...snapshotConformance(open, assert)]) {
    await Promise.race([run(), impatience()]).catch(() => failed.push(title));
  }
  return failed;
}

describe('the conformance kit finds a storage that', () => {
  test.each(Object.entries(faults))('%s', async (_title, fault) => {
    expect(await failures(fault)).not.toEqual([]);
  });
});

test('the conformance kit finds nothing in a storage without a fault', async () => {
  expect(await failures(() => ({}))).toEqual([]);
});

/** A lost event is a case that waits; a few turns of the event loop are enough for one that does not. */
async function impatience(): Promise<never> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  throw new Error('no answer');
}
