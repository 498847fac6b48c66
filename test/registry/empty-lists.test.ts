import { describe, expect, it } from 'vitest';
import { nullEmptyLists } from '../../src/registry/empty-lists.js';
import { typeRegistry } from '../../src/schema/types.js';

const CASES: readonly (readonly [title: string, group: string, version: string, kind: string, given: object, stored: object])[] = [
  ['a list that is always written', 'rbac.authorization.k8s.io', 'v1', 'Role', { rules: [] }, { rules: null }],
  ['one inside a list', 'rbac.authorization.k8s.io', 'v1', 'Role', { rules: [{ verbs: [] }] }, { rules: [{ verbs: null }] }],
  ['one inside a struct', 'storage.k8s.io', 'v1', 'CSINode', { spec: { drivers: [] } }, { spec: { drivers: null } }],
  ['lists with items', 'rbac.authorization.k8s.io', 'v1', 'Role', { rules: [{ verbs: ['get'] }] }, { rules: [{ verbs: ['get'] }] }],
  ['types without such lists', '', 'v1', 'ConfigMap', { data: {}, metadata: {} }, { data: {}, metadata: {} }],
];

describe('What protobuf makes of empty lists', () => {
  it.each(CASES)('%s', (_title, group, version, kind, given, stored) => {
    const type = typeRegistry().typeOf({ group, version, kind });
    if (type === undefined) throw new Error(`no facts about ${kind}`);
    const object = structuredClone(given);
    nullEmptyLists(object, type);
    expect(object).toEqual(stored);
  });
});
