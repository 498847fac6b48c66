import type { Storage } from '../storage.js';
import type { CompactionCapable } from '../capabilities.js';
import type { Sample } from './sample.js';
import { path, things, type StorageCase, type Trial } from './trial.js';

type Compactable = Storage<Sample> & CompactionCapable;

/** Writes of every kind; gives the state after each, as `path=text`. */
async function history(trial: Trial): Promise<Map<number, readonly string[]>> {
  const states = new Map<number, readonly string[]>([[trial.storage.revision(), []]]);
  const remember = async (): Promise<void> => {
    const { items, revision } = await trial.list();
    states.set(
      revision,
      items.map((item) => `${path(item.key)}=${item.value.text}`),
    );
  };
  const x = await trial.create('a/x', '1');
  await remember();
  const y = await trial.create('a-b/y', '1');
  await remember();
  const x2 = await trial.update(x, '2');
  await remember();
  await trial.create('a/x', '1', 'test/other');
  await remember();
  await trial.delete(y);
  await remember();
  const y2 = await trial.create('a-b/y', '2');
  await remember();
  await trial.delete(x2);
  await remember();
  await trial.update(y2, '3');
  await remember();
  return states;
}

/** Lists of older revisions, and the end of history. */
export const pastCases: readonly StorageCase<Compactable>[] = [
  {
    title: 'a list at an older revision shows the state of then',
    async run(trial) {
      const states = await history(trial);
      for (const [revision, state] of states) {
        const { items, revision: shown } = await trial.list({ revision });
        trial.assert.deepEqual(
          items.map((item) => `${path(item.key)}=${item.value.text}`),
          state,
          `revision ${revision}`,
        );
        trial.assert.equal(shown, revision);
        for (const item of items) trial.assert.ok(item.revision <= revision && item.value.revision === item.revision);
      }
    },
  },
  {
    title: 'a list at an older revision takes namespace, limit, filter and start',
    async run(trial) {
      await trial.createAll(['a-b/x', 'a/x', 'a/y', 'a/z', 'b/x']);
      const { revision, items } = await trial.list();
      for (const item of items) await trial.update(item, 'new');
      await trial.create('a/new');
      trial.assert.deepEqual(await trial.paths({ revision, namespace: 'a' }), ['a/x', 'a/y', 'a/z']);
      const page = await trial.list({ revision, limit: 2, after: { namespace: 'a', name: 'x' } });
      trial.assert.deepEqual([page.items.map((item) => path(item.key)), page.remaining, page.revision], [['a/y', 'a/z'], 1, revision]);
      trial.assert.deepEqual(await trial.paths({ revision, filter: (value) => value.text === 'new' }), []);
      trial.assert.deepEqual(await trial.paths({ revision, namespace: 'none' }), []);
    },
  },
  {
    title: 'an older state can be asked for twice, and after further writes',
    async run(trial) {
      const states = [...(await history(trial))];
      for (let round = 0; round < 2; round++) {
        for (const [revision, state] of [...states].reverse())
          trial.assert.equal((await trial.list({ revision })).items.length, state.length);
        await trial.create(`c/${round}`);
      }
    },
  },
  {
    title: 'a revision that is not reached yet is RevisionTooLarge and tells the newest',
    async run(trial) {
      const { revision } = await trial.create('a/x');
      const error = await trial.fails('RevisionTooLarge', () => trial.list({ revision: revision + 1 }));
      trial.assert.equal(error.revision, revision);
      trial.assert.deepEqual(await trial.paths({ revision }), ['a/x']);
    },
  },
  {
    title: 'a list before the compacted revision is RevisionCompacted and tells the oldest',
    async run(trial) {
      const x = await trial.create('a/x', '1');
      const x2 = await trial.update(x, '2');
      await trial.update(x2, '3');
      await trial.storage.compact(x2.revision);
      const error = await trial.fails('RevisionCompacted', () => trial.list({ revision: x.revision }));
      trial.assert.equal(error.revision, x2.revision);
      trial.assert.equal(trial.storage.compacted(things), x2.revision);
    },
  },
  {
    title: 'the compacted revision itself and what follows can still be listed',
    async run(trial) {
      const x = await trial.create('a/x', '1');
      const x2 = await trial.update(x, '2');
      await trial.update(x2, '3');
      await trial.storage.compact(x2.revision);
      trial.assert.deepEqual(
        (await trial.list({ revision: x2.revision })).items.map((item) => item.value.text),
        ['2'],
      );
      trial.assert.deepEqual(
        (await trial.list()).items.map((item) => item.value.text),
        ['3'],
      );
    },
  },
  {
    title: 'compaction up to the newest revision keeps the present',
    async run(trial) {
      await trial.createAll(['a/x', 'a/y']);
      await trial.storage.compact(trial.storage.revision());
      trial.assert.deepEqual(await trial.paths({ revision: trial.storage.revision() }), ['a/x', 'a/y']);
      const x = await trial.get('a/x');
      trial.assert.equal((await trial.update(x ?? (await trial.create('a/z')), 'two')).revision, trial.storage.revision());
    },
  },
  {
    title: 'compaction holds for every bucket, and does not run backwards',
    async run(trial) {
      const other = await trial.create('a/x', '', 'test/other');
      const x = await trial.create('a/x');
      await trial.create('a/y');
      await trial.storage.compact(x.revision);
      await trial.storage.compact(other.revision).catch(() => undefined);
      for (const bucket of ['test/things', 'test/other', 'test/new'])
        trial.assert.equal(trial.storage.compacted(bucket), x.revision, bucket);
      await trial.fails('RevisionCompacted', () => trial.storage.list('test/other', { revision: other.revision }));
    },
  },
  {
    title: 'compaction of a revision that is not reached yet is RevisionTooLarge',
    async run(trial) {
      await trial.fails('RevisionTooLarge', () => trial.storage.compact(trial.storage.revision() + 1));
      trial.assert.ok(trial.storage.compacted(things) <= trial.storage.revision());
    },
  },
  {
    title: 'a watch from before the compacted revision is RevisionCompacted',
    async run(trial) {
      const x = await trial.create('a/x');
      await trial.create('a/y');
      const z = await trial.create('a/z');
      await trial.storage.compact(z.revision);
      await trial.watchFails('RevisionCompacted', x.revision);
    },
  },
  {
    title: 'a watch from the compacted revision hears all that follows',
    async run(trial) {
      const x = await trial.create('a/x');
      const y = await trial.create('a/y');
      await trial.storage.compact(x.revision);
      const recorder = trial.watch({ from: x.revision });
      const z = await trial.create('a/z');
      await recorder.reached(z.revision);
      trial.assert.deepEqual(
        recorder.heard().map((event) => event.revision),
        [y.revision, z.revision],
      );
    },
  },
  {
    title: 'a watch that runs does not feel a compaction',
    async run(trial) {
      const recorder = trial.watch();
      const x = await trial.create('a/x');
      await trial.storage.compact(x.revision);
      const y = await trial.create('a/y');
      await recorder.reached(y.revision);
      trial.assert.deepEqual(
        recorder.heard().map((event) => event.revision),
        [x.revision, y.revision],
      );
    },
  },
];
