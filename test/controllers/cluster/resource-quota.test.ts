import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../src/client/client.js';
import { CONFIG_MAPS, CUSTOM_RESOURCE_DEFINITIONS, PODS, RESOURCE_QUOTAS } from '../../../src/component-helpers/resources.js';
import type { Quota } from '../../../src/component-helpers/quota/evaluator.js';
import { startCluster, type Cluster } from '../../../src/index.js';

const namespace = 'default';
const quotas = { resource: RESOURCE_QUOTAS, namespace };

describe('resourcequota-controller', () => {
  let cluster: Cluster;
  const limit = async (name: string, hard: Record<string, string>): Promise<void> => {
    await cluster.client.create(quotas, { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name }, spec: { hard } } as KubeObject);
    await cluster.settled();
  };
  const used = async (name: string): Promise<Record<string, string> | undefined> => {
    await cluster.settled();
    return (await cluster.client.get<Quota>(quotas, name)).status.used;
  };
  const configMap = (name: string): Promise<KubeObject> =>
    cluster.client.create({ resource: CONFIG_MAPS, namespace }, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });

  beforeAll(async () => {
    const controllers = ['resourcequota-controller', 'serviceaccount-controller'];
    cluster = await startCluster({ nodes: 0, controllers, clock: 'virtual', disableAdmissionPlugins: ['ServiceAccount'] });
    await cluster.settled();
  });
  afterAll(() => cluster.stop());

  it('measures what was there before the quota, and what goes', async () => {
    await configMap('one');
    await configMap('two');
    await limit('maps', { 'count/configmaps': '10' });
    expect(await used('maps')).toEqual({ 'count/configmaps': '2' });
    await configMap('three');
    await cluster.client.delete({ resource: CONFIG_MAPS, namespace }, 'one');
    expect(await used('maps')).toEqual({ 'count/configmaps': '2' });
  });

  it('takes new limits over into status', async () => {
    await cluster.client.patch(quotas, 'maps', 'merge', { spec: { hard: { 'count/configmaps': '4', 'count/secrets': '1' } } });
    expect(await used('maps')).toEqual({ 'count/configmaps': '2', 'count/secrets': '0' });
  });

  it('gives back what a pod has that has ended', async () => {
    await limit('compute', { pods: '5', 'requests.cpu': '2' });
    const target = { resource: PODS, namespace };
    const containers = [{ name: 'c', image: 'i', resources: { requests: { cpu: '500m' } } }];
    await cluster.client.create(target, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers } } as KubeObject);
    expect(await used('compute')).toEqual({ pods: '1', 'requests.cpu': '500m' });
    await cluster.client.patch({ ...target, subresource: 'status' }, 'p', 'merge', { status: { phase: 'Succeeded' } });
    expect(await used('compute')).toEqual({ pods: '0', 'requests.cpu': '0' });
  });

  it('counts custom resources', async () => {
    await limit('things', { 'count/things.example.com': '3' });
    await cluster.client.create({ resource: CUSTOM_RESOURCE_DEFINITIONS }, {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'things.example.com' },
      spec: {
        group: 'example.com',
        names: { plural: 'things', kind: 'Thing' },
        scope: 'Namespaced',
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
      },
    } as KubeObject);
    await cluster.settled();
    const things = { resource: { group: 'example.com', version: 'v1', resource: 'things' }, namespace };
    await cluster.clock.advance('5m');
    await cluster.client.create(things, { apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 'a' } });
    expect(await used('things')).toEqual({ 'count/things.example.com': '1' });
    await cluster.client.delete(things, 'a');
    expect(await used('things')).toEqual({ 'count/things.example.com': '0' });
  });
});
