import { describe, expect, it } from 'vitest';
import type { OwnerReference } from '../../../src/client/client.js';
import type { Pod } from '../../../src/component-helpers/pods.js';
import { claimsOf, hasRightOwners, withRightOwners } from '../../../src/controllers/workloads/stateful-set/claims.js';
import { withStorage } from '../../../src/controllers/workloads/stateful-set/stateful-pod.js';
import { isInRange, ordinalOf, type Claim, type StatefulSet } from '../../../src/controllers/workloads/stateful-set/types.js';

const set = (whenDeleted: string, whenScaled: string): StatefulSet => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'db', namespace: 'n', uid: 'set' },
  spec: {
    replicas: 2,
    ordinals: { start: 3 },
    selector: { matchLabels: { app: 'db' } },
    template: { metadata: {}, spec: {} },
    updateStrategy: {},
    volumeClaimTemplates: [{ metadata: { name: 'data', labels: { tier: 'x' } }, spec: { resources: {} }, status: {} }],
    persistentVolumeClaimRetentionPolicy: { whenDeleted, whenScaled },
  },
  status: {},
});
const pod = (name: string): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'n', uid: 'pod' },
  spec: {},
  status: {},
});
const claim = (...ownerReferences: OwnerReference[]): Claim => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data-db-3', namespace: 'n', ownerReferences },
  spec: { resources: {} },
  status: {},
});
const owners = (given: Claim): string[] => (given.metadata.ownerReferences ?? []).map(({ kind }) => kind);

describe('the pods of stateful sets', () => {
  it('have ordinals in their names, counted from the first', () => {
    expect(ordinalOf(pod('db-12'))).toBe(12);
    expect(ordinalOf(pod('db'))).toBe(-1);
    expect(['db-2', 'db-3', 'db-4', 'db-5'].map((name) => isInRange(pod(name), set('Retain', 'Retain')))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it('use claims of their own', () => {
    const [made] = claimsOf(set('Retain', 'Retain'), pod('db-3'));
    expect(made?.metadata).toEqual({ name: 'data-db-3', namespace: 'n', labels: { tier: 'x', app: 'db' } });
    expect(withStorage(set('Retain', 'Retain'), pod('db-3')).spec.volumes).toEqual([
      { name: 'data', persistentVolumeClaim: { claimName: 'data-db-3' } },
    ]);
  });

  it.each([
    ['Retain', 'Retain', 'db-3', []],
    ['Delete', 'Retain', 'db-3', ['StatefulSet']],
    ['Delete', 'Delete', 'db-3', ['StatefulSet']],
    ['Delete', 'Delete', 'db-9', ['Pod']],
    ['Retain', 'Delete', 'db-3', []],
    ['Retain', 'Delete', 'db-9', ['Pod']],
  ])('%s when deleted and %s when scaled: the claim of %s belongs to %j', (whenDeleted, whenScaled, name, expected) => {
    const given = set(whenDeleted, whenScaled);
    const made = withRightOwners(claim(), given, pod(name));
    expect(owners(made)).toEqual(expected);
    expect(hasRightOwners(made, given, pod(name))).toBe(true);
  });

  it('leave claims alone that another controller has', () => {
    const foreign: OwnerReference = { apiVersion: 'v1', kind: 'Operator', name: 'x', uid: 'x', controller: true };
    const given = set('Delete', 'Delete');
    expect(hasRightOwners(claim(foreign), given, pod('db-3'))).toBe(true);
    expect(owners(withRightOwners(claim(foreign), given, pod('db-3')))).toEqual(['Operator']);
  });
});
