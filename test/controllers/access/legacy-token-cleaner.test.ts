import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../src/client/client.js';
import { PODS, SECRETS, SERVICE_ACCOUNTS } from '../../../src/component-helpers/resources.js';
import { startCluster, type Cluster } from '../../../src/index.js';
import { aPod } from '../../scheduler/fixtures.js';

const namespace = 'default';
const TARGET = { resource: SECRETS, namespace };
const days = (count: number): string => `${String(count * 24)}h`;

describe('token Secrets that clusters once made by themselves', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ nodes: 0, controllers: ['-*', 'legacy-service-account-token-cleaner'], clock: 'virtual' });
    const secrets = ['idle', 'mounted', 'used', 'odd'].map((name) => ({ name }));
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'robot' }, secrets };
    await cluster.client.create({ resource: SERVICE_ACCOUNTS, namespace }, account as KubeObject);
    for (const { name } of [...secrets, { name: 'handmade' }]) await create(name);
    await label('odd', 'last-used', 'yesterday');
    const volumes = [{ name: 'token', secret: { secretName: 'mounted' } }];
    await cluster.client.create({ resource: PODS, namespace }, aPod('pod', { volumes, serviceAccountName: 'robot' }));
  });
  afterAll(async () => {
    await cluster.stop();
  });

  const create = async (name: string): Promise<void> => {
    const metadata = { name, annotations: { 'kubernetes.io/service-account.name': 'robot' } };
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata, type: 'kubernetes.io/service-account-token' };
    await cluster.client.create(TARGET, secret as KubeObject);
  };
  const label = (name: string, key: string, value: string): Promise<KubeObject> =>
    cluster.client.patch(TARGET, name, 'merge', { metadata: { labels: { [`kubernetes.io/legacy-token-${key}`]: value } } });
  /** The day since when each Secret is invalid. */
  const invalid = async (): Promise<Record<string, string | undefined>> => {
    const { items } = await cluster.client.list(TARGET);
    return Object.fromEntries(
      items.map(({ metadata }) => [metadata.name ?? '', metadata.labels?.['kubernetes.io/legacy-token-invalid-since']]),
    );
  };
  const today = (): string => new Date(cluster.clock.now()).toISOString().slice(0, 10);

  it('are marked after a year without use, unless a person made them or a pod mounts them', async () => {
    await cluster.clock.advance(days(364));
    await label('used', 'last-used', today());
    expect(await invalid()).toEqual({ idle: undefined, mounted: undefined, used: undefined, odd: undefined, handmade: undefined });
    await cluster.clock.advance(days(3));
    expect(await invalid()).toEqual({
      idle: expect.stringMatching(/^\d{4}-/) as unknown,
      mounted: undefined,
      used: undefined,
      odd: undefined,
      handmade: undefined,
    });
  });

  it('are deleted a year after that', async () => {
    await cluster.clock.advance(days(366));
    expect(Object.keys(await invalid()).sort()).toEqual(['handmade', 'mounted', 'odd', 'used']);
  });
});
