import type { SnapshotCapable } from '../capabilities.js';
import type { Storage } from '../storage.js';
import type { Sample } from './sample.js';
import { path, things, type StorageCase, type Trial } from './trial.js';

type Snapshottable = Storage<Sample> & SnapshotCapable<Sample>;

async function texts(trial: Trial): Promise<string[]> {
  return (await trial.list()).items.map((item) => `${path(item.key)}=${item.value.text}`);
}

/** Snapshot, restore and reset. */
export const snapshotCases: readonly StorageCase<Snapshottable>[] = [
  {
    title: 'a snapshot holds every object of every bucket in order, and stays as it is',
    async run(trial) {
      const x = await trial.create('a/x', 'one');
      await trial.create('a-b/x', 'one');
      await trial.create('x', 'one', 'test/other');
      const snapshot = trial.storage.snapshot();
      await trial.delete(await trial.update(x, 'two'));
      await trial.create('a/new');
      trial.assert.deepEqual(
        snapshot.entries.map(({ key, value }) => `${key.bucket} ${path(key)} ${value.text}`),
        ['test/other x one', 'test/things a-b/x one', 'test/things a/x one'],
      );
    },
  },
  {
    title: 'a restore brings back what was there, and only that',
    async run(trial) {
      const changed = await trial.create('a/changed', 'one');
      const deleted = await trial.create('a/deleted', 'one');
      await trial.create('a/same', 'one');
      const snapshot = trial.storage.snapshot();
      await trial.update(changed, 'two');
      await trial.delete(deleted);
      await trial.create('a/added', 'two');
      await trial.create('x', '', 'test/other');
      trial.assert.deepEqual(await trial.storage.restore(snapshot), { added: 1, modified: 1, deleted: 2 });
      trial.assert.deepEqual(await texts(trial), ['a/changed=one', 'a/deleted=one', 'a/same=one']);
      trial.assert.equal(trial.storage.count('test/other'), 0);
      trial.assert.equal(trial.storage.count(things), 3);
    },
  },
  {
    title: 'a restore is heard as the writes that lead there, with new revisions in order',
    async run(trial) {
      const changed = await trial.create('a/changed', 'one');
      const deleted = await trial.create('a/deleted', 'one');
      await trial.create('a/same', 'one');
      const snapshot = trial.storage.snapshot();
      await trial.update(changed, 'two');
      await trial.delete(deleted);
      await trial.create('a/added', 'two');
      const before = trial.storage.revision();
      const recorder = trial.watch();
      await trial.storage.restore(snapshot);
      await recorder.reached(trial.storage.revision());
      trial.assert.deepEqual(
        recorder
          .heard()
          .map(({ type, key, text }) => `${type} ${key} ${text}`)
          .sort(),
        ['ADDED a/deleted one', 'DELETED a/added two', 'MODIFIED a/changed one'],
      );
      trial.assert.deepEqual(
        recorder.heard().map((event) => event.revision),
        [before + 1, before + 2, before + 3],
      );
      for (const { current, revision } of recorder.events) trial.assert.equal(current.value.revision, revision);
    },
  },
  {
    title: 'what a restore finds unchanged keeps its revision and is not heard',
    async run(trial) {
      const x = await trial.create('a/x', 'one');
      const snapshot = trial.storage.snapshot();
      const recorder = trial.watch();
      trial.assert.deepEqual(await trial.storage.restore(snapshot), { added: 0, modified: 0, deleted: 0 });
      const y = await trial.create('a/y');
      await recorder.reached(y.revision);
      trial.assert.deepEqual(
        recorder.heard().map((event) => event.key),
        ['a/y'],
      );
      trial.assert.equal((await trial.get('a/x'))?.revision, x.revision);
    },
  },
  {
    title: 'after a restore a write that expects a revision from before it is RevisionConflict',
    async run(trial) {
      const x = await trial.create('a/x', 'one');
      const snapshot = trial.storage.snapshot();
      const changed = await trial.update(x, 'two');
      await trial.storage.restore(snapshot);
      await trial.fails('RevisionConflict', () => trial.update(changed, 'three'));
      await trial.fails('RevisionConflict', () => trial.update(x, 'three'));
    },
  },
  {
    title: 'a restore changes neither the values of the snapshot nor those that it replaces',
    async run(trial) {
      const x = await trial.create('a/x', 'one');
      const snapshot = trial.storage.snapshot();
      const changed = await trial.update(x, 'two');
      await trial.storage.restore(snapshot);
      trial.assert.deepEqual([x.value.revision, changed.value.revision], [x.revision, changed.revision]);
      trial.assert.deepEqual(
        snapshot.entries.map((entry) => entry.value.revision),
        [x.revision],
      );
    },
  },
  {
    title: 'a reset deletes everything, and its watchers hear it',
    async run(trial) {
      await trial.createAll(['a/x', 'b/x', 'c/x']);
      await trial.create('x', '', 'test/other');
      const [recorder, other] = [trial.watch(), trial.watch({ bucket: 'test/other' })];
      trial.assert.deepEqual(await trial.storage.reset(), { added: 0, modified: 0, deleted: 4 });
      trial.assert.deepEqual(await trial.paths(), []);
      const y = await trial.create('a/y');
      await recorder.reached(y.revision);
      await other.reached(y.revision - 4);
      trial.assert.deepEqual(
        recorder.heard().map((event) => event.type),
        ['DELETED', 'DELETED', 'DELETED', 'ADDED'],
      );
      trial.assert.deepEqual(
        other.heard().map((event) => event.type),
        ['DELETED'],
      );
    },
  },
  {
    title: 'a restore is one step for readers',
    async run(trial) {
      await trial.createAll(['a/x', 'a/y']);
      const snapshot = trial.storage.snapshot();
      await trial.storage.reset();
      await trial.create('a/z');
      const [restored, ...seen] = await Promise.all([trial.storage.restore(snapshot), trial.paths(), trial.paths()]);
      trial.assert.equal(restored.added, 2);
      for (const state of seen) trial.assert.ok(['a/z', 'a/x,a/y'].includes(state.join(',')), state.join(','));
    },
  },
  {
    title: 'a history that spans a restore can be watched and listed',
    async run(trial) {
      const x = await trial.create('a/x', 'one');
      const snapshot = trial.storage.snapshot();
      const deleted = await trial.delete(x);
      await trial.storage.restore(snapshot);
      const recorder = trial.watch({ from: x.revision });
      await recorder.reached(trial.storage.revision());
      trial.assert.deepEqual(
        recorder.heard().map((event) => event.type),
        ['DELETED', 'ADDED'],
      );
      trial.assert.deepEqual(await trial.paths({ revision: deleted.revision }), []);
      trial.assert.deepEqual(await trial.paths({ revision: x.revision }), ['a/x']);
    },
  },
  {
    title: 'a snapshot from a storage that was further on moves the revision ahead and compacts what was before',
    async run(trial) {
      const far = await trial.another();
      for (let turn = 0; turn < 20; turn++)
        await far.create({ bucket: things, namespace: 'a', name: `n${turn}` }, { text: '', revision: 0 });
      const snapshot = far.snapshot();
      const old = trial.storage.revision();
      await trial.create('a/own');
      const recorder = trial.watch();
      await trial.storage.restore(snapshot);
      trial.assert.ok(trial.storage.revision() >= snapshot.revision + 20);
      trial.assert.equal((await trial.paths()).length, 20);
      await recorder.reached(trial.storage.revision());
      trial.assert.equal(recorder.heard().length, 21);
      await trial.watchFails('RevisionCompacted', old);
      await far.close();
    },
  },
];
