import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { createMemoryStorage, type MemoryStorageOptions } from '../../src/storage/memory.js';
import type { Key, Storage, StorageEvent, Stored } from '../../src/storage/storage.js';
import { snapshotConformance, storageConformance, type Sample } from '../../src/storage/testing/conformance.js';
import { sample, stampSample } from '../../src/storage/testing/sample.js';

type Memory = ReturnType<typeof createMemoryStorage<Sample>>;

function open(options: Partial<MemoryStorageOptions<Sample>> = {}): Memory {
  return createMemoryStorage<Sample>({ stamp: stampSample, ...options });
}

const bucket = 'test/things';

function key(name: string, namespace = 'a', inBucket = bucket): Key {
  return { bucket: inBucket, namespace, name };
}

/** Updates one object over and over. */
async function busy(storage: Storage<Sample>, writes: number, text = '', where = key('busy')): Promise<Stored<Sample>> {
  let last = (await storage.get(where)) ?? (await storage.create(where, sample(text)));
  for (let write = 0; write < writes; write++) last = await storage.update(where, sample(text), last.revision);
  return last;
}

/** The revisions that a watch from `from` hears at once. */
function past(storage: Storage<Sample>, from: number, inBucket = bucket): number[] {
  const revisions: number[] = [];
  storage.watch({ bucket: inBucket, from }, (events) => revisions.push(...events.map((event) => event.revision))).close();
  return revisions;
}

describe('the memory storage conforms', () => {
  for (const { title, run } of storageConformance((stamp) => createMemoryStorage({ stamp }), assert)) test(title, run);
  for (const { title, run } of snapshotConformance((stamp) => createMemoryStorage({ stamp }), assert)) test(title, run);
});

describe('the history of a bucket', () => {
  test('keeps the number of events that it is told to', async () => {
    const storage = open({ historyLimit: 10 });
    const last = await busy(storage, 100);
    expect(storage.compacted(bucket)).toBe(last.revision - 10);
    expect(past(storage, last.revision - 10)).toHaveLength(10);
    expect(() => past(storage, last.revision - 11)).toThrow(
      expect.objectContaining({ code: 'RevisionCompacted', revision: last.revision - 10 }),
    );
  });

  test('is not pushed out by another bucket', async () => {
    const storage = open({ historyLimit: 10 });
    const quiet = await storage.create(key('quiet', 'a', 'test/quiet'), sample(''));
    await busy(storage, 1000);
    expect(storage.compacted('test/quiet')).toBe(0);
    expect(past(storage, 0, 'test/quiet')).toEqual([quiet.revision]);
    expect((await storage.list('test/quiet', { revision: 1 })).items).toEqual([]);
    expect((await storage.list('test/never', { revision: 1 })).items).toEqual([]);
  });

  test('may be empty, and then only the present can be watched', async () => {
    const storage = open({ historyLimit: 0 });
    const last = await busy(storage, 5);
    expect(past(storage, last.revision)).toEqual([]);
    expect(() => past(storage, last.revision - 1)).toThrow('compacted');
  });

  test('drops what is too old by the clock, also if nothing is written', async () => {
    let now = 0;
    const storage = open({ historyAge: 1000, now: () => now });
    const first = await busy(storage, 0);
    now = 600;
    const second = await busy(storage, 1);
    now = 1000;
    expect(storage.compacted(bucket)).toBe(0);
    now = 1001;
    expect(storage.compacted(bucket)).toBe(first.revision);
    expect(past(storage, first.revision)).toEqual([second.revision]);
    now = 5000;
    expect(() => past(storage, first.revision)).toThrow('compacted');
    await expect(storage.list(bucket, { revision: first.revision })).rejects.toThrow('compacted');
    expect((await storage.list(bucket, { revision: second.revision })).items).toHaveLength(1);
  });

  test('drops the oldest once superseded versions weigh too much', async () => {
    const storage = open({ historyBytes: 1000, sizeOf: (value) => value.text.length });
    const last = await busy(storage, 50, 'x'.repeat(100));
    expect(storage.compacted(bucket)).toBe(last.revision - 10);
    const { revision } = await busy(storage, 1, 'y'.repeat(2000));
    expect(storage.compacted(bucket)).toBe(last.revision - 9);
    await busy(storage, 1, 'y'.repeat(2000));
    expect(storage.compacted(bucket)).toBe(revision + 1);
  });

  test('lets go of what it drops', async () => {
    const storage = open({ historyLimit: 100 });
    const old = new WeakRef(await busy(storage, 0));
    const { revision } = await storage.list(bucket);
    await busy(storage, 1);
    await storage.list(bucket, { revision });
    await busy(storage, 200);
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as () => void;
    await new Promise((resolve) => setImmediate(resolve));
    gc();
    expect(old.deref()).toBeUndefined();
  });
});

