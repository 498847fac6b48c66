import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Typed } from '../../../src/client/client.js';
import { CONFIG_MAPS } from '../../../src/component-helpers/resources.js';
import { startCluster, type Cluster } from '../../../src/index.js';
import type { ConfigMap } from '../../../src/schema/generated/core-v1.js';

const target = { resource: CONFIG_MAPS, namespace: 'default' };
const name = 'kube-root-ca.crt';

describe('root-ca-certificate-publisher-controller', () => {
  let cluster: Cluster;
  const published = (): Promise<Typed<ConfigMap>> => cluster.client.get(target, name);

  beforeAll(async () => {
    cluster = await startCluster({ nodes: 0, controllers: ['root-ca-cert-publisher'], clock: 'virtual' });
    await cluster.settled();
  });
  afterAll(() => cluster.stop());

  it('puts the CA of the cluster into each namespace, as itself', async () => {
    const { data, metadata } = await published();
    expect(data).toEqual({ 'ca.crt': cluster.caPem });
    expect(metadata.annotations?.['kubernetes.io/description']).toMatch(/^Contains a CA bundle .* distributions of Kubernetes clusters\.$/);
    expect(metadata.managedFields?.map(({ manager, operation }) => `${manager ?? ''} ${operation ?? ''}`)).toEqual([
      'kube-controller-manager Update',
    ]);
  });

  it.each([
    ['data that were added', { data: { extra: 'x' } }],
    ['a changed certificate', { data: { 'ca.crt': 'forged' } }],
    ['a lost description', { metadata: { annotations: { 'kubernetes.io/description': null } } }],
  ])('mends %s', async (_, patch) => {
    const before = await published();
    await cluster.client.patch(target, name, 'merge', patch);
    await cluster.settled();
    const { data, metadata } = await published();
    expect({ data, annotations: metadata.annotations }).toEqual({ data: before.data, annotations: before.metadata.annotations });
  });

  it('publishes it again when it is deleted', async () => {
    await cluster.client.delete(target, name);
    await cluster.settled();
    expect((await published()).data).toEqual({ 'ca.crt': cluster.caPem });
  });
});
