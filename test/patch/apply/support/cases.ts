import type { Case } from './operations.js';
import { atomicList, atomicMap, boolean, int, json, keyed, map, set, string, struct } from './types.js';

/**
 * What server-side apply means, as lists of operations (KEP-555). The tests
 * check the outcomes; the benchmark times the same lists.
 */

const leaves = struct({ number: int, text: string, flag: boolean });
const nested = struct({ inner: struct({ a: string, b: string, deep: struct({ c: int }) }), labels: map(string) });
const setOfStrings = struct({ list: set(string) });
const byName = struct({ list: keyed(['name'], struct({ name: string, value: int, tags: set(string) })) });
const defaultKey = struct({
  ports: keyed(['port', 'protocol'], struct({ port: int, protocol: { type: string, default: 'TCP' }, name: string })),
});
const atoms = struct({
  list: atomicList(string),
  map: atomicMap(string),
  struct: struct({ a: string, b: string }, { mapType: 'atomic' }),
});
const mapOfLists = struct({ map: map(keyed(['name'], struct({ name: string, value: int }))) });
const open = struct({ known: string }, { preserveUnknown: true });
const anything = struct({ any: json });

export const cases: readonly Case[] = [
  // Leaves
  {
    title: 'an applier owns what it applies, and nothing else',
    type: leaves,
    operations: [{ by: 'a', apply: { number: 1, text: 'x' } }],
    spec: { number: 1, text: 'x' },
    owners: { a: ['.number', '.text'] },
  },
  {
    title: 'what is no longer applied goes',
    type: leaves,
    operations: [
      { by: 'a', apply: { number: 1, text: 'x' } },
      { by: 'a', apply: { number: 1 } },
    ],
    spec: { number: 1 },
    owners: { a: ['.number'] },
  },
  {
    title: 'what somebody else applies too stays',
    type: leaves,
    operations: [
      { by: 'a', apply: { number: 1, text: 'x' } },
      { by: 'b', apply: { text: 'x' } },
      { by: 'a', apply: { number: 1 } },
    ],
    spec: { number: 1, text: 'x' },
    owners: { a: ['.number'], b: ['.text'] },
  },
  {
    title: 'a value that an updater has changed is not the applier’s to remove',
    type: leaves,
    operations: [
      { by: 'a', apply: { number: 1, text: 'x' } },
      { by: 'c', update: { number: 1, text: 'y' } },
      { by: 'a', apply: { number: 1 } },
    ],
    spec: { number: 1, text: 'y' },
    owners: { a: ['.number'], 'c*': ['.text'] },
  },
  {
    title: 'an update takes what it changes, without asking',
    type: leaves,
    operations: [
      { by: 'a', apply: { number: 1, text: 'x' } },
      { by: 'c', update: { number: 2, text: 'x' } },
    ],
    spec: { number: 2, text: 'x' },
    owners: { a: ['.text'], 'c*': ['.number'] },
  },
  {
    title: 'an update that removes a field takes it from its owner',
    type: leaves,
    operations: [
      { by: 'a', apply: { number: 1, text: 'x' } },
      { by: 'c', update: { text: 'x' } },
    ],
    spec: { text: 'x' },
    owners: { a: ['.text'] },
  },
  {
    title: 'an owner of nothing is forgotten',
    type: leaves,
    operations: [
      { by: 'a', apply: { number: 1 } },
      { by: 'c', update: { number: 2 } },
    ],
    spec: { number: 2 },
    owners: { 'c*': ['.number'] },
  },
  {
    title: 'null is a value that can be owned',
    type: leaves,
    operations: [{ by: 'a', apply: { text: null } }],
    spec: { text: null },
    owners: { a: ['.text'] },
  },

  // Conflicts
  {
    title: 'changing another applier’s value is a conflict, and nothing is written',
    type: leaves,
    operations: [
      { by: 'a', apply: { number: 1, text: 'x' } },
      { by: 'b', apply: { number: 2, flag: true }, conflicts: ['a .number'] },
    ],
    spec: { number: 1, text: 'x' },
    owners: { a: ['.number', '.text'] },
  },
  {
    title: 'agreeing is no conflict: the field has two owners',
    type: leaves,
    operations: [
      { by: 'a', apply: { number: 1 } },
      { by: 'b', apply: { number: 1 } },
    ],
    spec: { number: 1 },
    owners: { a: ['.number'], b: ['.number'] },
  },
  {
    title: 'of two owners neither may change the value alone',
    type: leaves,
    operations: [
      { by: 'a', apply: { number: 1 } },
      { by: 'b', apply: { number: 1 } },
      { by: 'a', apply: { number: 2 }, conflicts: ['b .number'] },
    ],
    spec: { number: 1 },
    owners: { a: ['.number'], b: ['.number'] },
  },
  {
    title: 'force takes the field from its owner',
    type: leaves,
    operations: [
      { by: 'a', apply: { number: 1, text: 'x' } },
      { by: 'b', apply: { number: 2 }, force: true },
    ],
    spec: { number: 2, text: 'x' },
    owners: { a: ['.text'], b: ['.number'] },
  },
  {
    title: 'an updater’s change is a conflict for the next applier',
    type: leaves,
    operations: [
      { by: 'c', update: { number: 1 } },
      { by: 'a', apply: { number: 2 }, conflicts: ['c .number'] },
      { by: 'a', apply: { number: 1 } },
    ],
    spec: { number: 1 },
    owners: { a: ['.number'], 'c*': ['.number'] },
  },
  {
    title: 'one request may conflict with several managers',
    type: leaves,
    operations: [
      { by: 'a', apply: { number: 1 } },
      { by: 'b', apply: { text: 'x' } },
      { by: 'd', apply: { number: 2, text: 'y', flag: true }, conflicts: ['a .number', 'b .text'] },
    ],
    spec: { number: 1, text: 'x' },
    owners: { a: ['.number'], b: ['.text'] },
  },
  {
    title: 'letting go of a field in one’s own apply lets the next one set it',
    type: leaves,
    operations: [
      { by: 'a', apply: { number: 1, text: 'x' } },
      { by: 'a', apply: { text: 'x' } },
      { by: 'b', apply: { number: 2 } },
    ],
    spec: { number: 2, text: 'x' },
    owners: { a: ['.text'], b: ['.number'] },
  },

  // Structs and maps
  {
    title: 'a struct belongs to nobody, its fields do',
    type: nested,
    operations: [
      { by: 'a', apply: { inner: { a: '1' } } },
      { by: 'b', apply: { inner: { b: '2', deep: { c: 3 } } } },
    ],
    spec: { inner: { a: '1', b: '2', deep: { c: 3 } } },
    owners: { a: ['.inner.a'], b: ['.inner.b', '.inner.deep.c'] },
  },
  {
    title: 'a struct goes with its last field',
    type: nested,
    operations: [
      { by: 'a', apply: { inner: { a: '1', deep: { c: 3 } }, labels: { k: 'v' } } },
      { by: 'a', apply: { labels: { k: 'v' } } },
    ],
    spec: { labels: { k: 'v' } },
    owners: { a: ['.labels.k'] },
  },
  {
    title: 'a struct stays as long as anyone owns a part of it',
    type: nested,
    operations: [
      { by: 'a', apply: { inner: { a: '1', deep: { c: 3 } } } },
      { by: 'b', apply: { inner: { deep: { c: 3 } } } },
      { by: 'a', apply: {} },
    ],
    spec: { inner: { deep: { c: 3 } } },
    // The empty spec itself is what `a` applies, and hence owns.
    owners: { a: [], b: ['.inner.deep.c'] },
  },
  {
    title: 'every key of a map has owners of its own',
    type: nested,
    operations: [
      { by: 'a', apply: { labels: { one: '1', shared: 's' } } },
      { by: 'b', apply: { labels: { two: '2', shared: 's' } } },
      { by: 'a', apply: { labels: { one: '1' } } },
      { by: 'b', apply: { labels: { two: '2' } } },
    ],
    spec: { labels: { one: '1', two: '2' } },
    owners: { a: ['.labels.one'], b: ['.labels.two'] },
  },
  {
    title: 'an applied empty map is owned as such',
    type: nested,
    operations: [{ by: 'a', apply: { labels: {} } }],
    spec: { labels: {} },
    owners: { a: ['.labels'] },
  },
  {
    title: 'null for a map adds nothing to what is there',
    type: nested,
    operations: [
      { by: 'a', apply: { labels: { k: 'v' } } },
      { by: 'b', apply: { labels: null } },
    ],
    spec: { labels: { k: 'v' } },
    owners: { a: ['.labels.k'], b: ['.labels'] },
  },
  {
    title: 'an updater owns the containers that it brings',
    type: nested,
    operations: [{ by: 'c', update: { inner: { a: '1' }, labels: { k: 'v' } } }],
    spec: { inner: { a: '1' }, labels: { k: 'v' } },
    owners: { 'c*': ['.inner', '.inner.a', '.labels', '.labels.k'] },
  },
  {
    title: 'a map that an updater made stays, emptied, when an applier’s last key goes',
    type: nested,
    operations: [
      { by: 'c', update: { labels: { k: 'v' } } },
      { by: 'a', apply: { labels: { m: 'w' } } },
      { by: 'c', update: { labels: { m: 'w' } } },
      { by: 'a', apply: {} },
    ],
    spec: { labels: {} },
    owners: { a: [], 'c*': ['.labels'] },
  },

  // Sets
  {
    title: 'elements of a set have owners of their own',
    type: setOfStrings,
    operations: [
      { by: 'a', apply: { list: ['a', 'c'] } },
      { by: 'b', apply: { list: ['b'] } },
    ],
    spec: { list: ['a', 'c', 'b'] },
    owners: { a: ['.list[="a"]', '.list[="c"]'], b: ['.list[="b"]'] },
  },
  {
    title: 'an element that two apply goes with the second',
    type: setOfStrings,
    operations: [
      { by: 'a', apply: { list: ['x', 'y'] } },
      { by: 'b', apply: { list: ['y', 'z'] } },
      { by: 'a', apply: { list: ['x'] } },
      { by: 'b', apply: { list: ['z'] } },
    ],
    spec: { list: ['x', 'z'] },
    owners: { a: ['.list[="x"]'], b: ['.list[="z"]'] },
  },
  {
    title: 'the applied order wins where it says something',
    type: setOfStrings,
    operations: [
      { by: 'a', apply: { list: ['a', 'b', 'c', 'd'] } },
      { by: 'b', apply: { list: ['d', 'b', 'new'] } },
    ],
    spec: { list: ['a', 'c', 'd', 'b', 'new'] },
    owners: { a: ['.list[="a"]', '.list[="b"]', '.list[="c"]', '.list[="d"]'], b: ['.list[="b"]', '.list[="d"]', '.list[="new"]'] },
  },
  {
    title: 'new elements follow the ones that they were applied after',
    type: setOfStrings,
    operations: [
      { by: 'a', apply: { list: ['1', '2', '3'] } },
      { by: 'b', apply: { list: ['0', '1', '1.5', '3', '4'] } },
    ],
    spec: { list: ['0', '1', '2', '1.5', '3', '4'] },
    owners: {
      a: ['.list[="1"]', '.list[="2"]', '.list[="3"]'],
      b: ['.list[="0"]', '.list[="1"]', '.list[="1.5"]', '.list[="3"]', '.list[="4"]'],
    },
  },
  {
    title: 'what an updater stored twice is owned as a whole',
    type: setOfStrings,
    operations: [{ by: 'c', update: { list: ['x', 'x', 'y'] } }],
    spec: { list: ['x', 'x', 'y'] },
    owners: { 'c*': ['.list', '.list[="x"]', '.list[="y"]'] },
  },
  {
    title: 'applying an element that is there twice makes it one',
    type: setOfStrings,
    operations: [
      { by: 'c', update: { list: ['x', 'x', 'y'] } },
      { by: 'a', apply: { list: ['x'] }, conflicts: ['c .list[="x"]'] },
      { by: 'a', apply: { list: ['x'] }, force: true },
    ],
    spec: { list: ['x', 'y'] },
    owners: { a: ['.list[="x"]'], 'c*': ['.list', '.list[="y"]'] },
  },

  // Keyed lists
  {
    title: 'an element is named by its key; its fields have owners of their own',
    type: byName,
    operations: [
      { by: 'a', apply: { list: [{ name: 'one', value: 1 }] } },
      {
        by: 'b',
        apply: {
          list: [
            { name: 'one', tags: ['t'] },
            { name: 'two', value: 2 },
          ],
        },
      },
    ],
    spec: {
      list: [
        { name: 'one', value: 1, tags: ['t'] },
        { name: 'two', value: 2 },
      ],
    },
    owners: {
      a: ['.list[name="one"]', '.list[name="one"].name', '.list[name="one"].value'],
      b: [
        '.list[name="one"]',
        '.list[name="one"].name',
        '.list[name="one"].tags[="t"]',
        '.list[name="two"]',
        '.list[name="two"].name',
        '.list[name="two"].value',
      ],
    },
  },
  {
    title: 'a conflict inside an element names only the field',
    type: byName,
    operations: [
      { by: 'a', apply: { list: [{ name: 'one', value: 1 }] } },
      { by: 'b', apply: { list: [{ name: 'one', value: 2 }] }, conflicts: ['a .list[name="one"].value'] },
    ],
    spec: { list: [{ name: 'one', value: 1 }] },
    owners: { a: ['.list[name="one"]', '.list[name="one"].name', '.list[name="one"].value'] },
  },
  {
    title: 'an element goes with its last owner, with all that is inside',
    type: byName,
    operations: [
      { by: 'a', apply: { list: [{ name: 'one', value: 1 }, { name: 'two' }] } },
      { by: 'b', apply: { list: [{ name: 'one', tags: ['t'] }] } },
      { by: 'a', apply: { list: [{ name: 'two' }] } },
      { by: 'b', apply: { list: [] } },
    ],
    spec: { list: [{ name: 'two' }] },
    owners: { a: ['.list[name="two"]', '.list[name="two"].name'] },
  },
  {
    title: 'an element goes with its last owner even if an updater owns parts of it',
    type: byName,
    operations: [
      { by: 'a', apply: { list: [{ name: 'one', value: 1 }] } },
      { by: 'c', update: { list: [{ name: 'one', value: 1, tags: ['t'] }] } },
      { by: 'a', apply: { list: [] } },
    ],
    spec: undefined,
    owners: {},
  },
  {
    title: 'the default of a key stands in for an absent one',
    type: defaultKey,
    operations: [
      { by: 'a', apply: { ports: [{ port: 80, name: 'web' }] } },
      {
        by: 'b',
        apply: {
          ports: [
            { port: 80, protocol: 'TCP', name: 'web' },
            { port: 80, protocol: 'UDP' },
          ],
        },
      },
      { by: 'a', apply: { ports: [] } },
    ],
    spec: {
      ports: [
        { port: 80, protocol: 'TCP', name: 'web' },
        { port: 80, protocol: 'UDP' },
      ],
    },
    owners: {
      b: [
        '.ports[port=80,protocol="TCP"]',
        '.ports[port=80,protocol="TCP"].name',
        '.ports[port=80,protocol="TCP"].port',
        '.ports[port=80,protocol="TCP"].protocol',
        '.ports[port=80,protocol="UDP"]',
        '.ports[port=80,protocol="UDP"].port',
        '.ports[port=80,protocol="UDP"].protocol',
      ],
    },
  },
  {
    title: 'lists inside a map’s values merge on their own',
    type: mapOfLists,
    operations: [
      { by: 'a', apply: { map: { k: [{ name: 'x', value: 1 }] } } },
      { by: 'b', apply: { map: { k: [{ name: 'y' }], l: [{ name: 'z' }] } } },
      { by: 'a', apply: {} },
    ],
    spec: { map: { k: [{ name: 'y' }], l: [{ name: 'z' }] } },
    owners: {
      a: [],
      b: ['.map.k', '.map.k[name="y"]', '.map.k[name="y"].name', '.map.l', '.map.l[name="z"]', '.map.l[name="z"].name'],
    },
  },

  // Leaves that are containers
  {
    title: 'an atomic list, map or struct has one owner for all of it',
    type: atoms,
    operations: [{ by: 'a', apply: { list: ['x'], map: { k: 'v' }, struct: { a: '1' } } }],
    spec: { list: ['x'], map: { k: 'v' }, struct: { a: '1' } },
    owners: { a: ['.list', '.map', '.struct'] },
  },
  {
    title: 'changing a part of an atomic value is a conflict over all of it',
    type: atoms,
    operations: [
      { by: 'a', apply: { list: ['x'], map: { k: 'v' }, struct: { a: '1' } } },
      { by: 'b', apply: { list: ['x', 'y'], map: { l: 'w' }, struct: { b: '2' } }, conflicts: ['a .list', 'a .map', 'a .struct'] },
      { by: 'b', apply: { list: ['x', 'y'], map: { l: 'w' }, struct: { b: '2' } }, force: true },
    ],
    spec: { list: ['x', 'y'], map: { l: 'w' }, struct: { b: '2' } },
    owners: { b: ['.list', '.map', '.struct'] },
  },
  {
    title: 'the order of an atomic list is part of its value',
    type: atoms,
    operations: [
      { by: 'a', apply: { list: ['x', 'y'] } },
      { by: 'b', apply: { list: ['y', 'x'] }, conflicts: ['a .list'] },
    ],
    spec: { list: ['x', 'y'] },
    owners: { a: ['.list'] },
  },

  // Without a schema
  {
    title: 'unknown fields of a struct that keeps them are owned one by one',
    type: open,
    operations: [
      { by: 'a', apply: { known: 'x', free: { one: 1, list: [1, 2] } } },
      { by: 'b', apply: { free: { two: 2 } } },
      { by: 'a', apply: { known: 'x' } },
    ],
    spec: { known: 'x', free: { two: 2 } },
    owners: { a: ['.known'], b: ['.free', '.free.two'] },
  },
  {
    title: 'lists without a schema are leaves',
    type: anything,
    operations: [
      { by: 'a', apply: { any: { list: [{ name: 'x' }] } } },
      { by: 'b', apply: { any: { list: [{ name: 'y' }] } }, conflicts: ['a .any.list'] },
    ],
    spec: { any: { list: [{ name: 'x' }] } },
    owners: { a: ['.any.list'] },
  },
  {
    title: 'a value without a schema may change from one form to another',
    type: anything,
    operations: [
      { by: 'c', update: { any: 'text' } },
      { by: 'c', update: { any: { k: 1 } } },
      { by: 'c', update: { any: [1] } },
    ],
    spec: { any: [1] },
    owners: { 'c*': ['.any'] },
  },

  // A schema that changes
  {
    title: 'owners of parts own the whole once it has become atomic',
    type: struct({ inner: struct({ a: string, b: string }), list: set(string) }),
    then: { at: 2, type: struct({ inner: struct({ a: string, b: string }, { mapType: 'atomic' }), list: atomicList(string) }) },
    operations: [
      { by: 'a', apply: { inner: { a: '1' }, list: ['x'] } },
      { by: 'b', apply: { inner: { b: '2' } } },
      { by: 'a', apply: { inner: { a: '1', b: '2' }, list: ['x'] } },
    ],
    spec: { inner: { a: '1', b: '2' }, list: ['x'] },
    owners: { a: ['.inner', '.list'], b: ['.inner'] },
  },
];
