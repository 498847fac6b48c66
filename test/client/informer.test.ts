import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/client/client.js';
import { Informer, keyOf } from '../../src/client/informer.js';
import { startCluster, type Cluster } from '../../src/index.js';

const CONFIG_MAPS = { group: '', version: 'v1', resource: 'configmaps' };
const inDefault = { resource: CONFIG_MAPS, namespace: 'default' };
const configMap = (name: string, data: Record<string, string> = {}): KubeObject =>
  ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data }) as KubeObject;

describe('Informer', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ nodes: 0, controllers: ['-*'] });
  });
  afterAll(async () => {
    await cluster.stop();
  });

  it('holds what was there, and each write by the time that it resolves', async () => {
    const { client } = cluster;
    await client.create(inDefault, configMap('before'));
    const informer = new Informer(client, { resource: CONFIG_MAPS });
    await informer.begin();
    expect(informer.list('default').map(keyOf)).toContain('default/before');
    await client.create(inDefault, configMap('after'));
    expect(informer.get('default', 'after')).toBeDefined();
    await client.delete(inDefault, 'after');
    expect(informer.get('default', 'after')).toBeUndefined();
    informer.stop();
  });

  it('tells handlers of what is there and of each change, with the version before', async () => {
    const { client } = cluster;
    const informer = new Informer(client, { resource: CONFIG_MAPS });
    await informer.begin();
    const told: string[] = [];
    const label = ({ data }: { data?: { v?: string } }): string => data?.v ?? '';
    informer.addHandler({
      added: (object) => void (object.metadata.name === 'told' && told.push('added')),
      updated: (object, old) => void told.push(`updated ${label(old as object)} → ${label(object as object)}`),
      deleted: (object) => void told.push(`deleted ${object.metadata.name ?? ''}`),
    });
    await client.create(inDefault, configMap('told', { v: '1' }));
    await client.update(inDefault, configMap('told', { v: '2' }));
    await client.delete(inDefault, 'told');
    expect(told).toEqual(['added', 'updated 1 → 2', 'deleted told']);
    informer.stop();
  });

  it('finds objects by an index, which follows changes', async () => {
    const { client } = cluster;
    const informer = new Informer(client, { resource: CONFIG_MAPS }).addIndex('v', (object) => {
      const { v } = (object as { data?: { v?: string } }).data ?? {};
      return v === undefined ? [] : [v];
    });
    await informer.begin();
    await client.create(inDefault, configMap('indexed', { v: 'one' }));
    expect(informer.byIndex('v', 'one').map(keyOf)).toEqual(['default/indexed']);
    await client.update(inDefault, configMap('indexed', { v: 'two' }));
    expect(informer.byIndex('v', 'one')).toEqual([]);
    expect(informer.byIndex('v', 'two').map(keyOf)).toEqual(['default/indexed']);
    await client.delete(inDefault, 'indexed');
    expect(informer.byIndex('v', 'two')).toEqual([]);
    informer.stop();
  });
});
