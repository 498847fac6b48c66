import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Typed } from '../../src/client/client.js';
import { LEASES, NODES, VOLUME_ATTACHMENTS } from '../../src/component-helpers/resources.js';
import { startCluster, type Cluster } from '../../src/index.js';
import type { Lease } from '../../src/schema/generated/coordination-v1.js';
import type { Node } from '../../src/schema/generated/core-v1.js';
import type { VolumeAttachment } from '../../src/schema/generated/storage-v1.js';

/** What is looked at of audit.k8s.io/v1 Event. */
interface AuditEvent {
  readonly verb: string;
  readonly objectRef?: { readonly resource: string; readonly subresource?: string };
}

const MANIFEST = '{"apiVersion": "v1", "kind": "Node", "metadata": {"name": "theirs", "labels": {"mine": "yes"}}}';

describe('simulated nodes', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ nodes: 4, controllers: ['-*'], clock: 'virtual', data: [MANIFEST] });
  });
  afterAll(async () => {
    await cluster.stop();
  });
  const node = (name: string): Promise<Typed<Node>> => cluster.client.get({ resource: NODES }, name);
  const lease = (name: string): Promise<Typed<Lease>> => cluster.client.get({ resource: LEASES, namespace: 'kube-node-lease' }, name);
  const ready = ({ status }: Typed<Node>) => status.conditions?.find(({ type }) => type === 'Ready');

  it('are ready, and the first is a control plane that keeps pods away', async () => {
    const master = await node('kube-master');
    expect(ready(master)).toMatchObject({ status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' });
    expect(master.spec.taints).toEqual([{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }]);
    expect(master.metadata.labels).toMatchObject({ 'node-role.kubernetes.io/control-plane': '', 'kubernetes.io/hostname': 'kube-master' });
    const worker = await node('kube-worker1');
    expect(worker.spec.taints).toBeUndefined();
    expect(worker.status.nodeInfo).toMatchObject({ kubeletVersion: cluster.version, containerRuntimeVersion: 'containerd://2.2.1' });
  });

  it("leave a node of somebody else's alone", async () => {
    const theirs = await node('theirs');
    expect(theirs.metadata.labels).toEqual({ mine: 'yes' });
    expect(ready(theirs)).toBeUndefined();
    await expect(lease('theirs')).rejects.toMatchObject({ status: { code: 404 } });
  });

  it('have attached at once what their pods need, and only that', async () => {
    const ofPods = (digit: string): string => `csi-${digit.repeat(64)}`;
    const attach = async (nodeName: string, name: string): Promise<boolean | undefined> => {
      const { client } = cluster;
      await client.create<Typed<VolumeAttachment>>(
        { resource: VOLUME_ATTACHMENTS },
        {
          apiVersion: 'storage.k8s.io/v1',
          kind: 'VolumeAttachment',
          metadata: { name },
          spec: { attacher: 'disk.example.com', nodeName, source: { persistentVolumeName: 'disk' } },
          status: { attached: false },
        },
      );
      await cluster.settled();
      return (await client.get<Typed<VolumeAttachment>>({ resource: VOLUME_ATTACHMENTS }, name)).status?.attached;
    };
    expect(await attach('kube-worker1', ofPods('1'))).toBe(true);
    expect(await attach('theirs', ofPods('2'))).toBe(false);
    expect(await attach('kube-worker1', 'made-by-hand')).toBe(false);
  });

  it('renew their leases before they run out and their conditions every five minutes', async () => {
    const before = { lease: await lease('kube-worker1'), node: await node('kube-worker1') };
    await cluster.clock.advance('30s');
    expect(Date.parse((await lease('kube-worker1')).spec.renewTime ?? '')).toBe(Date.parse(before.lease.spec.renewTime ?? '') + 30_000);
    expect((await node('kube-worker1')).metadata.resourceVersion).toBe(before.node.metadata.resourceVersion);
    await cluster.clock.advance('270s');
    const after = ready(await node('kube-worker1'));
    expect(after?.lastHeartbeatTime).not.toBe(ready(before.node)?.lastHeartbeatTime);
    expect(after?.lastTransitionTime).toBe(ready(before.node)?.lastTransitionTime);
  });

  it('ask nothing twice', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'kubesim-nodes-'));
    const auditLogPath = path.join(folder, 'audit.log');
    try {
      const single = await startCluster({ nodes: 1, controllers: ['-*'], clock: 'virtual', auditLogPath });
      await single.clock.advance('5m');
      await single.stop();
      const requests = readFileSync(auditLogPath, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as AuditEvent);
      const reports = requests.filter(({ verb, objectRef }) => verb === 'patch' && objectRef?.subresource === 'status');
      expect(reports.filter(({ objectRef }) => objectRef?.resource === 'nodes')).toHaveLength(1);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('report what others add to their capacity as allocatable, until it is gone', async () => {
    const status = { resource: NODES, subresource: 'status' };
    await cluster.client.patch(status, 'kube-worker3', 'merge', { status: { capacity: { 'example.com/dongle': '4' } } });
    await cluster.settled();
    expect((await node('kube-worker3')).status.allocatable).toMatchObject({ 'example.com/dongle': '4', cpu: '8' });
    await cluster.client.patch(status, 'kube-worker3', 'merge', { status: { capacity: { 'example.com/dongle': null } } });
    await cluster.settled();
    expect((await node('kube-worker3')).status.allocatable).not.toHaveProperty('example.com/dongle');
  });

  it('become ready again at once when others say they are not', async () => {
    const conditions = [{ type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.' }];
    await cluster.client.patch({ resource: NODES, subresource: 'status' }, 'kube-worker1', 'strategic', { status: { conditions } });
    await cluster.settled();
    expect(ready(await node('kube-worker1'))).toMatchObject({ status: 'True', reason: 'KubeletReady' });
  });

  it('stay away once they are deleted', async () => {
    await cluster.client.delete({ resource: NODES }, 'kube-worker1');
    await cluster.clock.advance('1m');
    await expect(node('kube-worker1')).rejects.toMatchObject({ status: { code: 404 } });
  });
});
