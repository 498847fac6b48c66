import { describe, expect, it } from 'vitest';
import { StatusError } from '../../src/apimachinery/status.js';
import { decodeStrategicMergePatch } from '../../src/patch/patch-decode.js';
import { applyStrategicMergePatch, strategicMergePatchText } from '../../src/patch/strategic-merge.js';
import { printJson } from '../../src/schema/json.js';
import type { JsonObject } from '../../src/schema/type.js';
import { mergeItem } from './merge-item.js';

const apply = (document: JsonObject, patch: JsonObject): JsonObject => applyStrategicMergePatch(mergeItem, document, patch);

function failure(run: () => unknown): { code: number; reason: string; message: string; why: unknown } {
  try {
    run();
  } catch (error) {
    if (error instanceof StatusError)
      return { code: error.status.code, reason: error.status.reason, message: error.status.message, why: error.cause };
    throw error;
  }
  throw new Error('it did not fail');
}

/** Elements of a merging list by their names alone. */
const named = (...names: string[]): JsonObject[] => names.map((name) => ({ name }));

type Case = [title: string, document: JsonObject, patch: JsonObject, expected: JsonObject];

const cases: Record<string, Case[]> = {
  'of scalars and maps': [
    ['sets, adds and removes', { name: 'a', value: 'v' }, { value: null, other: 'o', name: 'b' }, { name: 'b', other: 'o' }],
    ['merges structs', { item: { name: 'a', value: 'v' } }, { item: { value: null, other: 'o' } }, { item: { name: 'a', other: 'o' } }],
    ['merges maps', { labels: { a: '1', b: '2' } }, { labels: { a: null, c: '3' } }, { labels: { b: '2', c: '3' } }],
    ['removes nulls from what is new', {}, { item: { name: null, item: { value: null, other: 'o' } } }, { item: { item: { other: 'o' } } }],
    ['removes nulls from what replaces another type', { item: 'text' }, { item: { name: null, other: 'o' } }, { item: { other: 'o' } }],
    ['removes nulls from objects in new lists, but not from the lists', {}, { atomic: [{ name: null }, null] }, { atomic: [{}, null] }],
    ['replaces a map by text', { labels: { a: '1' } }, { labels: 'text' }, { labels: 'text' }],
    [
      'replaces a map with the strategy replace, nulls and all',
      { replaced: { name: 'a' } },
      { replaced: { value: null, other: 'o' } },
      { replaced: { value: null, other: 'o' } },
    ],
    ['keeps unknown members', {}, { unknown: { a: 1 } }, { unknown: { a: 1 } }],
    ['changes nothing if empty', { name: 'a' }, {}, { name: 'a' }],
  ],
  'with $patch': [
    ['replaces a map', { labels: { a: '1' } }, { labels: { $patch: 'replace', b: '2' } }, { labels: { b: '2' } }],
    ['keeps nulls of a map that replaces', { labels: { a: '1' } }, { labels: { $patch: 'replace', b: null } }, { labels: { b: null } }],
    ['empties a map', { labels: { a: '1' } }, { labels: { $patch: 'delete', b: '2' } }, { labels: {} }],
    [
      'drops a map with it where there is none',
      { name: 'a' },
      { labels: { $patch: 'replace', b: '2' }, item: { name: 'x', item: { $patch: 'delete' } } },
      { name: 'a', item: { name: 'x' } },
    ],
    ['removes a member of another type', { labels: 'text' }, { labels: { $patch: 'merge' } }, {}],
    ['replaces the whole object', { name: 'a', labels: { a: '1' } }, { $patch: 'replace', value: 'v' }, { value: 'v' }],
    ['empties the whole object', { name: 'a' }, { $patch: 'delete' }, {}],
    [
      'removes an element',
      { merging: [{ name: 'a' }, { name: 'b', value: 'v' }] },
      { merging: [{ name: 'b', $patch: 'delete' }] },
      { merging: [{ name: 'a' }] },
    ],
    [
      'removes all elements of that key',
      {
        merging: [
          { name: 'a', value: '1' },
          { name: 'a', value: '2' },
        ],
      },
      { merging: [{ name: 'a', $patch: 'delete' }] },
      { merging: [] },
    ],
    ['removes nothing that is not there', { merging: named('a') }, { merging: [{ name: 'b', $patch: 'delete' }] }, { merging: named('a') }],
    [
      'removes and adds',
      { merging: named('a', 'b') },
      { merging: [{ name: 'c' }, { name: 'a', $patch: 'delete' }] },
      { merging: named('c', 'b') },
    ],
    ['replaces a merging list', { merging: named('a', 'b') }, { merging: [{ $patch: 'replace' }, { name: 'c' }] }, { merging: named('c') }],
    [
      'replaces a merging list from any place, whatever else is said',
      { merging: named('a') },
      { merging: [{ name: 'c' }, { name: 'c', $patch: 'delete' }, { $patch: 'replace' }] },
      { merging: named('c') },
    ],
    ['empties a merging list', { merging: named('a') }, { merging: [{ $patch: 'replace' }] }, { merging: [] }],
    ['drops elements with it from a new list', {}, { merging: [{ name: 'a' }, { name: 'b', $patch: 'delete' }] }, { merging: named('a') }],
    [
      'stays in elements of lists that are replaced',
      { atomic: named('a') },
      { atomic: [{ $patch: 'replace' }, { name: 'b' }] },
      { atomic: [{ $patch: 'replace' }, { name: 'b' }] },
    ],
  ],
  'of lists': [
    ['replaces a list', { sequence: ['a', 'b'] }, { sequence: ['c'] }, { sequence: ['c'] }],
    ['replaces a list of structs', { atomic: [{ name: 'a', value: 'v' }] }, { atomic: named('a') }, { atomic: named('a') }],
    [
      'merges an element',
      { merging: [{ name: 'a', value: 'v' }, { name: 'b' }] },
      { merging: [{ name: 'a', other: 'o' }] },
      { merging: [{ name: 'a', value: 'v', other: 'o' }, { name: 'b' }] },
    ],
    [
      'merges by a number',
      { counted: [{ number: 80, name: 'a' }, { number: 443 }] },
      { counted: [{ number: 80, value: 'v' }] },
      { counted: [{ number: 80, name: 'a', value: 'v' }, { number: 443 }] },
    ],
    [
      'tells the number 80 from the text',
      { counted: [{ number: 80 }] },
      { counted: [{ number: '80' }] },
      { counted: [{ number: '80' }, { number: 80 }] },
    ],
    ['puts a new element first', { merging: named('a', 'b') }, { merging: named('c') }, { merging: named('c', 'a', 'b') }],
    [
      'puts new elements in front of the next that it names',
      { merging: named('a', 'b', 'c') },
      { merging: named('x', 'b', 'y') },
      { merging: named('x', 'a', 'b', 'y', 'c') },
    ],
    [
      'brings what it names into its order',
      { merging: named('a', 'b', 'c', 'd') },
      { merging: named('c', 'a') },
      { merging: named('b', 'c', 'a', 'd') },
    ],
    [
      'keeps nulls and directives in a new element',
      { merging: named('a') },
      { merging: [{ name: 'b', value: null, labels: { $patch: 'delete' } }] },
      { merging: [{ name: 'b', value: null, labels: { $patch: 'delete' } }, { name: 'a' }] },
    ],
    [
      'merges two elements of one new key',
      { merging: named('a') },
      {
        merging: [
          { name: 'b', value: '1' },
          { name: 'b', value: '2', other: 'o' },
        ],
      },
      { merging: [{ name: 'b', value: '2', other: 'o' }, { name: 'a' }] },
    ],
    [
      'merges lists in elements',
      { merging: [{ name: 'a', merging: named('x') }] },
      { merging: [{ name: 'a', merging: [{ name: 'x', value: 'v' }] }] },
      { merging: [{ name: 'a', merging: [{ name: 'x', value: 'v' }] }] },
    ],
    ['merges a set', { words: ['a', 'b'] }, { words: ['b', 'c'] }, { words: ['a', 'b', 'c'] }],
    ['puts new members of a set first', { words: ['a', 'b'] }, { words: ['c'] }, { words: ['c', 'a', 'b'] }],
    ['drops repeated members of a set', { words: ['a', 'b', 'a'] }, { words: ['c', 'c'] }, { words: ['c', 'a', 'b'] }],
    ['takes an empty set for nothing to add', { words: ['a'] }, { words: [] }, { words: ['a'] }],
    ['replaces a list that was text', { merging: 'text' }, { merging: [{ name: 'a', value: null }] }, { merging: named('a') }],
    [
      'adds a list as it is but for nulls',
      {},
      { words: ['a', 'a'], merging: [{ value: 'no key' }] },
      { words: ['a', 'a'], merging: [{ value: 'no key' }] },
    ],
  ],
  'with $deleteFromPrimitiveList': [
    ['removes members of a set', { words: ['a', 'b', 'c', 'b'] }, { '$deleteFromPrimitiveList/words': ['b', 'x'] }, { words: ['a', 'c'] }],
    ['removes members of any list', { sequence: ['a', 'b'] }, { '$deleteFromPrimitiveList/sequence': ['a'] }, { sequence: ['b'] }],
    ['adds and removes', { words: ['a', 'b'] }, { words: ['c'], '$deleteFromPrimitiveList/words': ['a'] }, { words: ['c', 'b'] }],
    ['ignores what is not there', { name: 'a' }, { '$deleteFromPrimitiveList/words': ['a'] }, { name: 'a' }],
    ['ignores what is no list', { words: 'text' }, { '$deleteFromPrimitiveList/words': ['a'] }, { words: 'text' }],
    ['removes the list if it is null', { words: ['a'] }, { '$deleteFromPrimitiveList/words': null }, {}],
  ],
  'with $setElementOrder': [
    [
      'orders alone',
      { merging: named('a', 'b', 'c') },
      { '$setElementOrder/merging': named('c', 'a', 'b') },
      { merging: named('c', 'a', 'b') },
    ],
    [
      'orders what it adds',
      { merging: named('a', 'b') },
      { '$setElementOrder/merging': named('b', 'x', 'a'), merging: named('x') },
      { merging: named('b', 'x', 'a') },
    ],
    [
      'lets the live order decide where elements that it does not name go',
      { merging: named('1', 'a', '2', 'b', '3') },
      { '$setElementOrder/merging': named('a', 'b') },
      { merging: named('1', 'a', '2', 'b', '3') },
    ],
    [
      'puts new elements before others that are left',
      { merging: named('1', '2') },
      { '$setElementOrder/merging': named('x', 'y'), merging: named('x', 'y') },
      { merging: named('x', 'y', '1', '2') },
    ],
    [
      'keeps names for which there is no element out',
      { merging: named('a') },
      { '$setElementOrder/merging': named('none', 'a') },
      { merging: named('a') },
    ],
    [
      'goes with removal',
      { merging: named('a', 'b', 'c') },
      { '$setElementOrder/merging': named('c', 'a'), merging: [{ name: 'b', $patch: 'delete' }] },
      { merging: named('c', 'a') },
    ],
    [
      'goes with a new list',
      {},
      { '$setElementOrder/merging': named('b', 'a'), merging: [...named('b', 'a'), { name: 'c', $patch: 'delete' }] },
      { merging: named('b', 'a') },
    ],
    [
      'goes with a list that is replaced',
      { sequence: ['a', 'b'] },
      { '$setElementOrder/sequence': ['d', 'c'], sequence: ['d', 'c'] },
      { sequence: ['d', 'c'] },
    ],
    [
      'orders a set',
      { words: ['a', 'b', 'c'] },
      { '$setElementOrder/words': ['c', 'x', 'a'], words: ['x'] },
      { words: ['b', 'c', 'x', 'a'] },
    ],
    [
      'goes with $deleteFromPrimitiveList',
      { words: ['a', 'b', 'c'] },
      { '$setElementOrder/words': ['x', 'c', 'a'], words: ['x'], '$deleteFromPrimitiveList/words': ['b'] },
      { words: ['x', 'c', 'a'] },
    ],
    ['does nothing where there is no list', { name: 'a' }, { '$setElementOrder/merging': named('a') }, { name: 'a' }],
    [
      'takes an empty order for no order',
      { merging: named('a', 'b') },
      { '$setElementOrder/merging': [], merging: named('x') },
      { merging: named('a', 'b', 'x') },
    ],
    [
      'finds the field whatever its case, but not the list',
      { merging: named('a') },
      { '$setElementOrder/Merging': named('a') },
      { merging: named('a') },
    ],
    [
      'stays in what is new, as an unknown field',
      {},
      { item: { '$setElementOrder/merging': named('a') } },
      { item: { '$setElementOrder/merging': named('a') } },
    ],
  ],
  'with $retainKeys': [
    [
      'removes what it does not list',
      { union: { name: 'a', value: 'v', other: 'o' } },
      { union: { $retainKeys: ['name', 'number'], number: 1 } },
      { union: { name: 'a', number: 1 } },
    ],
    ['works on any map', { labels: { a: '1', b: '2' } }, { labels: { $retainKeys: ['b'] } }, { labels: { b: '2' } }],
    [
      'works on elements',
      { volumes: [{ name: 'a', value: 'v' }] },
      { volumes: [{ $retainKeys: ['name', 'item'], name: 'a', item: {} }] },
      { volumes: [{ name: 'a', item: {} }] },
    ],
    [
      'lets null members and list directives pass',
      { item: { words: ['a', 'b'], name: 'n' } },
      { item: { $retainKeys: ['words'], name: null, '$deleteFromPrimitiveList/words': ['a'] } },
      { item: { words: ['b'] } },
    ],
    [
      'stays in what is new, as an unknown field',
      { volumes: named('a') },
      { volumes: [{ $retainKeys: ['name'], name: 'b' }] },
      { volumes: [{ $retainKeys: ['name'], name: 'b' }, { name: 'a' }] },
    ],
  ],
};

