import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject, Typed } from '../../../src/client/client.js';
import { startCluster, type Cluster } from '../../../src/cluster.js';
import {
  CSI_DRIVERS,
  EVENTS,
  NODES,
  PERSISTENT_VOLUME_CLAIMS,
  PERSISTENT_VOLUMES,
  PODS,
  VOLUME_ATTACHMENTS,
} from '../../../src/component-helpers/resources.js';
import type { Event, Node } from '../../../src/schema/generated/core-v1.js';
import type { VolumeAttachment } from '../../../src/schema/generated/storage-v1.js';
import { aNode, aPod } from '../../scheduler/fixtures.js';

const NAMESPACE = 'default';
const MANAGED = { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' };

/** Nodes that nobody simulates: the tests play the attacher of the driver. */
describe('volumes of CSI drivers', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ nodes: 0, seed: 1, clock: 'virtual' });
    for (const name of ['a', 'b', 'unmanaged']) await create(NODES, { ...aNode(name), ...(name !== 'unmanaged' && managed(name)) });
    const driver = {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'CSIDriver',
      metadata: { name: 'disk.example.com' },
      spec: { attachRequired: true },
    };
    await create(CSI_DRIVERS, driver);
    await disk('disk', 'ReadWriteOnce');
    await disk('shared', 'ReadWriteMany');
  });
  afterAll(async () => {
    await cluster.stop();
  });
  beforeEach(async () => {
    const { items } = await cluster.client.list({ resource: PODS, namespace: NAMESPACE });
    for (const { metadata } of items) await cluster.client.delete({ resource: PODS, namespace: NAMESPACE }, metadata.name ?? '');
    await cluster.settled();
    expect(await attachments()).toEqual([]);
  });

  const managed = (name: string): Pick<KubeObject, 'metadata'> => ({ metadata: { ...aNode(name).metadata, annotations: MANAGED } });
  const create = async (resource: typeof PODS, object: KubeObject): Promise<void> => {
    await cluster.client.create({ resource, namespace: object.metadata.namespace }, object);
    await cluster.settled();
  };
  const disk = async (name: string, mode: string): Promise<void> => {
    const common = { accessModes: [mode], storageClassName: 'csi' };
    const csi = { driver: 'disk.example.com', volumeHandle: `handle-of-${name}` };
    const spec = { ...common, capacity: { storage: '1Gi' }, csi, persistentVolumeReclaimPolicy: 'Retain' };
    await create(PERSISTENT_VOLUMES, { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name }, spec } as KubeObject);
    const resources = { requests: { storage: '1Gi' } };
    const metadata = { name, namespace: NAMESPACE };
    const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata, spec: { ...common, volumeName: name, resources } };
    await create(PERSISTENT_VOLUME_CLAIMS, claim as KubeObject);
  };
  const use = (name: string, nodeName: string, claimName = 'disk'): Promise<void> => {
    const volumes = [{ name: 'data', persistentVolumeClaim: { claimName } }];
    return create(PODS, aPod(name, { volumes, nodeName, terminationGracePeriodSeconds: 0 }));
  };
  const attachments = async (): Promise<readonly Typed<VolumeAttachment>[]> =>
    (await cluster.client.list<Typed<VolumeAttachment>>({ resource: VOLUME_ATTACHMENTS })).items;
  const answer = async (status: object): Promise<void> => {
    for (const { metadata } of await attachments())
      await cluster.client.patch({ resource: VOLUME_ATTACHMENTS, subresource: 'status' }, metadata.name ?? '', 'merge', { status });
    await cluster.settled();
  };
  const volumesAttached = async (name: string): Promise<unknown> =>
    (await cluster.client.get<Typed<Node>>({ resource: NODES }, name)).status.volumesAttached;
  const told = async (name: string): Promise<string[]> => {
    const { items } = await cluster.client.list<Typed<Event>>({ resource: EVENTS, namespace: NAMESPACE });
    return items
      .filter(({ involvedObject, source }) => involvedObject.name === name && source?.component === 'attachdetach-controller')
      .map(({ reason = '', message = '' }) => `${reason}: ${message}`);
  };

  it('are attached to the node of a pod that uses them once the attacher says so, and detached when it goes', async () => {
    await use('attached', 'a');
    expect(await attachments()).toMatchObject([
      { spec: { attacher: 'disk.example.com', nodeName: 'a', source: { persistentVolumeName: 'disk' } }, status: { attached: false } },
    ]);
    expect(await volumesAttached('a')).toBeUndefined();
    await answer({ attached: true });
    expect(await volumesAttached('a')).toEqual([{ name: 'kubernetes.io/csi/disk.example.com^handle-of-disk', devicePath: '' }]);
    expect(await told('attached')).toEqual(['SuccessfulAttachVolume: AttachVolume.Attach succeeded for volume "disk" ']);
    await cluster.client.delete({ resource: PODS, namespace: NAMESPACE }, 'attached');
    await cluster.settled();
    expect(await attachments()).toEqual([]);
    expect(await volumesAttached('a')).toBeUndefined();
  });

  it('tell their pods what goes wrong', async () => {
    await use('unlucky', 'a');
    await answer({ attached: false, attachError: { message: 'no such disk' } });
    expect(await told('unlucky')).toEqual(['FailedAttachVolume: AttachVolume.Attach failed for volume "disk" : no such disk']);
  });

  it('that one node may have wait for it to let go', async () => {
    await use('first', 'a');
    await answer({ attached: true });
    await use('second', 'b');
    expect(await told('second')).toEqual([
      'FailedAttachVolume: Multi-Attach error for volume "disk" Volume is already used by pod(s) first',
    ]);
    await cluster.client.delete({ resource: PODS, namespace: NAMESPACE }, 'first');
    await cluster.settled();
    expect((await attachments()).map(({ spec }) => spec.nodeName)).toEqual(['b']);
  });

  it('that many nodes may have are attached to all', async () => {
    await use('here', 'a', 'shared');
    await use('there', 'b', 'shared');
    expect((await attachments()).map(({ spec }) => spec.nodeName).sort()).toEqual(['a', 'b']);
  });

  it('stay as long as the kubelet has them mounted, unless the node is out of service', async () => {
    const status = { resource: NODES, subresource: 'status' };
    await use('mounted', 'a');
    await answer({ attached: true });
    await cluster.client.patch(status, 'a', 'merge', { status: { volumesInUse: ['kubernetes.io/csi/disk.example.com^handle-of-disk'] } });
    await cluster.client.delete({ resource: PODS, namespace: NAMESPACE }, 'mounted');
    await cluster.settled();
    expect(await attachments()).toHaveLength(1);
    const taints = [{ key: 'node.kubernetes.io/out-of-service', effect: 'NoExecute' }];
    await cluster.client.patch({ resource: NODES }, 'a', 'merge', { spec: { taints } });
    await cluster.settled();
    expect(await attachments()).toEqual([]);
    await cluster.client.patch(status, 'a', 'merge', { status: { volumesInUse: null } });
    await cluster.client.patch({ resource: NODES }, 'a', 'merge', { spec: { taints: null } });
  });

  it('are left to nodes that see to it themselves, as are attachments of others', async () => {
    await use('elsewhere', 'unmanaged');
    expect(await attachments()).toEqual([]);
    const spec = { attacher: 'disk.example.com', nodeName: 'a', source: { persistentVolumeName: 'disk' } };
    await create(VOLUME_ATTACHMENTS, {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'VolumeAttachment',
      metadata: { name: 'theirs' },
      spec,
    } as KubeObject);
    await use('neighbour', 'a', 'shared');
    await cluster.client.delete({ resource: PODS, namespace: NAMESPACE }, 'neighbour');
    await cluster.settled();
    expect((await attachments()).map(({ metadata }) => metadata.name)).toEqual(['theirs']);
    await cluster.client.delete({ resource: VOLUME_ATTACHMENTS }, 'theirs');
  });
});
