import { path, thing, type StorageCase } from './trial.js';
import { sample } from './sample.js';

/** Create, get, update, delete and their compare-and-swap. */
export const writeCases: readonly StorageCase[] = [
  {
    title: 'an empty storage has a revision above 0, because 0 means any revision to clients',
    async run({ storage, assert }) {
      assert.ok(storage.revision() > 0);
      assert.equal(storage.count('test/things'), 0);
    },
  },
  {
    title: 'what was created can be read',
    async run(trial) {
      const created = await trial.create('a/x', 'one');
      const read = await trial.get('a/x');
      trial.assert.equal(read?.value.text, 'one');
      trial.assert.equal(read?.revision, created.revision);
      trial.assert.deepEqual({ ...read?.key }, { bucket: 'test/things', namespace: 'a', name: 'x' });
    },
  },
  {
    title: 'a read of what is not there gives nothing',
    async run(trial) {
      await trial.create('a/x');
      for (const where of ['a/y', 'b/x', 'x', 'a/', '/x']) trial.assert.equal(await trial.get(where), undefined, where);
      trial.assert.equal(await trial.get('a/x', 'test/other'), undefined);
    },
  },
  {
    title: 'every written value carries the revision of its write',
    async run(trial) {
      const created = await trial.create('a/x');
      const updated = await trial.update(created, 'two');
      const deleted = await trial.delete(updated);
      for (const version of [created, updated, deleted]) trial.assert.equal(version.value.revision, version.revision);
    },
  },
  {
    title: 'creating what exists is KeyExists, shows what is there and changes nothing',
    async run(trial) {
      const created = await trial.create('a/x', 'one');
      const error = await trial.fails('KeyExists', () => trial.create('a/x', 'two'));
      trial.assert.equal(error.current?.revision, created.revision);
      trial.assert.equal((await trial.get('a/x'))?.value.text, 'one');
      trial.assert.equal(trial.storage.revision(), created.revision);
    },
  },
  {
    title: 'an update of the current revision is written',
    async run(trial) {
      const created = await trial.create('a/x', 'one');
      const updated = await trial.update(created, 'two');
      trial.assert.ok(updated.revision > created.revision);
      const read = await trial.get('a/x');
      trial.assert.equal(read?.value.text, 'two');
      trial.assert.equal(read?.revision, updated.revision);
    },
  },
  {
    title: 'an update of an outdated revision is RevisionConflict and shows what is there',
    async run(trial) {
      const created = await trial.create('a/x', 'one');
      const updated = await trial.update(created, 'two');
      const error = await trial.fails('RevisionConflict', () => trial.update(created, 'three'));
      trial.assert.equal(error.current?.revision, updated.revision);
      trial.assert.equal((await trial.get('a/x'))?.value.text, 'two');
      trial.assert.equal(trial.storage.revision(), updated.revision);
    },
  },
  {
    title: 'an update of a revision that the object never had is RevisionConflict',
    async run(trial) {
      const { key, revision } = await trial.create('a/x');
      await trial.create('a/y');
      for (const expected of [0, revision - 1, revision + 1, revision + 100]) {
        await trial.fails('RevisionConflict', () => trial.storage.update(key, sample('two'), expected));
      }
    },
  },
  {
    title: 'an update of what is not there is KeyNotFound',
    async run(trial) {
      await trial.fails('KeyNotFound', () => trial.storage.update(thing('a/x'), sample(''), trial.storage.revision()));
      const gone = await trial.create('a/x');
      await trial.delete(gone);
      await trial.fails('KeyNotFound', () => trial.update(gone, 'two'));
    },
  },
  {
    title: 'a deletion takes the object away and gives its last value',
    async run(trial) {
      const created = await trial.create('a/x', 'last');
      const deleted = await trial.delete(created);
      trial.assert.equal(deleted.value.text, 'last');
      trial.assert.ok(deleted.revision > created.revision);
      trial.assert.equal(await trial.get('a/x'), undefined);
      trial.assert.deepEqual(await trial.paths(), []);
    },
  },
  {
    title: 'a deletion of an outdated revision is RevisionConflict and deletes nothing',
    async run(trial) {
      const created = await trial.create('a/x', 'one');
      const updated = await trial.update(created, 'two');
      const error = await trial.fails('RevisionConflict', () => trial.delete(created));
      trial.assert.equal(error.current?.revision, updated.revision);
      trial.assert.equal((await trial.get('a/x'))?.revision, updated.revision);
    },
  },
  {
    title: 'a deletion of what is not there is KeyNotFound, also the second time',
    async run(trial) {
      await trial.fails('KeyNotFound', () => trial.storage.delete(thing('a/x'), 1));
      const created = await trial.create('a/x');
      await trial.delete(created);
      await trial.fails('KeyNotFound', () => trial.delete(created));
    },
  },
  {
    title: 'an object that was deleted and created again does not take writes meant for the old one',
    async run(trial) {
      const old = await trial.create('a/x', 'same');
      await trial.delete(old);
      const fresh = await trial.create('a/x', 'same');
      await trial.fails('RevisionConflict', () => trial.update(old, 'two'));
      await trial.fails('RevisionConflict', () => trial.delete(old));
      trial.assert.equal((await trial.get('a/x'))?.revision, fresh.revision);
    },
  },
  {
    title: 'a version that was read stays as it is when the object changes or goes',
    async run(trial) {
      const created = await trial.create('a/x', 'one');
      const updated = await trial.update(created, 'two');
      await trial.delete(updated);
      trial.assert.deepEqual([created.value.text, created.value.revision], ['one', created.revision]);
      trial.assert.deepEqual([updated.value.text, updated.value.revision], ['two', updated.revision]);
    },
  },
  {
    title: 'a key that the caller changes afterwards does not change the stored one',
    async run(trial) {
      const key = { bucket: 'test/things', namespace: 'a', name: 'x' };
      await trial.storage.create(key, sample(''));
      key.name = 'y';
      trial.assert.deepEqual(await trial.paths(), ['a/x']);
    },
  },
  {
    title: 'revisions grow with every write of any bucket',
    async run(trial) {
      const seen = [trial.storage.revision()];
      const x = await trial.create('a/x');
      const other = await trial.create('a/x', '', 'test/other');
      const updated = await trial.update(x, 'two');
      const deleted = await trial.delete(other);
      seen.push(x.revision, other.revision, updated.revision, deleted.revision);
      trial.assert.deepEqual(
        seen,
        [...new Set(seen)].sort((left, right) => left - right),
      );
      trial.assert.equal(trial.storage.revision(), deleted.revision);
    },
  },
  {
    title: 'a write that fails uses up no revision',
    async run(trial) {
      const created = await trial.create('a/x');
      await trial.fails('KeyExists', () => trial.create('a/x'));
      await trial.fails('RevisionConflict', () => trial.storage.delete(created.key, 0));
      await trial.fails('KeyNotFound', () => trial.storage.delete(thing('a/y'), created.revision));
      trial.assert.equal(trial.storage.revision(), created.revision);
    },
  },
  {
    title: 'one name in several namespaces and buckets is several objects',
    async run(trial) {
      const places = ['a/x', 'a-b/x', 'a.b/x', 'b/x'];
      for (const where of places) await trial.create(where, where);
      await trial.create('a/x', 'other', 'test/other');
      for (const where of places) trial.assert.equal((await trial.get(where))?.value.text, where);
      trial.assert.equal((await trial.get('a/x', 'test/other'))?.value.text, 'other');
      const [a] = (await trial.list({ namespace: 'a' })).items;
      if (a !== undefined) await trial.delete(a);
      trial.assert.deepEqual(await trial.paths(), ['a-b/x', 'a.b/x', 'b/x']);
    },
  },
  {
    title: 'any text is a name',
    async run(trial) {
      const names = ['__proto__', 'constructor', 'toString', 'x'.repeat(253), 'system:node:größe', '0', '-1', 'A', 'ключ', '📦'];
      for (const name of names) await trial.create(`a/${name}`, name);
      for (const name of names) trial.assert.equal((await trial.get(`a/${name}`))?.value.text, name);
      trial.assert.equal((await trial.list()).items.length, names.length);
      for (const { key, revision } of (await trial.list()).items) await trial.storage.delete(key, revision);
      trial.assert.deepEqual(await trial.paths(), []);
    },
  },
  {
    title: 'any text is a namespace',
    async run(trial) {
      const namespaces = ['__proto__', 'constructor', 'hasOwnProperty'];
      for (const namespace of namespaces) {
        trial.assert.deepEqual(await trial.paths({ namespace }), []);
        const created = await trial.create(`${namespace}/x`);
        trial.assert.equal(path(created.key), `${namespace}/x`);
        trial.assert.deepEqual(await trial.paths({ namespace }), [`${namespace}/x`]);
      }
    },
  },
  {
    title: 'the count follows creations and deletions of its bucket alone',
    async run(trial) {
      await trial.createAll(['a/x', 'a/y', 'b/x']);
      await trial.create('a/x', '', 'test/other');
      const x = await trial.get('a/x');
      if (x !== undefined) await trial.delete(await trial.update(x, 'two'));
      trial.assert.equal(trial.storage.count('test/things'), 2);
      trial.assert.equal(trial.storage.count('test/other'), 1);
      trial.assert.equal(trial.storage.count('test/none'), 0);
    },
  },
];
