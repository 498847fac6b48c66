import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject, Typed } from '../../../src/client/client.js';
import { startCluster, type Cluster } from '../../../src/cluster.js';
import type { PersistentVolumeClaim } from '../../../src/component-helpers/claims.js';
import type { PersistentVolume } from '../../../src/component-helpers/persistent-volumes.js';
import {
  EVENTS,
  NODES,
  PERSISTENT_VOLUME_CLAIMS,
  PERSISTENT_VOLUMES,
  PODS,
  STORAGE_CLASSES,
} from '../../../src/component-helpers/resources.js';
import type { Event, Pod } from '../../../src/schema/generated/core-v1.js';
import { aNode, aPod } from '../../scheduler/fixtures.js';

const NAMESPACE = 'default';
const CLAIMS = { resource: PERSISTENT_VOLUME_CLAIMS, namespace: NAMESPACE };
const VOLUMES = { resource: PERSISTENT_VOLUMES };

let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster({ nodes: 0, seed: 1, clock: 'virtual' });
  await cluster.settled();
  await cluster.client.create({ resource: NODES }, aNode('a'));
  await createClass('fast', {});
  await createClass('local', { volumeBindingMode: 'WaitForFirstConsumer' });
  await createClass('elastic', { allowVolumeExpansion: true, volumeBindingMode: 'WaitForFirstConsumer' });
});

afterAll(async () => {
  await cluster.stop();
});

async function createClass(name: string, more: object): Promise<void> {
  const storageClass = {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name },
    provisioner: 'kubesim.io/hostpath',
    ...more,
  };
  await cluster.client.create({ resource: STORAGE_CLASSES }, storageClass);
}

async function createClaim(name: string, storageClassName: string, more: object = {}): Promise<void> {
  await cluster.client.create(CLAIMS, {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name },
    spec: { accessModes: ['ReadWriteOnce'], storageClassName, resources: { requests: { storage: '1Gi' } }, ...more },
  } as KubeObject);
  await cluster.settled();
}

async function createVolume(name: string, storage: string, more: object = {}): Promise<void> {
  await cluster.client.create(VOLUMES, {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name },
    spec: { capacity: { storage }, accessModes: ['ReadWriteOnce'], hostPath: { path: `/tmp/${name}` }, ...more },
  } as KubeObject);
  await cluster.settled();
}

async function createPod(name: string, claimName: string): Promise<void> {
  const volumes = [{ name: 'data', persistentVolumeClaim: { claimName } }];
  const spec = { volumes, tolerations: [{ operator: 'Exists' }], terminationGracePeriodSeconds: 0 };
  await cluster.client.create({ resource: PODS, namespace: NAMESPACE }, aPod(name, spec));
  await cluster.settled();
}

const claim = (name: string): Promise<PersistentVolumeClaim> => cluster.client.get<PersistentVolumeClaim>(CLAIMS, name);
const volume = (name: string): Promise<PersistentVolume> => cluster.client.get<PersistentVolume>(VOLUMES, name);
const pod = (name: string): Promise<Typed<Pod>> => cluster.client.get<Typed<Pod>>({ resource: PODS, namespace: NAMESPACE }, name);

async function told(name: string): Promise<string[]> {
  const { items } = await cluster.client.list<Typed<Event>>({ resource: EVENTS, namespace: NAMESPACE });
  return items.filter(({ involvedObject }) => involvedObject.name === name).map(({ reason = '', message = '' }) => `${reason}: ${message}`);
}

describe('claims and volumes', () => {
  it('bind to each other, the smallest that is large enough first', async () => {
    await createVolume('large', '10Gi');
    await createVolume('small', '500Mi');
    await createVolume('right', '2Gi');
    expect((await volume('right')).status.phase).toBe('Available');
    await createClaim('plain', '');
    expect(await claim('plain')).toMatchObject({
      metadata: { annotations: { 'pv.kubernetes.io/bind-completed': 'yes', 'pv.kubernetes.io/bound-by-controller': 'yes' } },
      spec: { volumeName: 'right' },
      status: { phase: 'Bound', capacity: { storage: '2Gi' }, accessModes: ['ReadWriteOnce'] },
    });
    expect(await volume('right')).toMatchObject({
      metadata: { annotations: { 'pv.kubernetes.io/bound-by-controller': 'yes' } },
      spec: { claimRef: { kind: 'PersistentVolumeClaim', namespace: NAMESPACE, name: 'plain', apiVersion: 'v1' } },
      status: { phase: 'Bound' },
    });
  });

  it('wait for each other, and tell so', async () => {
    await createClaim('patient', '', { selector: { matchLabels: { tier: 'gold' } } });
    expect((await claim('patient')).status.phase).toBe('Pending');
    expect(await told('patient')).toEqual(['FailedBinding: no persistent volumes available for this claim and no storage class is set']);
  });

  it('tell again and again what they wait for, which may change', async () => {
    await createClass('slow', { provisioner: 'kubernetes.io/no-provisioner', volumeBindingMode: 'WaitForFirstConsumer' });
    await createClaim('unhurried', 'slow');
    await createPod('visitor', 'unhurried');
    await cluster.clock.advance('31s');
    expect(await told('unhurried')).toEqual([
      'WaitForFirstConsumer: waiting for first consumer to be created before binding',
      'WaitForPodScheduled: waiting for pod visitor to be scheduled',
    ]);
    await cluster.client.delete({ resource: PODS, namespace: NAMESPACE }, 'visitor');
  });

  it('part: the volume is released, and kept or deleted as its policy says', async () => {
    await createVolume('kept', '3Gi', { persistentVolumeReclaimPolicy: 'Retain', storageClassName: 'keep' });
    await createVolume('dropped', '3Gi', { persistentVolumeReclaimPolicy: 'Delete', storageClassName: 'drop' });
    for (const name of ['keep', 'drop']) {
      await createClaim(name, name);
      expect((await claim(name)).status.phase).toBe('Bound');
      await cluster.client.delete(CLAIMS, name);
      await cluster.settled();
    }
    expect((await volume('kept')).status.phase).toBe('Released');
    await expect(volume('dropped')).rejects.toThrow('not found');
  });
});

