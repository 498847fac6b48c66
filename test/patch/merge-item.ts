import type { Field, ListType, MapType, ScalarType, StructType, Type } from '../../src/schema/type.js';

/** A struct whose fields are given by name; a function, since a type may hold itself. */
export function struct(goName: string, fields: () => Record<string, Partial<Field> & { readonly type: Type }>): StructType {
  let made: readonly Field[] | undefined;
  const all = (): readonly Field[] =>
    (made ??= Object.entries(fields()).map(([name, field], i) => ({
      name,
      number: i + 1,
      required: false,
      pointer: false,
      omit: 'empty',
      ...field,
    })));
  return {
    kind: 'struct',
    name: `test.v1.${goName}`,
    goName,
    get fields() {
      return all();
    },
    get byName() {
      return new Map(all().map((field) => [field.name, field]));
    },
  };
}

const string: ScalarType = { kind: 'scalar', scalar: 'string' };
const list = (items: Type): ListType => ({ kind: 'list', items });
const strings: MapType = { kind: 'map', values: string };

/** One field for each way in which a strategic merge patch may treat it. */
export const mergeItem: StructType = struct('MergeItem', () => ({
  name: { type: string },
  value: { type: string },
  other: { type: string },
  number: { type: { kind: 'scalar', scalar: 'int64' } },
  labels: { type: strings },
  maps: { type: { kind: 'map', values: strings } },
  item: { type: mergeItem },
  replaced: { type: mergeItem, patchStrategy: 'replace' },
  union: { type: mergeItem, patchStrategy: 'retainKeys' },
  merging: { type: list(mergeItem), patchStrategy: 'merge', patchMergeKey: 'name' },
  volumes: { type: list(mergeItem), patchStrategy: 'merge,retainKeys', patchMergeKey: 'name' },
  counted: { type: list(mergeItem), patchStrategy: 'merge', patchMergeKey: 'number' },
  keyless: { type: list(mergeItem), patchStrategy: 'merge' },
  atomic: { type: list(mergeItem) },
  words: { type: list(string), patchStrategy: 'merge' },
  sequence: { type: list(string) },
  nested: { type: list(list(string)) },
  raw: { type: { kind: 'scalar', scalar: 'rawExtension' } },
}));
