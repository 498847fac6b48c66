import { StorageError, type StorageErrorCode, type Stored } from '../storage.js';
import { sample, type Sample } from './sample.js';
import type { StorageCase, Trial } from './trial.js';

/** How often each outcome came: `written`, or the code of the error. */
async function outcomes(attempts: readonly Promise<unknown>[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const result of await Promise.allSettled(attempts)) {
    if (result.status === 'rejected' && !(result.reason instanceof StorageError)) throw result.reason;
    const outcome: StorageErrorCode | 'written' = result.status === 'rejected' ? (result.reason as StorageError).code : 'written';
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  return counts;
}

function times<R>(count: number, make: (index: number) => R): R[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

/** Adds one to the number in an object's text, trying as often as there are others who may come first. */
async function increment(trial: Trial, where: string, tries: number): Promise<void> {
  for (let attempt = 0; attempt < tries; attempt++) {
    const old = await trial.get(where);
    if (old === undefined) throw new Error(`${where} is gone`);
    try {
      await trial.update(old, String(Number(old.value.text) + 1));
      return;
    } catch (error) {
      if (!(error instanceof StorageError) || error.code !== 'RevisionConflict') throw error;
    }
  }
  throw new Error(`${where} was changed by others ${tries} times`);
}

/** Several writers at one time. */
export const raceCases: readonly StorageCase[] = [
  {
    title: 'of many updates that expect one revision exactly one is written',
    async run(trial) {
      const recorder = trial.watch();
      const x = await trial.create('a/x', 'start');
      trial.assert.deepEqual(await outcomes(times(50, (index) => trial.update(x, `try ${index}`))), { written: 1, RevisionConflict: 49 });
      const winner = await trial.get('a/x');
      trial.assert.ok(winner?.value.text.startsWith('try '));
      await recorder.reached(winner?.revision ?? 0);
      trial.assert.equal(recorder.heard().length, 2);
    },
  },
  {
    title: 'of many creations of one name exactly one is written',
    async run(trial) {
      trial.assert.deepEqual(await outcomes(times(50, (index) => trial.create('a/x', `try ${index}`))), { written: 1, KeyExists: 49 });
      trial.assert.equal(trial.storage.count('test/things'), 1);
    },
  },
  {
    title: 'of many deletions of one object exactly one is written',
    async run(trial) {
      const x = await trial.create('a/x');
      const { written } = await outcomes(times(50, () => trial.delete(x)));
      trial.assert.equal(written, 1);
      trial.assert.equal(trial.storage.count('test/things'), 0);
    },
  },
  {
    title: 'of an update and a deletion that expect one revision exactly one is written',
    async run(trial) {
      for (let turn = 0; turn < 10; turn++) {
        const x = await trial.create(`a/${turn}`);
        const attempts = turn % 2 === 0 ? [trial.update(x, 'two'), trial.delete(x)] : [trial.delete(x), trial.update(x, 'two')];
        trial.assert.equal((await outcomes(attempts))['written'], 1);
      }
    },
  },
  {
    title: 'counting up by compare-and-swap loses no step',
    async run(trial) {
      await trial.create('a/counter', '0');
      await Promise.all(times(20, () => increment(trial, 'a/counter', 20)));
      trial.assert.equal((await trial.get('a/counter'))?.value.text, '20');
    },
  },
  {
    title: 'creations at one time all get revisions of their own',
    async run(trial) {
      const created = await Promise.all(times(100, (index) => trial.create(`${index % 7}/${index}`)));
      trial.assert.equal(new Set(created.map((version) => version.revision)).size, 100);
      trial.assert.equal((await trial.list()).items.length, 100);
    },
  },
  {
    title: 'a list while others write never shows a version later than its revision, and never an object twice',
    async run(trial) {
      const x = await trial.create('a/x', '0');
      let last: Stored<Sample> = x;
      const write = async (): Promise<void> => {
        for (let turn = 0; turn < 50; turn++) {
          last = await trial.storage.update(x.key, sample(String(turn)), last.revision);
          await trial.create(`${turn % 3}/${turn}`);
        }
      };
      const read = async (): Promise<void> => {
        for (let turn = 0; turn < 50; turn++) {
          const { items, revision } = await trial.list();
          for (const item of items) trial.assert.ok(item.revision <= revision);
          trial.assert.equal(new Set(items.map((item) => `${item.key.namespace}/${item.key.name}`)).size, items.length);
        }
      };
      await Promise.all([write(), read(), read()]);
    },
  },
  {
    title: 'a writer reads what it wrote, whatever others write meanwhile',
    async run(trial) {
      const writer = async (id: number): Promise<void> => {
        for (let turn = 0; turn < 20; turn++) {
          const created = await trial.create(`a/${id}-${turn}`, String(id));
          trial.assert.equal((await trial.get(`a/${id}-${turn}`))?.revision, created.revision);
          trial.assert.ok((await trial.list({ limit: 1 })).revision >= created.revision);
        }
      };
      await Promise.all(times(8, writer));
    },
  },
];
