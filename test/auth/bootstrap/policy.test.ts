import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { pathAttributes, resourceAttributes } from '../../../src/auth/authorization/attributes.js';
import { bootstrapPolicy, nodeRules } from '../../../src/auth/bootstrap/policy.js';
import { reconcileBinding, reconcileRole } from '../../../src/auth/bootstrap/reconcile.js';
import { userInfo } from '../../../src/auth/identities.js';
import { RbacAuthorizer } from '../../../src/auth/rbac/authorizer.js';
import { RbacIndex } from '../../../src/auth/rbac/index.js';
import type { BindingObject, RoleObject } from '../../../src/auth/rbac/policy-rule.js';

const policy = [...bootstrapPolicy()];
const RECORDED = new URL('../../../../shared/parity/recorded/auth-bootstrap.json', import.meta.url);

function find(resource: string, name: string, namespace?: string): unknown {
  return policy.find(
    (entry) => entry.resource === resource && entry.object.metadata.name === name && entry.object.metadata.namespace === namespace,
  )?.object;
}

describe('the bootstrap policy', () => {
  it('is complete and names nothing twice', () => {
    const count = (resource: string): number => policy.filter((entry) => entry.resource === resource).length;
    expect({
      roles: count('roles'),
      clusterroles: count('clusterroles'),
      rolebindings: count('rolebindings'),
      clusterrolebindings: count('clusterrolebindings'),
    }).toEqual({
      roles: 7,
      clusterroles: 69,
      rolebindings: 7,
      clusterrolebindings: 50,
    });
    const names = policy.map(({ resource, object }) => `${resource}/${object.metadata.namespace ?? ''}/${object.metadata.name ?? ''}`);
    expect(new Set(names).size).toBe(names.length);
  });

  it('binds only what is there', () => {
    for (const { resource, object } of policy) {
      if (!('roleRef' in object)) continue;
      const { kind, name } = object.roleRef;
      const target = kind === 'Role' ? find('roles', name, object.metadata.namespace) : find('clusterroles', name);
      expect(target, `${resource} ${object.metadata.name ?? ''}`).toBeDefined();
    }
  });

  it('gives fresh objects each time', () => {
    const [first] = bootstrapPolicy();
    expect(first?.object).toEqual(policy[0]?.object);
    expect(first?.object.metadata).not.toBe(policy[0]?.object.metadata);
  });

  it('grants what everybody knows, once it is in the index', () => {
    const index = new RbacIndex();
    for (const { resource, object } of policy) index.put(resource, object);
    const rbac = new RbacAuthorizer(index);
    const anonymous = userInfo({ name: 'system:anonymous', groups: ['system:unauthenticated'] });
    const carol = userInfo({ name: 'carol', groups: ['system:authenticated'] });
    const scheduler = userInfo({ name: 'system:kube-scheduler', groups: ['system:authenticated'] });
    const collector = userInfo({ name: 'system:serviceaccount:kube-system:generic-garbage-collector' });
    const may = (attributes: Parameters<RbacAuthorizer['authorize']>[0]): boolean => rbac.authorize(attributes).decision === 'allow';
    expect(may(pathAttributes(anonymous, 'get', '/healthz'))).toBe(true);
    expect(may(pathAttributes(anonymous, 'get', '/api'))).toBe(false);
    expect(may(pathAttributes(carol, 'get', '/apis/apps/v1'))).toBe(true);
    expect(may(pathAttributes(carol, 'get', '/metrics'))).toBe(false);
    expect(may(resourceAttributes(carol, { verb: 'create', group: 'authorization.k8s.io', resource: 'selfsubjectaccessreviews' }))).toBe(
      true,
    );
    expect(
      may(resourceAttributes(scheduler, { verb: 'create', resource: 'pods', subresource: 'binding', namespace: 'x', name: 'p' })),
    ).toBe(true);
    expect(
      may(
        resourceAttributes(scheduler, {
          verb: 'get',
          group: 'coordination.k8s.io',
          resource: 'leases',
          namespace: 'kube-system',
          name: 'other',
        }),
      ),
    ).toBe(true);
    expect(
      may(resourceAttributes(scheduler, { verb: 'get', group: 'coordination.k8s.io', resource: 'leases', namespace: 'x', name: 'other' })),
    ).toBe(false);
    expect(may(resourceAttributes(collector, { verb: 'delete', group: 'any', resource: 'things', namespace: 'x', name: 'y' }))).toBe(true);
    expect(may(resourceAttributes(collector, { verb: 'create', group: 'any', resource: 'things', namespace: 'x' }))).toBe(false);
  });

  it('tells the node authorizer the rules of system:node', () => {
    expect(nodeRules()).toEqual((find('clusterroles', 'system:node') as RoleObject).rules);
  });

  it.skipIf(!existsSync(RECORDED))('agrees with every role and binding that was recorded (needs ../shared)', () => {
    const steps = JSON.parse(readFileSync(RECORDED, 'utf8')) as {
      method: string;
      path: string;
      response?: { status: number; body: RecordedObject };
    }[];
    let compared = 0;
    for (const { method, path, response } of steps) {
      if (method !== 'GET' || response?.status !== 200 || response.body.items !== undefined || response.body.rows !== undefined) continue;
      const { kind, apiVersion, metadata, ...rest } = response.body;
      const object = find(`${kind.toLowerCase()}s`, metadata.name, metadata.namespace);
      const { name, namespace, labels, annotations } = metadata;
      expect(object, path).toEqual({
        kind,
        apiVersion,
        metadata: { name, ...(namespace === undefined ? {} : { namespace }), labels, annotations },
        ...rest,
      });
      compared++;
    }
    expect(compared).toBeGreaterThan(30);
  });
});