describe.each(Object.entries(cases))('a strategic merge patch %s', (_, table) => {
  it.each(table)('%s', (_title, document, patch, expected) => {
    const before = JSON.stringify([document, patch]);
    expect(apply(document, patch)).toEqual(expected);
    expect(JSON.stringify([document, patch])).toBe(before);
  });
});

describe('a strategic merge patch that fails', () => {
  const list = {
    merging: named('a'),
    words: ['a'],
    keyless: named('a'),
    labels: { a: '1' },
    maps: { m: { a: '1' } },
    raw: { inner: {}, list: [1] },
    atomic: named('a'),
    nested: [['a']],
  };

  it.each<[patch: JsonObject, message: string]>([
    [{ labels: { $retainKeys: 'a' } }, 'invalid patch format of retainKeys'],
    [{ labels: { $retainKeys: ['a'], b: '2' } }, 'invalid patch format of retainKeys'],
    [{ $deleteFromPrimitiveListwords: ['a'] }, 'invalid patch format of primitive list'],
    [{ $setElementOrder: ['a'] }, 'invalid patch format of setElementOrder list'],
  ])('%j is 400', (patch, message) => {
    expect(failure(() => apply(list, patch))).toMatchObject({ code: 400, reason: 'BadRequest', message });
  });

  it.each<[patch: JsonObject, message: string]>([
    [{ labels: { $patch: 'shred', b: '2' } }, 'unknown patch type: shred in map: map[$patch:shred b:2]'],
    [{ labels: { $patch: 'merge' } }, 'unknown patch type: merge in map: map[$patch:merge]'],
    [{ labels: { $patch: 5 } }, 'unknown patch type: %!s(int64=5) in map: map[$patch:5]'],
    [{ $patch: null }, 'unknown patch type: %!s(<nil>) in map: map[$patch:<nil>]'],
    [{ merging: [{ name: 'a', $patch: 'shred' }] }, 'unknown patch type: shred in map: map[$patch:shred name:a]'],
    [{ merging: [{ name: 'a', $patch: 'merge' }] }, 'merging lists cannot yet be specified in the patch'],
    [{ merging: [{ value: 'v' }] }, 'map: map[value:v] does not contain declared merge key: name'],
    [{ merging: [{ $patch: 'delete' }] }, 'map: map[$patch:delete] does not contain declared merge key: name'],
    [{ merging: ['text'] }, 'list element types are not identical: [[map[name:a]] [text]]'],
    [{ words: ['b', 1] }, 'list element types are not identical: [[a] [b 1]]'],
    [{ words: [null] }, 'list element types are not identical: [[a] [<nil>]]'],
    [{ keyless: named('a') }, 'cannot merge lists without merge key for struct'],
    [{ maps: { m: { a: '2' } } }, 'merging an object in json but data type is not struct, instead is: map'],
    [{ raw: { inner: {} } }, 'unable to find api field in struct RawExtension for the json field "inner"'],
    [{ raw: { list: [2] } }, 'unable to find api field in struct RawExtension for the json field "list"'],
    [{ '$setElementOrder/none': [] }, 'unable to find api field in struct MergeItem for the json field "none"'],
    [{ '$setElementOrder/value': [] }, 'expected slice or array type, but got: struct'],
    [{ nested: [['b']] }, 'unexpected slice of slice'],
    [{ '$setElementOrder/nested': [] }, 'unexpected slice of slice'],
    [{ '$setElementOrder/merging': 'a' }, 'expected a []interface {}, but received a string'],
    [{ '$setElementOrder/labels': [] }, 'expected a []interface {}, but received a map[string]interface {}'],
    [{ '$setElementOrder/merging': named('a'), merging: null }, 'expected a []interface {}, but received a %!s(<nil>)'],
    [{ '$setElementOrder/merging': named('a'), merging: [1] }, 'expected a map[string]interface {}, but received a int64'],
    [{ '$setElementOrder/merging': [1.5], merging: named('a') }, 'expected a map[string]interface {}, but received a float64'],
    [{ '$setElementOrder/merging': [true] }, 'value for key 0 is not a map'],
    [{ '$setElementOrder/merging': [{ value: 'v' }] }, 'map: map[value:v] does not contain declared merge key: name'],
    [
      { '$setElementOrder/merging': named('a'), merging: named('b') },
      "The order in patch list:\n[map[name:b]]\n doesn't match $setElementOrder list:\n[map[name:a]]\n",
    ],
    [
      { '$setElementOrder/merging': named('a', 'b'), merging: named('b', 'a') },
      "The order in patch list:\n[map[name:b] map[name:a]]\n doesn't match $setElementOrder list:\n[map[name:a] map[name:b]]\n",
    ],
    [{ '$setElementOrder/words': ['c'], words: ['e'] }, "The order in patch list:\n[e]\n doesn't match $setElementOrder list:\n[c]\n"],
    [{ '$setElementOrder/sequence': [], sequence: [] }, 'no elements in any of the given slices'],
    [{ '$setElementOrder/atomic': [], atomic: [] }, 'map: map[name:a] does not contain declared merge key: '],
  ])('%j is 500 without a reason', (patch, message) => {
    expect(failure(() => apply(list, patch))).toMatchObject({ code: 500, reason: '', message });
  });

  it('for lists of lists is 422 with a constant text', () => {
    expect(failure(() => apply({ words: [['a']] }, { words: ['b'] }))).toMatchObject({
      code: 422,
      message: 'the server rejected our request due to an error in our request',
      why: 'lists of lists are not supported',
    });
  });
});

