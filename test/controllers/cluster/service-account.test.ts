import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NAMESPACES, SERVICE_ACCOUNTS } from '../../../src/component-helpers/resources.js';
import { startCluster, type Cluster } from '../../../src/index.js';

describe('serviceaccount-controller', () => {
  let cluster: Cluster;
  const accounts = async (namespace: string): Promise<(string | undefined)[]> =>
    (await cluster.client.list({ resource: SERVICE_ACCOUNTS, namespace })).items.map(({ metadata }) => metadata.name);

  beforeAll(async () => {
    cluster = await startCluster({ nodes: 0, controllers: ['serviceaccount-controller'], clock: 'virtual' });
    await cluster.settled();
  });
  afterAll(() => cluster.stop());

  it('gives each namespace an account that is called default, also those that come later', async () => {
    expect(await accounts('kube-system')).toContain('default');
    await cluster.client.create({ resource: NAMESPACES }, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'later' } });
    await cluster.settled();
    expect(await accounts('later')).toEqual(['default']);
  });

  it('makes it anew when it is deleted', async () => {
    const target = { resource: SERVICE_ACCOUNTS, namespace: 'kube-public' };
    const { metadata } = await cluster.client.get(target, 'default');
    await cluster.client.delete(target, 'default');
    await cluster.settled();
    expect((await cluster.client.get(target, 'default')).metadata.uid).not.toBe(metadata.uid);
  });

  it('leaves namespaces that are going alone', async () => {
    await cluster.client.create({ resource: NAMESPACES }, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'going' } });
    await cluster.settled();
    await cluster.client.delete({ resource: NAMESPACES }, 'going');
    await cluster.client.delete({ resource: SERVICE_ACCOUNTS, namespace: 'going' }, 'default');
    await cluster.settled();
    expect(await accounts('going')).toEqual([]);
  });
});
