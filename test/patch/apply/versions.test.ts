import { describe, expect, test } from 'vitest';
import type { FieldManager } from '../../../src/patch/apply/field-manager.js';
import type { VersionConverter } from '../../../src/patch/apply/typed-object.js';
import type { Json, JsonObject, StructType } from '../../../src/schema/type.js';
import { managerOf, run, thing, type Operation } from './support/operations.js';
import { map, objectType, string, struct } from './support/types.js';

/** In v2 the field `old` is called `fresh`; there is no v0 any more. */
const types: Readonly<Record<string, StructType>> = {
  v1: struct({ old: map(string), same: string }),
  v2: struct({ fresh: map(string), same: string }),
};
const names: Readonly<Record<string, string>> = { v1: 'old', v2: 'fresh' };

const versions: VersionConverter = {
  convert: (object, apiVersion) => (apiVersion === 'example/v0' ? undefined : convert(object as JsonObject, apiVersion)),
  typeOf: (apiVersion) => {
    const spec = types[apiVersion.slice('example/'.length)];
    return spec === undefined ? undefined : objectType(spec);
  },
};

function convert(object: JsonObject, apiVersion: string): JsonObject {
  const from = names[String(object['apiVersion']).slice('example/'.length)] ?? '';
  const to = names[apiVersion.slice('example/'.length)] ?? '';
  const { [from]: moved, ...spec } = (object['spec'] ?? {}) as JsonObject;
  return { ...object, apiVersion, spec: moved === undefined ? spec : { ...spec, [to]: moved } };
}

const managers: Readonly<Record<string, FieldManager>> = {
  v1: managerOf(types['v1']!, 'v1', versions),
  v2: managerOf(types['v2']!, 'v2', versions),
};

interface VersionsCase {
  readonly title: string;
  readonly operations: readonly Operation[];
  readonly spec: Json;
  readonly owners: Readonly<Record<string, readonly string[]>>;
}

const cases: readonly VersionsCase[] = [
  {
    title: 'every owner keeps the version that it used',
    operations: [
      { by: 'a', apply: { old: { k: '1' } } },
      { by: 'b', apply: { fresh: { l: '2' } }, version: 'v2' },
    ],
    spec: { old: { k: '1', l: '2' } },
    owners: { a: ['.old.k'], b: ['.fresh.l'] },
  },
  {
    title: 'a conflict names the field as its owner knows it',
    operations: [
      { by: 'a', apply: { old: { k: '1' } } },
      { by: 'b', apply: { fresh: { k: '2' } }, version: 'v2', conflicts: ['a .old.k'] },
    ],
    spec: { old: { k: '1' } },
    owners: { a: ['.old.k'] },
  },
  {
    title: 'force takes the field from an owner that uses another version',
    operations: [
      { by: 'a', apply: { old: { k: '1' }, same: 'x' } },
      { by: 'b', apply: { fresh: { k: '2' } }, version: 'v2', force: true },
    ],
    spec: { old: { k: '2' }, same: 'x' },
    owners: { a: ['.same'], b: ['.fresh.k'] },
  },
  {
    title: 'an update takes what it changes, whatever version the owner used',
    operations: [
      { by: 'a', apply: { old: { k: '1', l: '1' } } },
      { by: 'c', update: { fresh: { k: '2' } }, version: 'v2' },
    ],
    spec: { old: { k: '2' } },
    owners: { 'c*': ['.fresh.k'] },
  },
  {
    title: 'what was applied in one version goes when it is no longer applied in the other',
    operations: [
      { by: 'a', apply: { old: { k: '1', l: '1' } } },
      { by: 'a', apply: { fresh: { k: '1' } }, version: 'v2' },
    ],
    spec: { old: { k: '1' } },
    owners: { a: ['.fresh.k'] },
  },
  {
    title: 'unless it is owned in another version',
    operations: [
      { by: 'a', apply: { old: { k: '1', l: '1' } } },
      { by: 'b', apply: { fresh: { l: '1' } }, version: 'v2' },
      { by: 'a', apply: { old: { k: '1' } } },
    ],
    spec: { old: { k: '1', l: '1' } },
    owners: { a: ['.old.k'], b: ['.fresh.l'] },
  },
];

describe('owners in several versions', () => {
  test.each(cases)('$title', ({ operations, spec, owners }) => {
    const result = run(operations, (_index, version) => managers[version]!, convert);
    expect(result.conflicts).toEqual(operations.map((operation) => operation.conflicts ?? []));
    expect(result.spec).toEqual(spec);
    expect(result.owners).toEqual(owners);
  });

  test('an owner whose version is gone is forgotten, and what it applied stays', () => {
    const entry = {
      manager: 'a',
      operation: 'Apply',
      apiVersion: 'example/v0',
      fieldsType: 'FieldsV1',
      fieldsV1: { 'f:spec': { 'f:ancient': {} } },
    };
    const live = { ...thing({ same: 'x' }), metadata: { name: 'one', uid: 'u', managedFields: [entry] } };
    const applied = managers['v1']!.apply(live, thing({ old: { k: '1' } }), 'b', false);
    expect((applied['metadata'] as { managedFields: { manager: string }[] }).managedFields.map(({ manager }) => manager)).toEqual(['b']);
    expect(applied['spec']).toEqual({ same: 'x', old: { k: '1' } });
  });
});