describe('a strategic merge patch in general', () => {
  it('shares what it does not touch with the document', () => {
    const document = { item: { labels: { a: '1' } }, merging: [{ name: 'a', item: {} }, { name: 'b' }] };
    const result = apply(document, { merging: [{ name: 'b', value: 'v' }] });
    expect(result['item']).toBe(document.item);
    expect((result['merging'] as JsonObject[])[0]).toBe(document.merging[0]);
  });

  it('works on frozen documents and patches', () => {
    const freeze = <T>(value: T): T => {
      if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(freeze);
      return value;
    };
    const patch = freeze({
      merging: [
        { name: 'a', $patch: 'delete' },
        { name: 'c', labels: { x: null } },
      ],
      '$setElementOrder/merging': named('c', 'b'),
      labels: { $retainKeys: [] },
    });
    expect(apply(freeze({ merging: named('a', 'b'), labels: { x: '1' } }), patch)).toEqual({
      merging: [{ name: 'c', labels: { x: null } }, { name: 'b' }],
      labels: {},
    });
  });

  it('treats __proto__ and constructor as any other name', () => {
    const { patch } = decodeStrategicMergePatch(
      Buffer.from('{"labels":{"__proto__":"x","constructor":null},"__proto__":{"polluted":true},"item":{"__proto__":{"a":null}}}'),
      'Warn',
    );
    expect(printJson(applyStrategicMergePatch(mergeItem, { labels: { a: '1' } }, patch))).toBe(
      '{"labels":{"a":"1","__proto__":"x"},"__proto__":{"polluted":true},"item":{"__proto__":{}}}',
    );
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('merges long lists in reasonable time', () => {
    const names = Array.from({ length: 20_000 }, (_, i) => `n${String(i)}`);
    const patch = {
      merging: [...names.map((name) => ({ name, value: 'v' })), { name: 'n7', $patch: 'delete' }],
      '$setElementOrder/merging': named(...names),
    };
    const result = apply({ merging: named(...[...names].reverse()) }, patch)['merging'] as JsonObject[];
    expect(result).toHaveLength(20_000);
    expect(result[0]).toEqual({ name: 'n0', value: 'v' });
  });

  it('prints the patch as merging leaves it', () => {
    const document = { merging: named('a'), labels: { a: '1' }, item: { name: 'n' } };
    const patch = {
      '$setElementOrder/merging': named('b', 'a'),
      merging: named('b'),
      labels: { $retainKeys: ['b'], b: '2' },
      item: { $patch: 'replace', unknown: null },
      atomic: [{ name: null, number: 3 }],
    };
    expect(strategicMergePatchText(mergeItem, document, patch)).toBe('map[atomic:[map[number:3]] item:map[unknown:<nil>] labels:map[b:2]]');
    expect(strategicMergePatchText(mergeItem, document, null)).toBe('map[]');
  });
});

describe('the body of a strategic merge patch', () => {
  const decode = (text: string, validation: 'Ignore' | 'Warn' | 'Strict' = 'Warn') =>
    decodeStrategicMergePatch(Buffer.from(text), validation);

  it.each([
    ['', 'unexpected end of JSON input'],
    ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
    ['[]', 'json: cannot unmarshal array into Go value of type map[string]interface {}'],
    ['1', 'json: cannot unmarshal number into Go value of type map[string]interface {}'],
  ])('%s is 400 in the words of Go', (text, message) => {
    expect(failure(() => decode(text))).toMatchObject({ code: 400, message });
    expect(failure(() => decode(text, 'Ignore'))).toMatchObject({ code: 400, message });
  });

  it('may be null, and then changes nothing', () => {
    const { patch } = decode('null');
    const document = { name: 'a' };
    expect(applyStrategicMergePatch(mergeItem, document, patch)).toBe(document);
  });

  it('counts the last of repeated fields and tells them', () => {
    expect(decode('{"a":{"b":[{"c":1,"c":2}]}}')).toEqual({
      patch: { a: { b: [{ c: 2 }] } },
      strictErrors: ['duplicate field "a.b[0].c"'],
    });
    expect(decode('{"a":1,"a":2}', 'Ignore').strictErrors).toEqual([]);
  });
});
