import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject, Typed } from '../../../src/client/client.js';
import { IP_ADDRESSES, SERVICE_CIDRS } from '../../../src/component-helpers/resources.js';
import { startCluster, type Cluster } from '../../../src/index.js';
import type { ServiceCIDR } from '../../../src/schema/generated/networking-v1.js';

const cidrs = { resource: SERVICE_CIDRS };

describe('service-cidr-controller', () => {
  let cluster: Cluster;
  const ready = async (name: string): Promise<string | undefined> => {
    await cluster.settled();
    const { status } = await cluster.client.get<Typed<ServiceCIDR>>(cidrs, name);
    const condition = status.conditions?.find(({ type }) => type === 'Ready');
    return `${condition?.status ?? ''} ${condition?.message ?? ''}`;
  };
  const create = (name: string, range: string): Promise<KubeObject> =>
    cluster.client.create(cidrs, {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'ServiceCIDR',
      metadata: { name },
      spec: { cidrs: [range] },
    } as KubeObject);
  const exists = async (name: string): Promise<boolean> =>
    (await cluster.client.list(cidrs)).items.some(({ metadata }) => metadata.name === name);

  beforeAll(async () => {
    cluster = await startCluster({
      nodes: 0,
      controllers: ['service-cidr-controller'],
      clock: 'virtual',
    });
  });
  afterAll(() => cluster.stop());

  it('says that ranges are ready', async () => {
    await create('more', '10.200.0.0/24');
    expect(await ready('more')).toBe('True Kubernetes Service CIDR is ready');
    expect((await cluster.client.get(cidrs, 'more')).metadata.finalizers).toEqual(['networking.k8s.io/service-cidr-finalizer']);
  });

  it('holds a range while somebody has an address of it that no other range holds', async () => {
    const parentRef = { resource: 'services', namespace: 'default', name: 'some' };
    await cluster.client.create({ resource: IP_ADDRESSES }, {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IPAddress',
      metadata: {
        name: '10.200.0.9',
        labels: { 'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io', 'ipaddress.kubernetes.io/ip-family': 'IPv4' },
      },
      spec: { parentRef },
    } as KubeObject);
    await cluster.client.delete(cidrs, 'more');
    expect(await ready('more')).toMatch(/^False There are still IPAddresses referencing the ServiceCIDR/);
    await cluster.client.delete({ resource: IP_ADDRESSES }, '10.200.0.9');
    await cluster.clock.advance('11s');
    expect(await exists('more')).toBe(false);
  });

  it('lets a range go that another one contains', async () => {
    await create('small', '10.96.7.0/24');
    expect(await ready('small')).toMatch(/^True/);
    await cluster.client.delete(cidrs, 'small');
    await cluster.clock.advance('11s');
    expect(await exists('small')).toBe(false);
  });
});
