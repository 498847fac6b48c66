import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject, Typed } from '../../src/client/client.js';
import { startCluster, type Cluster } from '../../src/cluster.js';
import type { ResourceClaim } from '../../src/component-helpers/resource-claims.js';
import {
  DEVICE_CLASSES,
  NODES,
  PODS,
  RESOURCE_CLAIM_TEMPLATES,
  RESOURCE_CLAIMS,
  RESOURCE_SLICES,
} from '../../src/component-helpers/resources.js';
import type { Pod } from '../../src/schema/generated/core-v1.js';
import { aNode, aPod } from './fixtures.js';

const namespace = 'default';
const API = 'resource.k8s.io/v1';

let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster({ nodes: 0, seed: 1, clock: 'virtual' });
  await cluster.settled();
  const { client } = cluster;
  await client.create({ resource: NODES }, aNode('a'));
  await client.create({ resource: NODES }, aNode('b'));
  const spec = { selectors: [{ cel: { expression: `device.driver == 'gpu.example.com'` } }] };
  await client.create({ resource: DEVICE_CLASSES }, { apiVersion: API, kind: 'DeviceClass', metadata: { name: 'gpu' }, spec });
  const devices = ['small', 'large'].map((size, i) => ({ name: `gpu-${String(i)}`, attributes: { size: { string: size } } }));
  const pool = { name: 'b', generation: 1, resourceSliceCount: 1 };
  const slice = { driver: 'gpu.example.com', nodeName: 'b', pool, devices };
  await client.create({ resource: RESOURCE_SLICES }, { apiVersion: API, kind: 'ResourceSlice', metadata: { name: 'b-gpus' }, spec: slice });
  const template = (name: string, size: string, attribute = 'size'): KubeObject => {
    const expression = `device.attributes['gpu.example.com'].${attribute} == '${size}'`;
    const exactly = { deviceClassName: 'gpu', selectors: [{ cel: { expression } }] };
    return {
      apiVersion: API,
      kind: 'ResourceClaimTemplate',
      metadata: { name },
      spec: { spec: { devices: { requests: [{ name: 'gpu', exactly }] } } },
    } as KubeObject;
  };
  await client.create({ resource: RESOURCE_CLAIM_TEMPLATES, namespace }, template('one-large', 'large'));
  await client.create({ resource: RESOURCE_CLAIM_TEMPLATES, namespace }, template('one-huge', 'huge'));
  await client.create({ resource: RESOURCE_CLAIM_TEMPLATES, namespace }, template('one-odd', 'large', 'sighs'));
});

afterAll(async () => {
  await cluster.stop();
});

async function createPod(name: string, resourceClaimTemplateName: string): Promise<Typed<Pod>> {
  const spec = {
    tolerations: [{ operator: 'Exists' }],
    terminationGracePeriodSeconds: 0,
    resourceClaims: [{ name: 'gpu', resourceClaimTemplateName }],
    containers: [{ name: 'main', image: 'x', resources: { claims: [{ name: 'gpu' }] } }],
  };
  await cluster.client.create({ resource: PODS, namespace }, aPod(name, spec));
  await cluster.settled();
  return await pod(name);
}

const pod = (name: string): Promise<Typed<Pod>> => cluster.client.get<Typed<Pod>>({ resource: PODS, namespace }, name);

async function claims(): Promise<readonly ResourceClaim[]> {
  return (await cluster.client.list<ResourceClaim>({ resource: RESOURCE_CLAIMS, namespace })).items;
}

describe('pods that want devices', () => {
  it('get a claim of their own, a device, and the node that has it', async () => {
    const { spec, status, metadata } = await createPod('first', 'one-large');
    expect(spec.nodeName).toBe('b');
    const [claim] = await claims();
    expect(status.resourceClaimStatuses).toEqual([{ name: 'gpu', resourceClaimName: claim?.metadata.name }]);
    expect(claim).toMatchObject({
      metadata: {
        generateName: 'first-gpu-',
        annotations: { 'resource.kubernetes.io/pod-claim-name': 'gpu' },
        finalizers: ['resource.kubernetes.io/delete-protection'],
        ownerReferences: [{ kind: 'Pod', name: 'first', controller: true }],
      },
      status: {
        allocation: {
          allocationTimestamp: expect.any(String) as unknown,
          devices: { results: [{ request: 'gpu', driver: 'gpu.example.com', pool: 'b', device: 'gpu-1' }] },
          nodeSelector: { nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['b'] }] }] },
        },
        reservedFor: [{ resource: 'pods', name: 'first', uid: metadata.uid }],
      },
    });
  });

  it('wait for a device that is in use, and get it when its user goes', async () => {
    const waiting = await createPod('second', 'one-large');
    expect(waiting.status.conditions?.[0]?.message).toBe(
      '0/2 nodes are available: 2 cannot allocate all claims. still not schedulable, preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.',
    );
    const [first] = await claims();
    await cluster.client.delete({ resource: PODS, namespace }, 'first');
    await cluster.settled();
    await cluster.client.delete({ resource: RESOURCE_CLAIMS, namespace }, first?.metadata.name ?? '').catch(() => undefined);
    await cluster.settled();
    expect((await pod('second')).spec.nodeName).toBe('b');
  });

  it('are told if no device suits them', async () => {
    const { status } = await createPod('third', 'one-huge');
    expect(status.conditions?.[0]?.message).toContain('0/2 nodes are available: 2 cannot allocate all claims.');
  });

  it('are told which expression has no value', async () => {
    const { status } = await createPod('fourth', 'one-odd');
    const name = status.resourceClaimStatuses?.[0]?.resourceClaimName ?? '';
    expect(status.conditions?.[0]).toMatchObject({
      reason: 'SchedulerError',
      message: `running "DynamicResources" filter plugin: claim default/${name}: selector #0: CEL runtime error: no such key: sighs`,
    });
    await cluster.client.delete({ resource: PODS, namespace }, 'fourth');
  });

  it('are not looked at while a claim of theirs is going', async () => {
    const metadata = { name: 'going', finalizers: ['example.com/wait'] };
    const spec = { devices: { requests: [{ name: 'gpu', exactly: { deviceClassName: 'gpu' } }] } };
    await cluster.client.create({ resource: RESOURCE_CLAIMS, namespace }, {
      apiVersion: API,
      kind: 'ResourceClaim',
      metadata,
      spec,
    } as KubeObject);
    await cluster.client.delete({ resource: RESOURCE_CLAIMS, namespace }, 'going');
    await cluster.client.create(
      { resource: PODS, namespace },
      aPod('fifth', { resourceClaims: [{ name: 'gpu', resourceClaimName: 'going' }] }),
    );
    await cluster.settled();
    expect((await pod('fifth')).status.conditions).toBeUndefined();
  });

  it('are evicted if their device is tainted', async () => {
    const patch = { spec: { devices: [{ name: 'gpu-1', taints: [{ key: 'broken', effect: 'NoExecute' }] }] } };
    await cluster.client.patch({ resource: RESOURCE_SLICES }, 'b-gpus', 'merge', patch);
    await cluster.settled();
    await expect(pod('second')).rejects.toThrow('not found');
  });
});