describe('compaction by the clock', () => {
  const interval = 300;

  test('ends lists of a revision between one and two intervals after it, and no watches', async () => {
    let now = 0;
    const storage = open({ compactionInterval: interval, now: () => now });
    const old = await storage.create(key('quiet'), sample(''));
    const other = key('x', 'a', 'test/other');
    now = 2 * interval - 1;
    await busy(storage, 1, '', other);
    expect((await storage.list(bucket, { revision: old.revision })).items).toHaveLength(1);
    now = 2 * interval;
    await expect(storage.list(bucket, { revision: old.revision })).resolves.toBeDefined();
    now = 3 * interval;
    await expect(storage.list(bucket, { revision: old.revision })).rejects.toThrow('compacted');
    expect(past(storage, old.revision)).toEqual([]);
  });

  test('leaves the newest revision, however long nothing is written', async () => {
    let now = 0;
    const storage = open({ compactionInterval: interval, now: () => now });
    const old = await storage.create(key('quiet'), sample(''));
    const { revision } = await storage.create(key('other'), sample(''));
    now = 100 * interval;
    expect((await storage.list(bucket, { revision })).items).toHaveLength(2);
    await busy(storage, 1, '', key('later'));
    expect((await storage.list(bucket, { revision })).items).toHaveLength(2);
    await expect(storage.list(bucket, { revision: old.revision })).rejects.toThrow('compacted');
  });
});

describe('delivery', () => {
  test('hands over history before the watch is returned', async () => {
    const storage = open();
    await busy(storage, 2);
    expect(past(storage, 1)).toEqual([2, 3, 4]);
  });

  test('is done before the writer goes on', async () => {
    const storage = open();
    const heard: number[] = [];
    storage.watch({ bucket, from: 1 }, (events) => heard.push(...events.map((event) => event.revision)));
    for (let index = 0; index < 5; index++) {
      const { revision } = await storage.create(key(`n${index}`), sample(''));
      expect(heard.at(-1)).toBe(revision);
    }
  });

  test('never happens inside a write', () => {
    const storage = open();
    let heard = 0;
    storage.watch({ bucket, from: 1 }, () => heard++);
    void storage.create(key('x'), sample(''));
    expect(heard).toBe(0);
  });

  test('hands over the writes of one step at once, the same array to all', async () => {
    const storage = open();
    const batches: (readonly StorageEvent<Sample>[])[] = [];
    for (let watcher = 0; watcher < 3; watcher++) storage.watch({ bucket, from: 1 }, (events) => batches.push(events));
    await Promise.all([1, 2, 3].map((index) => storage.create(key(`n${index}`), sample(''))));
    expect(batches.map((events) => events.length)).toEqual([3, 3, 3]);
    expect(new Set(batches).size).toBe(1);
  });

  test('gives a namespace its part of a step', async () => {
    const storage = open();
    const heard: string[] = [];
    storage.watch({ bucket, namespace: 'b', from: 1 }, (events) => heard.push(events.map((event) => event.current.key.name).join()));
    await Promise.all(['a', 'b', 'c', 'b'].map((namespace, index) => storage.create(key(`n${index}`, namespace), sample(''))));
    expect(heard).toEqual(['n1,n3']);
  });

  test('warns of a sink that failed if nobody asked to be told', async () => {
    const storage = open();
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
    storage.watch({ bucket, from: 1 }, () => {
      throw new Error('broken sink');
    });
    await storage.create(key('x'), sample(''));
    expect((await warned).message).toContain('broken sink');
  });
});

