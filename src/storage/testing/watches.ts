import type { Stored, Watch } from '../storage.js';
import type { Sample } from './sample.js';
import type { Recorder } from './recorder.js';
import { path, thing, things, type StorageCase, type Trial } from './trial.js';

/** One write of every kind; gives what a watch from before it has to hear. */
async function story(trial: Trial, where: string): Promise<readonly string[]> {
  const created = await trial.create(where, 'one');
  const updated = await trial.update(created, 'two');
  const deleted = await trial.delete(updated);
  return [
    `ADDED ${where} one ${created.revision}`,
    `MODIFIED ${where} two ${updated.revision}`,
    `DELETED ${where} two ${deleted.revision}`,
  ];
}

function lines(recorder: Recorder): string[] {
  return recorder.heard().map((event) => `${event.type} ${event.key} ${event.text} ${event.revision}`);
}

/** What somebody who got a list and then events believes to be there, as `path=revision`. */
function believed(items: readonly Stored<Sample>[], recorder: Recorder): string[] {
  const state = new Map(items.map((item) => [path(item.key), item.revision]));
  for (const { type, current } of recorder.events) {
    if (type === 'DELETED') state.delete(path(current.key));
    else state.set(path(current.key), current.revision);
  }
  return [...state].map(([where, revision]) => `${where}=${revision}`).sort();
}

/** Many writes at once, by several writers that do not know of each other. */
async function traffic(trial: Trial, writers: number, writes: number): Promise<void> {
  const writer = async (id: number): Promise<void> => {
    for (let turn = 0; turn < writes; turn++) {
      const created = await trial.create(`${id % 2 === 0 ? 'a' : 'b'}/${id}-${turn}`);
      const updated = await trial.update(created, 'two');
      if (turn % 3 === 0) await trial.delete(updated);
    }
  };
  await Promise.all(Array.from({ length: writers }, (_, id) => writer(id)));
}

