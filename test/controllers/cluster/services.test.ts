import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject, Typed } from '../../../src/client/client.js';
import { ENDPOINT_SLICES, ENDPOINTS, NODES, PODS, SERVICES } from '../../../src/component-helpers/resources.js';
import { startCluster, type Cluster } from '../../../src/index.js';
import type { Endpoints } from '../../../src/schema/generated/core-v1.js';
import type { EndpointSlice } from '../../../src/schema/generated/discovery-v1.js';

const namespace = 'default';

describe('Controllers of endpoints', () => {
  let cluster: Cluster;
  const service = (name: string, spec: object): Promise<KubeObject> =>
    cluster.client.create({ resource: SERVICES, namespace }, { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec });
  const pod = async (name: string, app: string, ip: string, ready = true): Promise<void> => {
    const target = { resource: PODS, namespace };
    const spec = {
      serviceAccountName: 'none',
      automountServiceAccountToken: false,
      nodeName: 'n1',
      containers: [{ name: 'c', image: 'i', ports: [{ name: 'web', containerPort: 8080 }] }],
    };
    await cluster.client.create<KubeObject>(target, { apiVersion: 'v1', kind: 'Pod', metadata: { name, labels: { app } }, spec });
    const conditions = [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: '2025-01-01T00:00:00Z' }];
    const status = { phase: 'Running', podIP: ip, podIPs: [{ ip }], conditions };
    await cluster.client.patch({ ...target, subresource: 'status' }, name, 'merge', { status });
  };
  const endpoints = (name: string): Promise<Typed<Endpoints>> => cluster.client.get({ resource: ENDPOINTS, namespace }, name);
  const slices = async (name: string): Promise<readonly Typed<EndpointSlice>[]> =>
    (
      await cluster.client.list<Typed<EndpointSlice>>(
        { resource: ENDPOINT_SLICES, namespace },
        { labelSelector: `kubernetes.io/service-name=${name}` },
      )
    ).items;

  beforeAll(async () => {
    cluster = await startCluster({
      nodes: 0,
      controllers: ['endpoints-controller', 'endpointslice-controller', 'endpointslice-mirroring-controller'],
      disableAdmissionPlugins: ['ServiceAccount'],
      clock: 'virtual',
    });
    await cluster.client.create({ resource: NODES }, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' } });
  });
  afterAll(() => cluster.stop());

  it('show where a service leads, ready or not', async () => {
    await service('web', { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 'web' }] });
    await pod('web-1', 'web', '10.0.0.1');
    await pod('web-2', 'web', '10.0.0.2', false);
    await cluster.settled();
    const { subsets } = await endpoints('web');
    expect(
      subsets?.map((subset) => [subset.addresses?.map(({ ip }) => ip), subset.notReadyAddresses?.map(({ ip }) => ip), subset.ports]),
    ).toEqual([[['10.0.0.1'], ['10.0.0.2'], [{ port: 8080, protocol: 'TCP' }]]]);
    const [slice] = await slices('web');
    expect(slice?.endpoints?.map(({ addresses, conditions }) => [addresses?.[0], conditions.ready])).toEqual([
      ['10.0.0.1', true],
      ['10.0.0.2', false],
    ]);
    expect(slice?.metadata.name).toMatch(/^web-[a-z0-9]{5}$/);
  });

  it('keep one empty slice for a service without pods', async () => {
    await service('empty', { selector: { app: 'empty' }, ports: [{ port: 80 }] });
    await cluster.settled();
    const found = await slices('empty');
    expect(found.map(({ endpoints: of }) => of ?? [])).toEqual([[]]);
    // Nobody owns what isn't there.
    const owned = found.flatMap(({ metadata }) => Object.keys(metadata.managedFields?.[0]?.fieldsV1 ?? {}));
    expect(owned).toEqual(['f:addressType', 'f:metadata']);
  });

  it('spread more than a hundred endpoints over several slices', async () => {
    for (let i = 0; i < 250; i++) await pod(`many-${String(i)}`, 'many', `10.1.${String(i >> 7)}.${String(i & 127)}`);
    await service('many', { selector: { app: 'many' }, ports: [{ port: 80 }] });
    await cluster.settled();
    const sizes = (await slices('many')).map(({ endpoints: of }) => of?.length ?? 0).sort((a, b) => a - b);
    expect(sizes).toEqual([50, 100, 100]);
    expect((await endpoints('many')).subsets?.[0]?.addresses).toHaveLength(250);
  });

  it('mirror Endpoints made by hand, and let go of the mirror', async () => {
    await service('hand', { ports: [{ port: 80 }] });
    const target = { resource: ENDPOINTS, namespace };
    await cluster.client.create(target, {
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: { name: 'hand' },
      subsets: [{ addresses: [{ ip: '10.9.0.1' }, { ip: 'fd00::1' }], ports: [{ port: 80 }] }],
    } as KubeObject);
    await cluster.settled();
    const mirrored = await slices('hand');
    expect(mirrored.map(({ addressType, endpoints: of }) => [addressType, of?.[0]?.addresses]).sort()).toEqual([
      ['IPv4', ['10.9.0.1']],
      ['IPv6', ['fd00::1']],
    ]);
    await cluster.client.delete(target, 'hand');
    await cluster.settled();
    expect(await slices('hand')).toEqual([]);
  });

  it('make slices again that somebody took away', async () => {
    const [slice] = await slices('web');
    await cluster.client.delete({ resource: ENDPOINT_SLICES, namespace }, slice?.metadata.name ?? '');
    await cluster.client.delete({ resource: ENDPOINTS, namespace }, 'web');
    await cluster.settled();
    expect((await slices('web')).map(({ endpoints: of }) => of?.length)).toEqual([2]);
    expect((await endpoints('web')).subsets).toHaveLength(1);
  });

  it('leave Endpoints without a service to whoever made them', async () => {
    const made = { apiVersion: 'v1', kind: 'Endpoints', metadata: { name: 'own' }, subsets: [{ addresses: [{ ip: '10.0.0.24' }] }] };
    await cluster.client.create({ resource: ENDPOINTS, namespace }, made as KubeObject);
    await cluster.settled();
    expect((await endpoints('own')).metadata.uid).toBeDefined();
  });
});
