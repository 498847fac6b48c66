import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject, Typed } from '../../../src/client/client.js';
import type { Node } from '../../../src/component-helpers/nodes.js';
import type { Pod } from '../../../src/component-helpers/pods.js';
import { EVENTS, LEASES, NODES, PODS } from '../../../src/component-helpers/resources.js';
import { ttlStep } from '../../../src/controllers/cluster/ttl.js';
import { startCluster, type Cluster } from '../../../src/index.js';
import type { Event, NodeCondition } from '../../../src/schema/generated/core-v1.js';

const ofNodes = { resource: NODES };
const pods = { resource: PODS, namespace: 'default' };

describe('Controllers of nodes', () => {
  let cluster: Cluster;
  const node = (name: string): Promise<Node> => cluster.client.get<Node>(ofNodes, name);
  const say = (name: string, type: string, status: string): Promise<KubeObject> => {
    const now = new Date(cluster.clock.now()).toISOString();
    const condition: NodeCondition = { type, status, reason: 'Test', lastHeartbeatTime: now, lastTransitionTime: now };
    return cluster.client.patch({ ...ofNodes, subresource: 'status' }, name, 'strategic', { status: { conditions: [condition] } });
  };
  const taints = async (name: string): Promise<string[]> => {
    await cluster.settled();
    return ((await node(name)).spec.taints ?? []).map(({ key, effect }) => `${key ?? ''}:${effect ?? ''}`);
  };
  const register = async (name: string): Promise<void> => {
    await cluster.client.create(ofNodes, { apiVersion: 'v1', kind: 'Node', metadata: { name } });
    await say(name, 'Ready', 'True');
    await cluster.settled();
  };
  const pod = async (name: string, on: string, spec: object = {}): Promise<void> => {
    const containers = [{ name: 'c', image: 'i' }];
    const object = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name },
      spec: { nodeName: on, containers, terminationGracePeriodSeconds: 0, ...spec },
    };
    await cluster.client.create(pods, object as KubeObject);
    const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
    await cluster.client.patch({ ...pods, subresource: 'status' }, name, 'strategic', { status });
    await cluster.settled();
  };
  const names = async (): Promise<string[]> => (await cluster.client.list(pods)).items.map(({ metadata }) => metadata.name ?? '');
  const remove = async (name: string): Promise<void> => {
    await cluster.client.delete(ofNodes, name);
    await cluster.settled();
  };

  beforeAll(async () => {
    cluster = await startCluster({
      nodes: 0,
      controllers: ['nodeipam', 'nodelifecycle', 'podgc', 'taint-eviction-controller', 'ttl'],
      disableAdmissionPlugins: ['ServiceAccount'],
      clock: 'virtual',
    });
  });
  afterAll(() => cluster.stop());

  it('give each node a range of its own, and one that is free again', async () => {
    for (const name of ['a', 'b', 'c']) await register(name);
    expect((await node('a')).spec.podCIDRs).toEqual(['10.244.0.0/24']);
    expect((await node('c')).spec.podCIDR).toBe('10.244.2.0/24');
    await remove('b');
    await register('d');
    expect((await node('d')).spec.podCIDR).toBe('10.244.3.0/24');
  });

  it('tell nodes how long to keep what they read', async () => {
    expect((await node('a')).metadata.annotations?.['node.alpha.kubernetes.io/ttl']).toBe('0');
    expect([ttlStep(0, 100), ttlStep(0, 101), ttlStep(1, 95), ttlStep(1, 89), ttlStep(0, 5000)]).toEqual([0, 1, 1, 0, 4]);
  });

  it('taint nodes by their conditions, and lift the taints', async () => {
    expect(await taints('a')).toEqual([]);
    await say('a', 'DiskPressure', 'True');
    await cluster.client.patch(ofNodes, 'a', 'merge', { spec: { unschedulable: true } });
    expect(await taints('a')).toEqual(['node.kubernetes.io/disk-pressure:NoSchedule', 'node.kubernetes.io/unschedulable:NoSchedule']);
    await say('a', 'DiskPressure', 'False');
    await cluster.client.patch(ofNodes, 'a', 'merge', { spec: { unschedulable: false } });
    expect(await taints('a')).toEqual([]);
  });

  it('give up a node that is silent: unknown, unreachable, its pods not ready and then deleted', async () => {
    await pod('left-behind', 'a');
    const lease = { resource: LEASES, namespace: 'kube-node-lease' };
    await cluster.client.create(lease, { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'c' } });
    for (let i = 0; i < 6; i++) {
      await cluster.clock.advance('10s');
      for (const name of ['c', 'd']) await say(name, 'Ready', 'True');
    }
    expect((await node('a')).status.conditions?.find(({ type }) => type === 'Ready')).toMatchObject({
      status: 'Unknown',
      reason: 'NodeStatusUnknown',
      message: 'Kubelet stopped posting node status.',
    });
    expect(await taints('a')).toEqual(['node.kubernetes.io/unreachable:NoSchedule', 'node.kubernetes.io/unreachable:NoExecute']);
    expect((await cluster.client.get<Pod>(pods, 'left-behind')).status.conditions?.map(({ type, status }) => [type, status])).toEqual([
      ['Ready', 'False'],
    ]);
    for (let i = 0; i < 31; i++) {
      await cluster.clock.advance('10s');
      for (const name of ['c', 'd']) await say(name, 'Ready', 'True');
    }
    expect(await names()).toEqual([]);
    const events = (await cluster.client.list<Typed<Event>>({ resource: EVENTS })).items.map(({ reason }) => reason);
    expect(events).toEqual(expect.arrayContaining(['RegisteredNode', 'NodeNotReady', 'RemovingNode', 'TaintManagerEviction']));
  });

  it('take taints back when the node is ready again', async () => {
    await say('a', 'Ready', 'True');
    await cluster.clock.advance('5s');
    expect(await taints('a')).toEqual([]);
  });

  it('let pods stay as long as they tolerate, and no pod when nothing is tolerated', async () => {
    const tolerations = (seconds?: number) => [{ key: 'drain', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: seconds }];
    await pod('never', 'c');
    await pod('short', 'c', { tolerations: tolerations(60) });
    await pod('ever', 'c', { tolerations: tolerations() });
    await cluster.client.patch(ofNodes, 'c', 'merge', { spec: { taints: [{ key: 'drain', effect: 'NoExecute' }] } });
    await cluster.settled();
    expect(await names()).toEqual(['ever', 'short']);
    await cluster.clock.advance('30s');
    await say('c', 'Ready', 'True');
    await cluster.clock.advance('31s');
    expect(await names()).toEqual(['ever']);
  });

  it('delete pods whose node is gone, and pods that never had one', async () => {
    await remove('c');
    await cluster.clock.advance('20s');
    expect(await names()).toEqual(['ever']);
    await cluster.clock.advance('1m');
    expect(await names()).toEqual([]);
    await pod('waiting', '', { terminationGracePeriodSeconds: 30 });
    await cluster.client.delete(pods, 'waiting');
    await cluster.clock.advance('20s');
    expect(await names()).toEqual([]);
  });
});