/** Watches, alone and behind a list. */
export const watchCases: readonly StorageCase[] = [
  {
    title: 'a watch hears creations, changes and deletions with their revisions',
    async run(trial) {
      const recorder = trial.watch();
      const expected = await story(trial, 'a/x');
      await recorder.reached(trial.storage.revision());
      trial.assert.deepEqual(lines(recorder), expected);
    },
  },
  {
    title: 'an event shows the version before it, if there was one',
    async run(trial) {
      const recorder = trial.watch();
      const created = await trial.create('a/x', 'one');
      const updated = await trial.update(created, 'two');
      const deleted = await trial.delete(updated);
      await recorder.reached(deleted.revision);
      trial.assert.deepEqual(
        recorder.events.map((event) => event.previous?.revision),
        [undefined, created.revision, updated.revision],
      );
      trial.assert.deepEqual(
        recorder.events.map((event) => event.previous?.value.text),
        [undefined, 'one', 'two'],
      );
      trial.assert.deepEqual(
        recorder.events.map((event) => event.previous?.value.revision),
        [undefined, created.revision, updated.revision],
      );
    },
  },
  {
    title: 'a deletion is heard with the last value, stamped with the revision of the deletion',
    async run(trial) {
      const recorder = trial.watch();
      const deleted = await trial.delete(await trial.create('a/x', 'last'));
      await recorder.reached(deleted.revision);
      const event = recorder.events.at(-1);
      trial.assert.equal(event?.current.value.text, 'last');
      trial.assert.deepEqual(
        [event?.revision, event?.current.revision, event?.current.value.revision],
        [deleted.revision, deleted.revision, deleted.revision],
      );
    },
  },
  {
    title: 'an object that is created again is heard as a deletion and a creation',
    async run(trial) {
      const recorder = trial.watch();
      await story(trial, 'a/x');
      const again = await trial.create('a/x', 'again');
      await recorder.reached(again.revision);
      trial.assert.deepEqual(
        recorder.events.map((event) => event.type),
        ['ADDED', 'MODIFIED', 'DELETED', 'ADDED'],
      );
      trial.assert.equal(recorder.events.at(-1)?.previous, undefined);
    },
  },
  {
    title: 'a watch from any older revision hears exactly what came after it, the past before the present',
    async run(trial) {
      const start = trial.storage.revision();
      const past = [...(await story(trial, 'a/x')), ...(await story(trial, 'b/y'))];
      const recorders = Array.from({ length: past.length + 1 }, (_, index) => trial.watch({ from: start + index }));
      const present = await story(trial, 'a/z');
      for (const [index, recorder] of recorders.entries()) {
        await recorder.reached(trial.storage.revision());
        trial.assert.deepEqual(lines(recorder), [...past.slice(index), ...present]);
      }
    },
  },
  {
    title: 'a watch between writes that nobody waited for hears each once',
    async run(trial) {
      const from = trial.storage.revision();
      const writes: Promise<unknown>[] = [];
      const recorders: Recorder[] = [];
      for (let turn = 0; turn < 20; turn++) {
        writes.push(trial.create(`a/${turn}`));
        recorders.push(trial.watch({ from }));
      }
      await Promise.all(writes);
      const { items } = await trial.list();
      const revisions = items.map((item) => item.revision).sort((left, right) => left - right);
      for (const recorder of recorders) {
        await recorder.reached(trial.storage.revision());
        trial.assert.deepEqual(
          recorder.heard().map((event) => event.revision),
          revisions,
        );
      }
    },
  },
  {
    title: 'a watch from a revision that is not reached yet hears only what comes after it',
    async run(trial) {
      const recorder = trial.watch({ from: trial.storage.revision() + 2 });
      await trial.createAll(['a/1', 'a/2', 'a/3', 'a/4']);
      await recorder.reached(trial.storage.revision());
      trial.assert.deepEqual(
        recorder.heard().map((event) => event.key),
        ['a/3', 'a/4'],
      );
    },
  },
  {
    title: 'a watch of one namespace hears no other, in history and live',
    async run(trial) {
      const from = trial.storage.revision();
      const past = await story(trial, 'a/x');
      await story(trial, 'a-b/x');
      const recorder = trial.watch({ from, namespace: 'a' });
      await story(trial, 'a.b/x');
      await story(trial, 'aa/x');
      const present = await story(trial, 'a/y');
      await recorder.reached(trial.storage.revision());
      trial.assert.deepEqual(lines(recorder), [...past, ...present]);
    },
  },
  {
    title: 'a watch hears no other bucket, not even one that its name begins',
    async run(trial) {
      const from = trial.storage.revision();
      await trial.create('a/x', '', 'test/thing');
      const recorder = trial.watch({ from });
      await trial.create('a/x', '', 'test/things2');
      const x = await trial.create('a/x');
      await recorder.reached(x.revision);
      trial.assert.deepEqual(
        recorder.heard().map((event) => event.revision),
        [x.revision],
      );
    },
  },
  {
    title: 'a watch hears cluster-scoped objects',
    async run(trial) {
      const [all, cluster] = [trial.watch(), trial.watch({ namespace: '' })];
      const x = await trial.create('x');
      await all.reached(x.revision);
      await cluster.reached(x.revision);
      trial.assert.deepEqual([all.heard().length, cluster.heard().length], [1, 1]);
    },
  },
  {
    title: 'a write that fails is not heard',
    async run(trial) {
      const recorder = trial.watch();
      const x = await trial.create('a/x');
      await trial.fails('KeyExists', () => trial.create('a/x'));
      await trial.fails('RevisionConflict', () => trial.storage.delete(x.key, 0));
      await trial.fails('KeyNotFound', () => trial.storage.delete(thing('a/y'), 0));
      const z = await trial.create('a/z');
      await recorder.reached(z.revision);
      trial.assert.deepEqual(
        recorder.heard().map((event) => event.key),
        ['a/x', 'a/z'],
      );
    },
  },
  {
    title: 'a closed watch hears nothing more, and closing it again does no harm',
    async run(trial) {
      const [closed, open] = [trial.watch(), trial.watch()];
      const x = await trial.create('a/x');
      await closed.reached(x.revision);
      closed.watch?.close();
      closed.watch?.close();
      const y = await trial.create('a/y');
      await open.reached(y.revision);
      trial.assert.deepEqual(
        closed.heard().map((event) => event.key),
        ['a/x'],
      );
      trial.assert.equal(closed.ended, undefined);
    },
  },
  {
    title: 'a watch that is closed right after a write does not hear it late',
    async run(trial) {
      const [closed, open] = [trial.watch(), trial.watch()];
      const write = trial.create('a/x');
      closed.watch?.close();
      const heard = closed.heard().length;
      await open.reached((await write).revision);
      trial.assert.equal(closed.heard().length, heard);
    },
  },
  {
    title: 'a sink that throws ends its own watch and no other',
    async run(trial) {
      const broken = new Error('broken sink');
      const before = trial.watch();
      const ends: unknown[] = [];
      let calls = 0;
      const sink = (): void => {
        calls++;
        throw broken;
      };
      trial.storage.watch({ bucket: things, from: trial.storage.revision(), onEnd: (error) => ends.push(error) }, sink);
      const after = trial.watch();
      const expected = await story(trial, 'a/x');
      for (const recorder of [before, after]) {
        await recorder.reached(trial.storage.revision());
        trial.assert.deepEqual(lines(recorder), expected);
      }
      trial.assert.deepEqual([calls, ends.length, ends[0] === broken], [1, 1, true]);
    },
  },
  {
    title: 'a sink that throws on history has its watch ended',
    async run(trial) {
      const from = trial.storage.revision();
      const x = await trial.create('a/x');
      const broken = new Error('broken sink');
      let calls = 0;
      const end = new Promise<unknown>((resolve) => {
        trial.storage.watch({ bucket: things, from, onEnd: resolve }, () => {
          calls++;
          throw broken;
        });
      });
      trial.assert.equal(await end, broken);
      const fence = trial.watch();
      await fence.reached((await trial.update(x, 'two')).revision);
      trial.assert.equal(calls, 1);
    },
  },
  {
    title: 'a sink may write, and everybody hears first what was written first',
    async run(trial) {
      const from = trial.storage.revision();
      const before = trial.watch();
      let written: Promise<unknown> = Promise.resolve();
      trial.storage.watch({ bucket: things, from }, (events) => {
        for (const { current } of events) if (current.key.name === 'cause') written = trial.create('a/effect');
      });
      const after = trial.watch();
      await trial.create('a/cause');
      await before.reached(from + 2);
      await written;
      await after.reached(trial.storage.revision());
      for (const recorder of [before, after])
        trial.assert.deepEqual(
          recorder.heard().map((event) => event.key),
          ['a/cause', 'a/effect'],
        );
    },
  },
  {
    title: 'a sink may open and close watches',
    async run(trial) {
      const late: Recorder[] = [];
      const victim = trial.watch();
      let own: Watch | undefined = undefined;
      const opener = trial.watch();
      own = trial.storage.watch({ bucket: things, from: trial.storage.revision() }, (events) => {
        late.push(trial.watch({ from: events.at(-1)?.revision ?? 0 }));
        victim.watch?.close();
        own?.close();
      });
      const x = await trial.create('a/x');
      await opener.reached(x.revision);
      const y = await trial.create('a/y');
      await opener.reached(y.revision);
      trial.assert.equal(late.length, 1);
      await late[0]?.reached(y.revision);
      trial.assert.deepEqual(
        late[0]?.heard().map((event) => event.key),
        ['a/y'],
      );
      trial.assert.ok(victim.heard().length <= 1);
    },
  },
  {
    title: 'five hundred watchers of a bucket and of namespaces all hear all that concerns them, in order',
    async run(trial) {
      const everywhere = Array.from({ length: 250 }, () => trial.watch());
      const inside = Array.from({ length: 250 }, (_, index) => trial.watch({ namespace: index % 2 === 0 ? 'a' : 'b' }));
      await traffic(trial, 4, 5);
      await trial.create('a/end');
      const end = await trial.create('b/end');
      const all = trial.watch({ from: 1 });
      await all.reached(end.revision);
      const expected = lines(all);
      for (const recorder of everywhere) {
        await recorder.reached(end.revision);
        trial.assert.deepEqual(lines(recorder), expected);
      }
      for (const [index, recorder] of inside.entries()) {
        await recorder.reached(index % 2 === 0 ? end.revision - 1 : end.revision);
        trial.assert.deepEqual(
          lines(recorder),
          expected.filter((line) => line.split(' ')[1]?.startsWith(index % 2 === 0 ? 'a/' : 'b/')),
        );
      }
    },
  },
  {
    title: 'events come in the order of their revisions, each once, under many writers',
    async run(trial) {
      const from = trial.storage.revision();
      const recorder = trial.watch();
      await traffic(trial, 8, 12);
      await recorder.reached(trial.storage.revision());
      const revisions = recorder.heard().map((event) => event.revision);
      trial.assert.deepEqual(
        revisions,
        Array.from({ length: trial.storage.revision() - from }, (_, index) => from + 1 + index),
      );
    },
  },
  {
    title: 'a list and a watch in one step give what is there, then what comes',
    async run(trial) {
      await trial.create('a/x', 'one');
      await trial.create('b/x', 'one');
      const { list, recorder } = await trial.listAndWatch();
      trial.assert.deepEqual(
        list.items.map((item) => path(item.key)),
        ['a/x', 'b/x'],
      );
      trial.assert.equal(list.revision, trial.storage.revision());
      const expected = await story(trial, 'a/y');
      await recorder.reached(trial.storage.revision());
      trial.assert.deepEqual(lines(recorder), expected);
    },
  },
  {
    title: 'a list and a watch in one step keep to a namespace',
    async run(trial) {
      await trial.createAll(['a/x', 'a-b/x']);
      const { list, recorder } = await trial.listAndWatch('a');
      await story(trial, 'a-b/y');
      const expected = await story(trial, 'a/y');
      await recorder.reached(trial.storage.revision());
      trial.assert.deepEqual(
        list.items.map((item) => path(item.key)),
        ['a/x'],
      );
      trial.assert.deepEqual(lines(recorder), expected);
    },
  },
  {
    title: 'no event is lost or doubled between list and watch in one step, while many write',
    async run(trial) {
      const followers: {
        readonly list: { readonly items: readonly Stored<Sample>[]; readonly revision: number };
        readonly recorder: Recorder;
      }[] = [];
      const follow = async (): Promise<void> => {
        for (let turn = 0; turn < 10; turn++) followers.push(await trial.listAndWatch());
      };
      await Promise.all([traffic(trial, 6, 10), follow(), follow(), follow()]);
      const { items } = await trial.list();
      const actual = items.map((item) => `${path(item.key)}=${item.revision}`).sort();
      for (const { list, recorder } of followers) {
        if (list.revision < trial.storage.revision()) await recorder.reached(trial.storage.revision());
        trial.assert.deepEqual(believed(list.items, recorder), actual);
        const revisions = recorder.heard().map((event) => event.revision);
        trial.assert.deepEqual(
          revisions,
          Array.from({ length: trial.storage.revision() - list.revision }, (_, index) => list.revision + 1 + index),
        );
      }
    },
  },
  {
    title: 'no event is lost or doubled between a list and a later watch from its revision, while many write',
    async run(trial) {
      const followers: {
        readonly items: readonly Stored<Sample>[];
        readonly recorder: Recorder;
        readonly namespace: string | undefined;
      }[] = [];
      const follow = async (namespace?: string): Promise<void> => {
        for (let turn = 0; turn < 10; turn++) {
          const { items, revision } = await trial.list({ namespace });
          await trial.get('a/none');
          followers.push({ items, namespace, recorder: trial.watch({ from: revision, namespace }) });
        }
      };
      await Promise.all([traffic(trial, 6, 10), follow(), follow('a'), follow('b')]);
      await trial.create('a/end');
      const end = await trial.create('b/end');
      for (const { items, namespace, recorder } of followers) {
        await recorder.reached(namespace === 'a' ? end.revision - 1 : end.revision);
        const actual = (await trial.list({ namespace })).items.map((item) => `${path(item.key)}=${item.revision}`).sort();
        trial.assert.deepEqual(believed(items, recorder), actual);
      }
    },
  },
  {
    title: 'closing the storage ends every watch without an error, after what was written before',
    async run(trial) {
      const recorders = [trial.watch(), trial.watch({ namespace: 'a' }), trial.watch({ bucket: 'test/other' })];
      const listed = await trial.listAndWatch();
      const created = await trial.create('a/x');
      await recorders[0]?.reached(created.revision);
      await trial.storage.close();
      for (const recorder of [...recorders, listed.recorder]) trial.assert.equal(await recorder.end(), undefined);
      trial.assert.deepEqual(
        recorders.map((recorder) => recorder.heard().length),
        [1, 1, 0],
      );
    },
  },
  {
    title: 'a closed storage answers StorageClosed, and may be closed again',
    async run(trial) {
      const { storage } = trial;
      const x = await trial.create('a/x');
      await storage.close();
      await storage.close();
      const attempts: readonly (() => unknown)[] = [
        () => trial.get('a/x'),
        () => trial.list(),
        () => trial.create('a/y'),
        () => trial.update(x, 'two'),
        () => trial.delete(x),
        () => trial.watch(),
        () => trial.listAndWatch(),
      ];
      for (const attempt of attempts) await trial.fails('StorageClosed', attempt);
    },
  },
];