describe('values', () => {
  test('are kept as they are given, and stamped once', async () => {
    const stamped: (readonly [number, boolean])[] = [];
    const storage = open({
      stamp: (value, revision, owned) => {
        stamped.push([revision, owned]);
        return stampSample(value, revision, owned);
      },
    });
    const value = sample('one');
    const created = await storage.create(key('x'), value);
    expect(created.value).toBe(value);
    const deleted = await storage.delete(key('x'), created.revision);
    expect(deleted.value).not.toBe(value);
    expect(stamped).toEqual([
      [2, true],
      [3, false],
    ]);
  });

  test('that cannot be stamped are not written', async () => {
    const storage = open({
      stamp: () => {
        throw new Error('no stamp');
      },
    });
    await expect(storage.create(key('x'), sample(''))).rejects.toThrow('no stamp');
    expect([storage.revision(), storage.count(bucket), await storage.get(key('x'))]).toEqual([1, 0, undefined]);
  });

  test('have one map of encoded forms a version, which all readers share', async () => {
    const storage = open();
    let event: StorageEvent<Sample> | undefined;
    storage.watch({ bucket, from: 1 }, ([first]) => (event = first));
    const created = await storage.create(key('x'), sample(''));
    created.encoded.set('json', Buffer.from('{}'));
    const [listed] = (await storage.list(bucket)).items;
    for (const reader of [event?.current, listed, await storage.get(key('x'))]) expect(reader?.encoded).toBe(created.encoded);
    expect((await storage.update(key('x'), sample(''), created.revision)).encoded.size).toBe(0);
    expect(event?.frames).toBe(event?.frames);
  });

  test('are not copied by lists: as long as nothing is written, everybody gets the same array', async () => {
    const storage = open();
    for (const namespace of ['a', 'b']) await storage.create(key('x', namespace), sample(''));
    for (const options of [{}, { namespace: 'a' }]) {
      const first = await storage.list(bucket, options);
      await storage.create(key('elsewhere', 'a', 'test/other' + storage.revision()), sample(''));
      expect((await storage.list(bucket, options)).items).toBe(first.items);
    }
  });
});

describe('a restore', () => {
  test('takes values for equal that it is told are equal', async () => {
    const storage = open({ identity: { equal: (left, right) => left.text === right.text } });
    const old = await storage.create(key('x'), sample('one'));
    const snapshot = storage.snapshot();
    const changed = await storage.update(key('x'), sample('two'), old.revision);
    const back = await storage.update(key('x'), sample('one'), changed.revision);
    expect(await storage.restore(snapshot)).toEqual({ added: 0, modified: 0, deleted: 0 });
    expect((await storage.get(key('x')))?.revision).toBe(back.revision);
  });

  test('replaces an object that only shares its name, as clients expect of a new uid', async () => {
    const storage = open({ identity: { of: (value) => value.text } });
    const old = await storage.create(key('x'), sample('uid-1'));
    const snapshot = storage.snapshot();
    await storage.delete(key('x'), old.revision);
    await storage.create(key('x'), sample('uid-2'));
    const types: string[] = [];
    storage.watch({ bucket, from: storage.revision() }, (events) =>
      types.push(...events.map((event) => `${event.type} ${event.current.value.text}`)),
    );
    expect(await storage.restore(snapshot)).toEqual({ added: 1, modified: 0, deleted: 1 });
    expect(types).toEqual(['DELETED uid-2', 'ADDED uid-1']);
  });

  test('of entries with one key takes the last', async () => {
    const storage = open();
    await storage.restore({
      revision: 1,
      entries: [
        { key: key('x'), value: sample('one') },
        { key: key('x'), value: sample('two') },
      ],
    });
    expect((await storage.list(bucket)).items.map((item) => item.value.text)).toEqual(['two']);
  });
});
