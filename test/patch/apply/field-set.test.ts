import { describe, expect, test } from 'vitest';
import {
  difference,
  EMPTY_SET,
  type FieldSet,
  intersection,
  leavesOf,
  recursiveDifference,
  sameSet,
  setOf,
  union,
} from '../../../src/patch/apply/field-set.js';
import { parseFieldsV1, toFieldsV1 } from '../../../src/patch/apply/fields-v1.js';
import { ANY_ELEMENT, excludeFields, onlyFields } from '../../../src/patch/apply/filters.js';
import { fieldElement, fieldPath, indexElement, keyElement, pathToText, valueElement } from '../../../src/patch/apply/path-element.js';

const set = (...paths: string[]): FieldSet => setOf(...paths.map((path) => fieldPath(...path.split('.'))));
const texts = (fields: FieldSet): string[] => fields.paths().map((path) => pathToText(path).slice(1));

describe('operations on sets', () => {
  const a = set('a', 'b.x', 'b.y', 'c');
  const b = set('b', 'b.y', 'c.d');

  test.each([
    ['union', union(a, b), ['a', 'b', 'c', 'b.x', 'b.y', 'c.d']],
    ['intersection', intersection(a, b), ['b.y']],
    ['difference keeps what is below a path that goes', difference(a, b), ['a', 'c', 'b.x']],
    ['recursive difference does not', recursiveDifference(a, b), ['a', 'c']],
    ['leaves are the paths that no other one goes on from', leavesOf(set('a', 'b', 'b.x', 'c.d', 'c')), ['a', 'b.x', 'c.d']],
    ['with nothing', union(a, EMPTY_SET), ['a', 'c', 'b.x', 'b.y']],
    ['without itself nothing is left', difference(a, a), []],
  ])('%s', (_title, result, expected) => {
    expect(texts(result)).toEqual(expected);
  });

  test('an operation that changes nothing returns its operand, and shares what stays', () => {
    expect(union(a, set('b.x'))).toBe(a);
    expect(difference(a, set('b', 'z'))).toBe(a);
    expect(intersection(a, union(a, b))).toBe(a);
    expect(difference(a, set('c')).child(fieldElement('b'))).toBe(a.child(fieldElement('b')));
  });

  test('has tells members from what only leads to them', () => {
    expect(a.has(fieldPath('b', 'x'))).toBe(true);
    expect(a.has(fieldPath('b'))).toBe(false);
    expect(a.has([])).toBe(false);
  });

  test('sets with the same paths are the same', () => {
    expect(sameSet(a, set('c', 'b.y', 'a', 'b.x'))).toBe(true);
    expect(sameSet(a, union(a, b))).toBe(false);
  });

  test('filters leave out what is below, or keep only what begins as told', () => {
    expect(texts(excludeFields(set('b'))(a))).toEqual(['a', 'c']);
    const owned = set('spec', 'spec.containers.one.resources.cpu', 'spec.containers.one.image', 'status');
    expect(texts(onlyFields(['spec', 'containers', ANY_ELEMENT, 'resources'])(owned))).toEqual([
      'spec',
      'spec.containers.one.resources.cpu',
    ]);
  });
});

describe('the form of managedFields', () => {
  const path = (...elements: Parameters<typeof setOf>[0]) => setOf(elements);

  test.each([
    ['a field', path(fieldElement('a')), { 'f:a': {} }],
    [
      'an element by its keys, sorted',
      path(
        keyElement([
          { name: 'protocol', value: 'TCP' },
          { name: 'port', value: 80 },
        ]),
      ),
      { 'k:{"port":80,"protocol":"TCP"}': {} },
    ],
    ['an element of a set', path(valueElement('a<b')), { 'v:"a\\u003cb"': {} }],
    ['an index', path(indexElement(3)), { 'i:3': {} }],
    ['a path that is in the set and goes on', set('a', 'a.b'), { 'f:a': { '.': {}, 'f:b': {} } }],
    ['a path that only goes on', set('a.b'), { 'f:a': { 'f:b': {} } }],
    ['nothing', EMPTY_SET, {}],
  ])('%s', (_title, fields, form) => {
    expect(toFieldsV1(fields)).toEqual(form);
    expect(sameSet(parseFieldsV1(form), fields)).toBe(true);
  });

  test('members are sorted: fields by name, then keys, values and indices', () => {
    const form = {
      'i:2': {},
      'i:10': {},
      'v:true': {},
      'v:"b"': {},
      'v:2': {},
      'v:10': {},
      'k:{"n":"b"}': {},
      'k:{"n":"a"}': {},
      'f:b': {},
      'f:B': {},
      'f:\u{1f600}': {},
      'f:\uffe0': {},
    };
    expect(Object.keys(toFieldsV1(parseFieldsV1(form)))).toEqual([
      'f:B',
      'f:b',
      'f:\uffe0',
      'f:\u{1f600}',
      'k:{"n":"a"}',
      'k:{"n":"b"}',
      'v:2',
      'v:10',
      'v:"b"',
      'v:true',
      'i:2',
      'i:10',
    ]);
  });

  test.each([
    [
      'other ways of writing an element',
      { 'k:{"b": 1, "a": "x"}': { 'f:c': {} }, 'k:{"a":"x","b":1}': {} },
      { 'k:{"a":"x","b":1}': { '.': {}, 'f:c': {} } },
    ],
    ['null for an empty object', { 'f:a': null }, { 'f:a': {} }],
    ['kinds of elements from the future', { 'f:a': { 'x:1': {} }, 'z:2': {} }, { 'f:a': {} }],
    ['the root is nobody’s', { '.': {}, 'f:a': {} }, { 'f:a': {} }],
    [
      'names that objects inherit',
      JSON.parse('{"f:__proto__":{},"f:constructor":{"f:__proto__":{}}}'),
      JSON.parse('{"f:__proto__":{},"f:constructor":{"f:__proto__":{}}}'),
    ],
  ])('reads %s', (_title, form, canonical) => {
    expect(toFieldsV1(parseFieldsV1(form))).toEqual(canonical);
  });

  test.each([
    ['a list', []],
    ['a text', 'f:a'],
    ['an element without a kind', { a: {} }],
    ['an element without a colon', { field: {} }],
    ['a value that is no JSON', { 'v:{': {} }],
    ['keys that are no object', { 'k:1': {} }],
    ['an index that is no number', { 'i:x': {} }],
    ['a leaf that is no object', { 'f:a': 1 }],
  ])('refuses %s', (_title, form) => {
    expect(() => parseFieldsV1(form as never)).toThrow();
  });
});

test('paths print as messages show them', () => {
  const path = [
    fieldElement('spec'),
    keyElement([
      { name: 'name', value: 'a"b' },
      { name: 'port', value: 1e6 },
    ]),
    valueElement(null),
    indexElement(2),
  ];
  expect(pathToText(path)).toBe('.spec[name="a\\"b",port=1e+06][=null][2]');
});
