import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Typed } from '../../src/client/client.js';
import type { Pod } from '../../src/component-helpers/pods.js';
import { CONFIG_MAPS, NODES, PODS, SERVICES } from '../../src/component-helpers/resources.js';
import { startCluster, type Cluster } from '../../src/index.js';
import { dnsAddress, kubeadmObjects } from '../../src/nodes/kubeadm/kubeadm-objects.js';
import type { ConfigMap, Node, Service } from '../../src/schema/generated/core-v1.js';

const SYSTEM = 'kube-system';

describe('a new cluster with nodes and controllers', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ nodes: 2, clock: 'virtual' });
    await cluster.settled();
  });
  afterAll(async () => {
    await cluster.stop();
  });
  const pods = async (): Promise<readonly Pod[]> => (await cluster.client.list<Pod>({ resource: PODS, namespace: SYSTEM })).items;

  it('runs the control plane as static pods and CoreDNS in two copies', async () => {
    const running = (await pods()).filter(({ status }) => status.phase === 'Running');
    const names = running.map(({ metadata }) => metadata.name?.replace(/-[a-z0-9]+-[a-z0-9]{5}$/, ''));
    expect(names).toEqual(
      expect.arrayContaining([
        'coredns',
        'coredns',
        'etcd-kube-master',
        'kube-apiserver-kube-master',
        'kube-controller-manager-kube-master',
        'kube-scheduler-kube-master',
      ]),
    );
  });

  it('shows static pods by mirrors that their node owns, and shows them again when they are deleted', async () => {
    const etcd = (): Promise<Pod> => cluster.client.get<Pod>({ resource: PODS, namespace: SYSTEM }, 'etcd-kube-master');
    const { metadata } = await etcd();
    const node = await cluster.client.get<Typed<Node>>({ resource: NODES }, 'kube-master');
    expect(metadata.ownerReferences).toEqual([
      { apiVersion: 'v1', kind: 'Node', name: 'kube-master', uid: node.metadata.uid, controller: true },
    ]);
    expect(metadata.annotations).toMatchObject({ 'kubernetes.io/config.source': 'file' });
    await cluster.client.delete({ resource: PODS, namespace: SYSTEM }, 'etcd-kube-master');
    await cluster.clock.advance('1m');
    const again = await etcd();
    expect(again.metadata.uid).not.toBe(metadata.uid);
    expect(again.status.phase).toBe('Running');
  });

  it('has the Service of DNS that cluster-info looks for, at the tenth address', async () => {
    const { spec, metadata } = await cluster.client.get<Typed<Service>>({ resource: SERVICES, namespace: SYSTEM }, 'kube-dns');
    expect(spec.clusterIP).toBe('10.96.0.10');
    expect(metadata.labels).toMatchObject({ 'kubernetes.io/cluster-service': 'true', 'kubernetes.io/name': 'CoreDNS' });
  });

  it('tells nodes that want to join where it is', async () => {
    const info = await cluster.client.get<Typed<ConfigMap>>({ resource: CONFIG_MAPS, namespace: 'kube-public' }, 'cluster-info');
    expect(info.data?.['kubeconfig']).toContain('server: https://172.18.0.2:6443');
    expect(info.data?.['kubeconfig']).toContain(Buffer.from(cluster.caPem).toString('base64'));
  });
});

describe('kubeadmObjects', () => {
  it('fills in what it knows and leaves the rest', () => {
    const manifest = { kind: 'ConfigMap', metadata: { name: 'x' }, data: { a: '${node} at ${address}', b: '${other}' } };
    const values = { version: 'v1', serviceRange: '', dns: '', server: '', caData: '', node: 'n', address: '1.2.3.4' };
    expect(kubeadmObjects([manifest], values).objects).toEqual([{ ...manifest, data: { a: 'n at 1.2.3.4', b: '${other}' } }]);
  });

  it.each([
    ['10.96.0.0/16', '10.96.0.10'],
    ['fd00:10:96::/112', 'fd00:10:96::a'],
  ])('gives DNS the tenth address of %s', (range, address) => {
    expect(dnsAddress(range)).toBe(address);
  });
});
