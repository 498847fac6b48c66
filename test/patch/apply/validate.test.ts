import { describe, expect, test } from 'vitest';
import { shapeOf } from '../../../src/patch/apply/shape.js';
import { validate } from '../../../src/patch/apply/validate.js';
import type { Json } from '../../../src/schema/type.js';
import { atomicList, boolean, builtIn, int, keyed, map, scalar, set, string, struct } from './support/types.js';

const type = struct({
  text: string,
  number: int,
  flag: boolean,
  time: scalar('time'),
  list: atomicList(string),
  set: set(string),
  keyed: keyed(['name'], struct({ name: string, value: int })),
  twoKeys: keyed(['port', 'protocol'], struct({ port: int, protocol: { type: string, default: 'TCP' } })),
  map: map(string),
  inner: struct({ a: string }),
  open: struct({ a: string, deep: struct({ b: string }) }, { preserveUnknown: true }),
  free: struct({}),
});
const shape = shapeOf(type);

function faultOf(value: Json, allowDuplicates = false): string {
  try {
    validate(shape, value, { allowDuplicates });
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

describe('a value that does not fit its type is told in the words of the real server', () => {
  test.each<[Json, string]>([
    [{ nope: 1 }, '.nope: field not declared in schema'],
    [{ inner: { nope: 1 } }, '.inner.nope: field not declared in schema'],
    [{ text: 1 }, '.text: expected string, got &value.valueUnstructured{Value:1}'],
    [{ text: 1e6 }, '.text: expected string, got &value.valueUnstructured{Value:1e+06}'],
    [{ text: true }, '.text: expected string, got &value.valueUnstructured{Value:true}'],
    [
      { text: { b: [1, null], a: 'x"' } },
      '.text: expected string, got &value.valueUnstructured{Value:map[string]interface {}{"a":"x\\"", "b":[]interface {}{1, interface {}(nil)}}}',
    ],
    [{ number: 'x' }, '.number: expected numeric (int or float), got string'],
    [{ number: true }, '.number: expected numeric (int or float), got bool'],
    [{ number: {} }, '.number: expected numeric (int or float), got map[string]interface {}'],
    [{ number: [] }, '.number: expected numeric (int or float), got []interface {}'],
    [{ flag: 1.5 }, '.flag: expected boolean, got &{1.5}'],
    [{ flag: 'x' }, '.flag: expected boolean, got &{x}'],
    [{ time: [1, 'x'] }, '.time: expected any scalar, got &{[1 x]}'],
    [{ list: 'x' }, '.list: expected list, got &{x}'],
    [{ list: [1] }, '.list[0]: expected string, got &value.valueUnstructured{Value:1}'],
    [{ map: ['x'] }, '.map: expected map, got &{[x]}'],
    [
      { map: { k: { b: 1, a: null } } },
      '.map.k: expected string, got &value.valueUnstructured{Value:map[string]interface {}{"a":interface {}(nil), "b":1}}',
    ],
    [{ set: ['x', 'x'] }, '.set: duplicate entries for key [="x"]'],
    [{ set: [null] }, ".set: element 0: associative list without keys has an element that's an explicit null"],
    [{ set: ['x', {}] }, ".set: element 1: associative list without keys has an element that's a map type"],
    [{ set: [[]] }, '.set: element 0: not supported: associative list with lists as elements'],
    [{ keyed: [{ name: 'a' }, { name: 'a' }] }, '.keyed: duplicate entries for key [name="a"]'],
    [{ keyed: [null] }, '.keyed: element 0: associative list with keys may not have a null element'],
    [{ keyed: ['a'] }, '.keyed: element 0: associative list with keys may not have non-map elements'],
    [
      { keyed: [{ value: 1 }] },
      '.keyed: element 0: associative list with keys has an element that omits all key fields ["name"] (and doesn\'t have default values for any key fields)',
    ],
    [{ keyed: [{ name: 'a', value: 'x' }] }, '.keyed[name="a"].value: expected numeric (int or float), got string'],
    [{ twoKeys: [{ port: 7 }, { port: 7, protocol: 'TCP' }] }, '.twoKeys: duplicate entries for key [port=7,protocol="TCP"]'],
    [{ number: 'x', flag: 'y' }, 'errors:\n  .number: expected numeric (int or float), got string\n  .flag: expected boolean, got &{y}'],
    ['x', 'expected map, got &{x}'],
  ])('%j', (value, message) => {
    expect(faultOf(value)).toBe(message);
  });

  test.each<[string, Json]>([
    ['null is fine everywhere but as an element', { text: null, number: null, list: null, map: null, inner: null, set: null }],
    ['a scalar of any kind where the format is not known to apply', { time: 5 }],
    ['unknown fields where they are kept, and below', { open: { x: 1, deep: { y: [{}] } } }],
    ['anything in a struct that declares nothing', { free: { x: { y: 1 } } }],
    ['names that objects inherit, as keys of a map', { map: JSON.parse('{"constructor":"x","__proto__":"y"}') as Json }],
  ])('%s', (_title, value) => {
    expect(faultOf(value)).toBe('');
  });

  test('a name that objects inherit is not declared by that', () => {
    expect(faultOf(JSON.parse('{"toString":"x"}') as Json)).toBe('.toString: field not declared in schema');
    expect(faultOf(JSON.parse('{"__proto__":"x"}') as Json)).toBe('.__proto__: field not declared in schema');
  });

  test('duplicates are fine in what is stored', () => {
    expect(faultOf({ set: ['x', 'x'], keyed: [{ name: 'a' }, { name: 'a' }] }, true)).toBe('');
  });
});

describe('built-in types', () => {
  const deployment = shapeOf(builtIn('apps', 'v1', 'Deployment'));
  const volume = shapeOf(builtIn('', 'v1', 'PersistentVolume'));
  const definition = shapeOf(builtIn('apiextensions.k8s.io', 'v1', 'CustomResourceDefinition'));

  test.each<[string, Json]>([
    [
      'a quantity is any scalar',
      { spec: { template: { spec: { containers: [{ name: 'c', resources: { limits: { cpu: 1, memory: '1Gi' } } }] } } } },
    ],
    ['an int-or-string as well', { spec: { strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: '25%' } } } }],
    ['the empty default of a name is a key', { spec: { template: { spec: { containers: [{ image: 'i' }] } } } }],
  ])('%s', (_title, value) => {
    expect(() => validate(deployment, value, { allowDuplicates: false })).not.toThrow();
  });

  test.each<[string, boolean]>([
    ['selector', true],
    ['strategy', false],
    ['template', false],
  ])('%s of a Deployment is a leaf: %s', (field, atomic) => {
    expect(deployment.map?.fields.get('spec')?.shape.map?.fields.get(field)?.shape.map?.atomic).toBe(atomic);
  });

  test('one use of a struct may differ from the struct', () => {
    expect(volume.map?.fields.get('spec')?.shape.map?.fields.get('claimRef')?.shape.map?.atomic).toBe(false);
  });

  test('a schema within a schema takes any JSON', () => {
    const versions = definition.map?.fields.get('spec')?.shape.map?.fields.get('versions')?.shape.list;
    const schema = versions?.items.map?.fields.get('schema')?.shape.map?.fields.get('openAPIV3Schema')?.shape;
    expect(() =>
      validate(schema!, { default: { a: [1] }, items: { type: 'string' }, properties: { a: { default: 1 } } }, { allowDuplicates: false }),
    ).not.toThrow();
  });
});
