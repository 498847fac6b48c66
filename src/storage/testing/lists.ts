import { things, type StorageCase } from './trial.js';

/** Paths in the order of etcd's keys: byte by byte in UTF-8, the slash behind the namespace included. */
const inKeyOrder = ['a-b/x', 'a-b/y', 'a.b/x', 'a/a', 'a/a-b', 'a/a.b', 'a/a0', 'a/aa', 'a/b', 'a0/x', 'aa/x', 'b/x'];

/** Lists of the present. */
export const listCases: readonly StorageCase[] = [
  {
    title: 'a list of nothing is empty and shows the revision',
    async run(trial) {
      const list = await trial.list();
      trial.assert.deepEqual([list.items.length, list.revision, list.more, list.remaining], [0, trial.storage.revision(), false, 0]);
    },
  },
  {
    title: 'a list is in the order of the keys, whatever the order of creation',
    async run(trial) {
      const mixed = [...inKeyOrder.filter((_, index) => index % 3 === 1), ...inKeyOrder.filter((_, index) => index % 3 !== 1).reverse()];
      await trial.createAll(mixed);
      trial.assert.deepEqual(await trial.paths(), inKeyOrder);
    },
  },
  {
    title: 'names beyond the basic plane are ordered by their bytes, not by UTF-16',
    async run(trial) {
      const ordered = ['a', 'z', 'ä', '中', '\ud7ff', '\ue000', '\uffee', '\u{10000}', '📦', '📦a', '\u{10ffff}'];
      await trial.createAll([...ordered].reverse().map((name) => `n/${name}`));
      trial.assert.deepEqual(
        await trial.paths(),
        ordered.map((name) => `n/${name}`),
      );
      for (const [index, name] of ordered.entries()) {
        const rest = await trial.paths({ after: { namespace: 'n', name } });
        trial.assert.equal(rest.length, ordered.length - index - 1, name);
      }
    },
  },
  {
    title: 'a list of one namespace shows no other, not even one that its name begins',
    async run(trial) {
      await trial.createAll(inKeyOrder);
      trial.assert.deepEqual(await trial.paths({ namespace: 'a' }), ['a/a', 'a/a-b', 'a/a.b', 'a/a0', 'a/aa', 'a/b']);
      trial.assert.deepEqual(await trial.paths({ namespace: 'a-b' }), ['a-b/x', 'a-b/y']);
      trial.assert.deepEqual(await trial.paths({ namespace: 'none' }), []);
    },
  },
  {
    title: 'a list shows its own bucket, not one that its name begins',
    async run(trial) {
      await trial.create('a/x', '', 'test/thing');
      await trial.create('a/y', '', 'test/things2');
      await trial.create('a/z');
      trial.assert.deepEqual(await trial.paths(), ['a/z']);
    },
  },
  {
    title: 'cluster-scoped objects are listed by name',
    async run(trial) {
      await trial.createAll(['b', 'a.b', 'a', 'a-b']);
      trial.assert.deepEqual(await trial.paths(), ['a', 'a-b', 'a.b', 'b']);
      trial.assert.deepEqual(await trial.paths({ namespace: '' }), ['a', 'a-b', 'a.b', 'b']);
    },
  },
  {
    title: 'a list shows the latest version of each object and nothing that was deleted',
    async run(trial) {
      const x = await trial.create('a/x', 'one');
      const y = await trial.create('a/y', 'one');
      await trial.update(x, 'two');
      await trial.delete(y);
      const list = await trial.list();
      trial.assert.deepEqual(
        list.items.map((item) => item.value.text),
        ['two'],
      );
    },
  },
  {
    title: 'a list shows the revision of the storage, also after a write elsewhere',
    async run(trial) {
      await trial.create('a/x');
      const other = await trial.create('a/x', '', 'test/other');
      trial.assert.equal((await trial.list()).revision, other.revision);
      trial.assert.equal((await trial.list({ namespace: 'a' })).revision, other.revision);
    },
  },
  {
    title: 'a list stays as it is when objects change afterwards',
    async run(trial) {
      const x = await trial.create('a/x', 'one');
      await trial.create('b/x', 'one');
      const lists = [await trial.list(), await trial.list({ namespace: 'a' }), await trial.list({ limit: 5 })];
      const seen = lists.map((list) => list.items.map((item) => item.value.text));
      const updated = await trial.update(x, 'two');
      await trial.create('a/a', 'new');
      await trial.delete(updated);
      trial.assert.deepEqual(
        lists.map((list) => list.items.map((item) => item.value.text)),
        seen,
      );
    },
  },
  {
    title: 'a filter keeps what it holds for',
    async run(trial) {
      for (const where of inKeyOrder) await trial.create(where, where.endsWith('x') ? 'yes' : 'no');
      const options = { filter: (value: { readonly text: string }) => value.text === 'yes' };
      trial.assert.deepEqual(
        await trial.paths(options),
        inKeyOrder.filter((where) => where.endsWith('x')),
      );
      trial.assert.deepEqual(await trial.paths({ ...options, namespace: 'a' }), []);
    },
  },
  {
    title: 'a filter that throws fails the list and nothing else',
    async run(trial) {
      await trial.create('a/x');
      const broken = new Error('broken filter');
      const filter = (): boolean => {
        throw broken;
      };
      const caught = await trial.list({ filter }).catch((error: unknown) => error);
      trial.assert.equal(caught, broken);
      trial.assert.deepEqual(await trial.paths(), ['a/x']);
    },
  },
  {
    title: 'a thousand objects that come and go in any order stay sorted',
    async run(trial) {
      const names = Array.from({ length: 1000 }, (_, index) => `n${index % 3}/${String((index * 619) % 1000).padStart(4, '0')}`);
      await trial.createAll(names);
      trial.assert.deepEqual(await trial.paths(), [...names].sort());
      for (const [index, item] of (await trial.list()).items.entries()) if (index % 4 !== 0) await trial.delete(item);
      trial.assert.deepEqual(
        await trial.paths(),
        [...names].sort().filter((_, index) => index % 4 === 0),
      );
      trial.assert.equal(trial.storage.count(things), 250);
    },
  },
  {
    title: 'a gap where hundreds of objects were can be filled again',
    async run(trial) {
      const names = Array.from({ length: 600 }, (_, index) => `a/${String(index).padStart(3, '0')}`);
      await trial.createAll(names);
      for (const item of (await trial.list()).items.slice(1, -1)) await trial.delete(item);
      trial.assert.deepEqual(await trial.paths(), ['a/000', 'a/599']);
      await trial.createAll(['a/300', 'a/100', 'a/500']);
      const last = await trial.get('a/599');
      if (last !== undefined) await trial.update(last, 'two');
      trial.assert.deepEqual(await trial.paths(), ['a/000', 'a/100', 'a/300', 'a/500', 'a/599']);
      trial.assert.deepEqual(
        (await trial.list({ after: { namespace: 'a', name: '300' } })).items.map((item) => item.value.text),
        ['', 'two'],
      );
    },
  },
];