interface RecordedObject {
  kind: string;
  apiVersion: string;
  metadata: { name: string; namespace?: string; labels?: object; annotations?: object };
  items?: unknown;
  rows?: unknown;
}

describe('reconciling a role', () => {
  const role = (rules: RoleObject['rules'], more: object = {}): RoleObject => ({
    apiVersion: 'v1',
    kind: 'ClusterRole',
    metadata: { name: 'r', labels: { a: 'default' }, annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'true' } },
    rules,
    ...more,
  });
  const pods = { verbs: ['get'], apiGroups: [''], resources: ['pods'] };
  const secrets = { verbs: ['get'], apiGroups: [''], resources: ['secrets'] };

  it('creates what is missing', () => {
    expect(reconcileRole(role([pods]), undefined)).toEqual({ operation: 'create', object: role([pods]) });
  });

  it('leaves what grants enough, and more', () => {
    expect(reconcileRole(role([pods]), role([secrets, pods]))).toEqual({ operation: 'none' });
    expect(reconcileRole(role([pods]), role([{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }]))).toEqual({ operation: 'none' });
  });

  it('adds the rules that are lacking, and the labels, but overrules none', () => {
    const existing = role([secrets], { metadata: { name: 'r', uid: 'u', labels: { a: 'mine' } } });
    expect(reconcileRole(role([pods]), existing)).toMatchObject({
      operation: 'update',
      object: {
        metadata: { uid: 'u', labels: { a: 'mine' }, annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'true' } },
        rules: [secrets, pods],
      },
    });
  });

  it('leaves the rules of an aggregated role to its controller, and restores the selectors', () => {
    const aggregationRule = { clusterRoleSelectors: [{ matchLabels: { x: 'y' } }] };
    expect(reconcileRole(role(null, { aggregationRule }), role([pods], { aggregationRule }))).toEqual({ operation: 'none' });
    expect(reconcileRole(role(null, { aggregationRule }), role([pods]))).toMatchObject({
      operation: 'update',
      object: { rules: [pods], aggregationRule },
    });
    expect(reconcileRole(role([pods]), role([pods], { aggregationRule }))).toEqual({ operation: 'update', object: role([pods]) });
  });

  it('does not touch what is protected', () => {
    const existing = role([], { metadata: { name: 'r', annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'false' } } });
    expect(reconcileRole(role([pods]), existing)).toEqual({ operation: 'none' });
  });
});

describe('reconciling a binding', () => {
  const binding = (to: string, ...names: string[]): BindingObject => ({
    apiVersion: 'v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'b' },
    subjects: names.map((name) => ({ kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name })),
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: to },
  });

  it('adds subjects, keeps others, and makes it anew for another role', () => {
    expect(reconcileBinding(binding('r', 'a'), undefined).operation).toBe('create');
    expect(
      reconcileBinding(binding('r', 'a'), { ...binding('r', 'b', 'a'), metadata: { name: 'b', labels: {}, annotations: {} } }),
    ).toEqual({ operation: 'none' });
    expect(reconcileBinding(binding('r', 'a'), binding('r', 'b'))).toMatchObject({
      operation: 'update',
      object: { subjects: [{ name: 'b' }, { name: 'a' }] },
    });
    expect(reconcileBinding(binding('r', 'a'), binding('other', 'a'))).toEqual({ operation: 'recreate', object: binding('r', 'a') });
  });
});
