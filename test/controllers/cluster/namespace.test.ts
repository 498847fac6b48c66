import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject, Typed } from '../../../src/client/client.js';
import {
  API_SERVICES,
  CONFIG_MAPS,
  CUSTOM_RESOURCE_DEFINITIONS,
  NAMESPACES,
  PODS,
  SECRETS,
} from '../../../src/component-helpers/resources.js';
import { startCluster, type Cluster } from '../../../src/index.js';
import type { Namespace } from '../../../src/schema/generated/core-v1.js';

const ofNamespaces = { resource: NAMESPACES };
const configMap = (name: string, finalizers?: string[]): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, finalizers },
});
const pod = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, finalizers: ['example.com/hold'] },
  spec: { containers: [{ name: 'c', image: 'i' }] },
});

describe('namespace-controller', () => {
  let cluster: Cluster;
  const create = async (name: string): Promise<void> => {
    await cluster.client.create(ofNamespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    await cluster.settled();
  };
  const remove = async (name: string): Promise<void> => {
    await cluster.client.delete(ofNamespaces, name);
    await cluster.settled();
  };
  const exists = async (name: string): Promise<boolean> =>
    (await cluster.client.list(ofNamespaces)).items.some(({ metadata }) => metadata.name === name);
  const conditions = async (name: string): Promise<Record<string, string>> => {
    const { status } = await cluster.client.get<Typed<Namespace>>(ofNamespaces, name);
    return Object.fromEntries(
      (status?.conditions ?? []).map(({ type, status: is, reason, message }) => [type, `${is} ${reason ?? ''}: ${message ?? ''}`]),
    );
  };

  beforeAll(async () => {
    cluster = await startCluster({ nodes: 0, controllers: ['namespace-controller', 'serviceaccount-controller'], clock: 'virtual' });
    await cluster.settled();
  });
  afterAll(() => cluster.stop());

  it('deletes whatever is in a namespace, then lets it go', async () => {
    await create('full');
    for (let i = 0; i < 30; i++) await cluster.client.create({ resource: CONFIG_MAPS, namespace: 'full' }, configMap(`map-${String(i)}`));
    await remove('full');
    expect(await exists('full')).toBe(false);
    expect((await cluster.client.list({ resource: CONFIG_MAPS, namespace: 'full' })).items).toEqual([]);
  });

  it('says what remains, and for which finalizers it waits', async () => {
    await create('held');
    const target = { resource: CONFIG_MAPS, namespace: 'held' };
    await cluster.client.create(target, configMap('one', ['example.com/a', 'example.com/b']));
    await cluster.client.create(target, configMap('two', ['example.com/a']));
    await remove('held');
    expect(await conditions('held')).toEqual({
      NamespaceDeletionDiscoveryFailure: 'False ResourcesDiscovered: All resources successfully discovered',
      NamespaceDeletionGroupVersionParsingFailure: 'False ParsedGroupVersions: All legacy kube types successfully parsed',
      NamespaceDeletionContentFailure: 'False ContentDeleted: All content successfully deleted, may be waiting on finalization',
      NamespaceContentRemaining: 'True SomeResourcesRemain: Some resources are remaining: configmaps. has 2 resource instances',
      NamespaceFinalizersRemaining:
        'True SomeFinalizersRemain: Some content in the namespace has finalizers remaining: example.com/a in 2 resource instances, example.com/b in 1 resource instances',
    });
    for (const name of ['one', 'two']) await cluster.client.patch(target, name, 'merge', { metadata: { finalizers: null } });
    await cluster.settled();
    expect(await exists('held')).toBe(false);
  });

  it('waits for pods before it deletes the rest', async () => {
    await create('ordered');
    await cluster.client.create({ resource: PODS, namespace: 'ordered' }, pod('slow'));
    await cluster.client.create({ resource: SECRETS, namespace: 'ordered' }, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'mounted' },
    } as KubeObject);
    await remove('ordered');
    expect((await cluster.client.list({ resource: SECRETS, namespace: 'ordered' })).items).toHaveLength(1);
    await cluster.client.patch({ resource: PODS, namespace: 'ordered' }, 'slow', 'merge', { metadata: { finalizers: null } });
    await cluster.settled();
    expect(await exists('ordered')).toBe(false);
  });

  it('deletes custom resources too', async () => {
    const schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
    await cluster.client.create({ resource: CUSTOM_RESOURCE_DEFINITIONS }, {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'things.example.com' },
      spec: {
        group: 'example.com',
        names: { plural: 'things', kind: 'Thing' },
        scope: 'Namespaced',
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
      },
    } as KubeObject);
    await cluster.settled();
    await create('custom');
    const target = { resource: { group: 'example.com', version: 'v1', resource: 'things' }, namespace: 'custom' };
    await cluster.client.create(target, { apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 'thing' } });
    await remove('custom');
    expect(await exists('custom')).toBe(false);
    expect((await cluster.client.list(target)).items).toEqual([]);
  });

  it('holds a namespace while an aggregated API is down', async () => {
    await create('stale');
    await cluster.client.create({ resource: API_SERVICES }, {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: 'v1beta1.metrics.example.com' },
      spec: {
        group: 'metrics.example.com',
        version: 'v1beta1',
        groupPriorityMinimum: 100,
        versionPriority: 100,
        insecureSkipTLSVerify: true,
        service: { name: 'none', namespace: 'kube-system' },
      },
    } as KubeObject);
    await remove('stale');
    expect(await conditions('stale')).toMatchObject({
      NamespaceDeletionDiscoveryFailure:
        'True DiscoveryFailed: Discovery failed for some groups, 1 failing: unable to retrieve the complete list of server APIs: metrics.example.com/v1beta1: stale GroupVersion discovery: metrics.example.com/v1beta1',
    });
    await cluster.client.delete({ resource: API_SERVICES }, 'v1beta1.metrics.example.com');
    await cluster.clock.advance('2m');
    expect(await exists('stale')).toBe(false);
  });
});
