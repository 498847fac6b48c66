import type { ListOptions, ListResult } from '../storage.js';
import type { Sample } from './sample.js';
import { paths, type StorageCase, type Trial } from './trial.js';

const many = Array.from({ length: 25 }, (_, index) => `${['a-b', 'a', 'b'][index % 3] ?? ''}/${String(index).padStart(2, '0')}`);

/** All pages of a list; from the second on at the revision of the first, as a continue token asks for. */
async function pages(trial: Trial, options: ListOptions<Sample>, between?: () => Promise<unknown>): Promise<ListResult<Sample>[]> {
  const found = [await trial.list(options)];
  for (let last = found[0]; last?.more === true; last = found.at(-1)) {
    trial.assert.ok(last.items.length > 0, 'a page that has a next one has something to go on from');
    await between?.();
    found.push(await trial.list({ ...options, revision: last.revision, after: last.items.at(-1)?.key }));
  }
  return found;
}

/** Lists in pages. */
export const pageCases: readonly StorageCase[] = [
  {
    title: 'pages of any size put together are the whole list, and what remains counts down',
    async run(trial) {
      await trial.createAll(many);
      const whole = await trial.paths();
      for (const limit of [1, 2, 7, 24, 25, 26]) {
        const found = await pages(trial, { limit });
        trial.assert.deepEqual(found.flatMap(paths), whole, `limit ${limit}`);
        let left = whole.length;
        for (const page of found) {
          left -= page.items.length;
          trial.assert.deepEqual([page.remaining, page.more], [left, left > 0], `limit ${limit}`);
        }
      }
    },
  },
  {
    title: 'a page that ends with the last object has nothing after it',
    async run(trial) {
      await trial.createAll(['a/x', 'a/y']);
      const page = await trial.list({ limit: 2 });
      trial.assert.deepEqual([page.items.length, page.more, page.remaining], [2, false, 0]);
    },
  },
  {
    title: 'a limit of 0 is no limit',
    async run(trial) {
      await trial.createAll(many);
      const page = await trial.list({ limit: 0 });
      trial.assert.deepEqual([page.items.length, page.more], [many.length, false]);
    },
  },
  {
    title: 'pages of one namespace do not run into the next',
    async run(trial) {
      await trial.createAll(many);
      const found = await pages(trial, { limit: 2, namespace: 'a' });
      trial.assert.deepEqual(found.flatMap(paths), many.filter((where) => where.startsWith('a/')).sort());
    },
  },
  {
    title: 'a list starts behind a key, whether or not the key is there',
    async run(trial) {
      await trial.createAll(['a-b/x', 'a/b', 'a/d', 'b/x']);
      const table: readonly (readonly [string, string, readonly string[]])[] = [
        ['', '', ['a-b/x', 'a/b', 'a/d', 'b/x']],
        ['a', '', ['a/b', 'a/d', 'b/x']],
        ['a', 'a', ['a/b', 'a/d', 'b/x']],
        ['a', 'b', ['a/d', 'b/x']],
        ['a', 'c', ['a/d', 'b/x']],
        ['a', 'z', ['b/x']],
        ['a-b', 'z', ['a/b', 'a/d', 'b/x']],
        ['a-c', 'x', ['a/b', 'a/d', 'b/x']],
        ['aa', 'x', ['b/x']],
        ['b', 'x', []],
        ['c', 'a', []],
      ];
      for (const [namespace, name, rest] of table) {
        trial.assert.deepEqual(await trial.paths({ after: { namespace, name } }), rest, `${namespace}/${name}`);
        const first = await trial.list({ after: { namespace, name }, limit: 1 });
        trial.assert.deepEqual([...paths(first), first.remaining], [...rest.slice(0, 1), Math.max(rest.length - 1, 0)]);
      }
    },
  },
  {
    title: 'a page is filled with what the filter holds for, and what remains counts all',
    async run(trial) {
      for (const [index, name] of ['a', 'b', 'c', 'd', 'e', 'f', 'g'].entries())
        await trial.create(`n/${name}`, index % 2 === 0 ? 'yes' : 'no');
      const filter = (value: Sample): boolean => value.text === 'yes';
      const first = await trial.list({ filter, limit: 2 });
      trial.assert.deepEqual([paths(first), first.more, first.remaining], [['n/a', 'n/c'], true, 4]);
      const found = await pages(trial, { filter, limit: 2 });
      trial.assert.deepEqual(found.map(paths), [
        ['n/a', 'n/c'],
        ['n/e', 'n/g'],
      ]);
    },
  },
  {
    title: 'a page whose filter holds for nothing more is the last one',
    async run(trial) {
      await trial.createAll(many);
      const page = await trial.list({ filter: () => false, limit: 3 });
      trial.assert.deepEqual([page.items.length, page.more, page.remaining], [0, false, 0]);
    },
  },
  {
    title: 'pages show one state while objects come, change and go between them',
    async run(trial) {
      await trial.createAll(many);
      const whole = await trial.list();
      let turn = 0;
      const found = await pages(trial, { limit: 4 }, async () => {
        turn++;
        await trial.create(`a/new${turn}`);
        await trial.create(`aa/new${turn}`);
        const items = (await trial.list()).items;
        for (const index of [turn, items.length - turn]) {
          const item = items[index];
          if (item !== undefined) await (turn % 2 === 0 ? trial.delete(item) : trial.update(item, 'changed'));
        }
      });
      const shown = found.flatMap((page) => page.items);
      trial.assert.deepEqual(
        shown.map((item) => [item.key.name, item.revision]),
        whole.items.map((item) => [item.key.name, item.revision]),
      );
      for (const page of found) trial.assert.equal(page.revision, whole.revision);
      trial.assert.deepEqual(
        found.map((page) => page.remaining),
        [21, 17, 13, 9, 5, 1, 0],
      );
    },
  },
  {
    title: 'a page without a revision goes on behind the key in the present',
    async run(trial) {
      await trial.createAll(['a/b', 'a/d', 'a/f']);
      const first = await trial.list({ limit: 2 });
      await trial.create('a/c');
      await trial.create('a/e');
      const next = await trial.list({ limit: 2, after: first.items.at(-1)?.key });
      trial.assert.deepEqual(paths(next), ['a/e', 'a/f']);
      trial.assert.equal(next.revision, trial.storage.revision());
    },
  },
];