describe('classes', () => {
  it('have volumes made at once, and deleted with their claims', async () => {
    await createClaim('dynamic', 'fast');
    const { metadata, spec, status } = await claim('dynamic');
    expect(status.phase).toBe('Bound');
    expect(metadata.annotations).toMatchObject({ 'volume.kubernetes.io/storage-provisioner': 'kubesim.io/hostpath' });
    expect(spec.volumeName).toBe(`pvc-${metadata.uid ?? ''}`);
    expect((await told('dynamic')).sort()).toEqual([
      "ExternalProvisioning: Waiting for a volume to be created either by the external provisioner 'kubesim.io/hostpath' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.",
      'Provisioning: External provisioner is provisioning volume for claim "default/dynamic"',
      `ProvisioningSucceeded: Successfully provisioned volume ${spec.volumeName ?? ''}`,
    ]);
    await cluster.client.delete(CLAIMS, 'dynamic');
    await cluster.settled();
    await expect(volume(spec.volumeName ?? '')).rejects.toThrow('not found');
  });

  it('may wait for the first consumer, whose node they then know', async () => {
    await createClaim('late', 'local');
    expect((await claim('late')).status.phase).toBe('Pending');
    expect(await told('late')).toEqual(['WaitForFirstConsumer: waiting for first consumer to be created before binding']);
    await createPod('consumer', 'late');
    expect((await pod('consumer')).spec.nodeName).toBe('a');
    expect((await claim('late')).status.phase).toBe('Bound');
    expect((await claim('late')).metadata.annotations).toMatchObject({ 'volume.kubernetes.io/selected-node': 'a' });
  });

  it('keep a deleted claim while a pod on a node uses it', async () => {
    await cluster.client.delete(CLAIMS, 'late');
    await cluster.settled();
    expect((await claim('late')).metadata.deletionTimestamp).toBeDefined();
    await cluster.client.delete({ resource: PODS, namespace: NAMESPACE }, 'consumer');
    await cluster.settled();
    await expect(claim('late')).rejects.toThrow('not found');
  });

  it('let claims grow', async () => {
    await createClaim('growing', 'elastic');
    await createPod('grower', 'growing');
    await cluster.client.patch(CLAIMS, 'growing', 'merge', { spec: { resources: { requests: { storage: '5Gi' } } } });
    await cluster.settled();
    const { spec, status } = await claim('growing');
    expect(status.capacity).toEqual({ storage: '5Gi' });
    expect(status.conditions).toBeUndefined();
    expect((await volume(spec.volumeName ?? '')).spec.capacity).toEqual({ storage: '5Gi' });
    expect((await told('growing')).slice(-3)).toEqual([
      'ExternalExpanding: waiting for an external controller to expand this PVC',
      `Resizing: External resizer is resizing volume ${spec.volumeName ?? ''}`,
      'VolumeResizeSuccessful: Resize volume succeeded',
    ]);
  });
});

describe('pods with ephemeral volumes', () => {
  it('get claims of their own', async () => {
    const ephemeral = {
      volumeClaimTemplate: {
        spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'local', resources: { requests: { storage: '1Gi' } } },
      },
    };
    const spec = { volumes: [{ name: 'scratch', ephemeral }], tolerations: [{ operator: 'Exists' }] };
    await cluster.client.create({ resource: PODS, namespace: NAMESPACE }, aPod('worker', spec));
    await cluster.settled();
    const { metadata, status } = await claim('worker-scratch');
    expect(metadata.ownerReferences).toMatchObject([{ kind: 'Pod', name: 'worker', controller: true, blockOwnerDeletion: true }]);
    expect(status.phase).toBe('Bound');
    expect((await pod('worker')).spec.nodeName).toBe('a');
  });
});

describe('pods that use claims', () => {
  it('wait for what is not there or not bound', async () => {
    await createPod('claimless', 'never');
    const message = async (name: string): Promise<string | undefined> => (await pod(name)).status.conditions?.[0]?.message;
    expect(await message('claimless')).toBe('0/1 nodes are available: persistentvolumeclaim "never" not found. not found');
    await createClaim('open', 'nobody');
    await createPod('unbound', 'open');
    expect(await message('unbound')).toBe('0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found');
    await createVolume('at-last', '1Gi', { storageClassName: 'nobody' });
    expect((await pod('unbound')).spec.nodeName).toBe('a');
  });

  it('go where their volume is', async () => {
    const nodeSelectorTerms = [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['b'] }] }];
    await createVolume('elsewhere', '1Gi', { storageClassName: 'local', nodeAffinity: { required: { nodeSelectorTerms } } });
    await createClaim('far', 'local', { volumeName: 'elsewhere' });
    await createPod('traveller', 'far');
    expect((await pod('traveller')).status.conditions?.[0]?.message).toContain(
      "^0/1 nodes are available: 1 node(s) didn't match PersistentVolume's node affinity. no new claims to deallocate, preemption:".slice(
        1,
      ),
    );
    await cluster.client.create({ resource: NODES }, aNode('b'));
    await cluster.settled();
    expect((await pod('traveller')).spec.nodeName).toBe('b');
  });
});
