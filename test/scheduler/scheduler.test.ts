import { afterEach, describe, expect, it } from 'vitest';
import type { Typed } from '../../src/client/client.js';
import { startCluster, type Cluster } from '../../src/cluster.js';
import { EVENTS, NODES, PODS } from '../../src/component-helpers/resources.js';
import type { Event, Node, Pod } from '../../src/schema/generated/core-v1.js';
import { aNode, aPod } from './fixtures.js';

const NAMESPACE = 'default';

describe('the scheduler in a cluster', () => {
  let cluster: Cluster;

  afterEach(async () => {
    await cluster.stop();
  });

  async function start(): Promise<void> {
    cluster = await startCluster({ nodes: 0, controllers: ['kube-scheduler', 'serviceaccount-controller'], seed: 1, clock: 'virtual' });
    await cluster.settled();
  }

  async function createNode(node: Typed<Node>): Promise<void> {
    await cluster.client.create({ resource: NODES }, node);
  }

  async function createPod(name: string, spec: object = {}): Promise<void> {
    const pod = aPod(name, { tolerations: [{ operator: 'Exists' }], automountServiceAccountToken: false, ...spec });
    await cluster.client.create({ resource: PODS, namespace: NAMESPACE }, pod);
    await cluster.settled();
  }

  const pod = async (name: string): Promise<Typed<Pod>> => cluster.client.get<Typed<Pod>>({ resource: PODS, namespace: NAMESPACE }, name);

  async function events(name: string): Promise<Typed<Event>[]> {
    const { items } = await cluster.client.list<Typed<Event>>({ resource: EVENTS, namespace: NAMESPACE });
    return items.filter(({ involvedObject }) => involvedObject.name === name);
  }

  it('tells that there is no node, and binds the pod when one comes', async () => {
    await start();
    await createPod('first');
    expect((await pod('first')).status.conditions).toMatchObject([
      {
        type: 'PodScheduled',
        status: 'False',
        reason: 'Unschedulable',
        message: 'no nodes available to schedule pods',
        observedGeneration: 1,
      },
    ]);
    await createNode(aNode('a'));
    await cluster.settled();
    const bound = await pod('first');
    expect(bound.spec.nodeName).toBe('a');
    expect(bound.status.conditions).toMatchObject([{ type: 'PodScheduled', status: 'True' }]);
    expect(await events('first')).toMatchObject([
      {
        type: 'Warning',
        reason: 'FailedScheduling',
        action: 'Scheduling',
        message: 'no nodes available to schedule pods',
        reportingComponent: 'default-scheduler',
        source: {},
      },
      { type: 'Normal', reason: 'Scheduled', action: 'Binding', message: 'Successfully assigned default/first to a' },
    ]);
  });

  it('counts the reasons by node', async () => {
    await start();
    await createNode(aNode('a'));
    await createNode(aNode('b', { cpu: '2' }));
    await createPod('huge', { containers: [{ name: 'main', image: 'x', resources: { requests: { cpu: '40' } } }] });
    const [condition] = (await pod('huge')).status.conditions ?? [];
    expect(condition?.message).toBe(
      '0/2 nodes are available: 2 Insufficient cpu. no new claims to deallocate, preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.',
    );
  });

  it('leaves pods to other schedulers, and those that have a node or gates', async () => {
    await start();
    await createNode(aNode('a'));
    await createPod('other', { schedulerName: 'mine' });
    await createPod('gated', { schedulingGates: [{ name: 'example.com/wait' }] });
    expect((await pod('other')).spec.nodeName).toBeUndefined();
    expect((await pod('gated')).spec.nodeName).toBeUndefined();
    await cluster.client.patch({ resource: PODS, namespace: NAMESPACE }, 'gated', 'merge', { spec: { schedulingGates: [] } });
    await cluster.settled();
    expect((await pod('gated')).spec.nodeName).toBe('a');
  });

  it('makes room for a more important pod', async () => {
    await start();
    await createNode(aNode('a', { cpu: '1' }));
    const half = { containers: [{ name: 'main', image: 'x', resources: { requests: { cpu: '500m' } } }], terminationGracePeriodSeconds: 0 };
    await createPod('one', half);
    await createPod('two', half);
    const uid = (await pod('two')).metadata.uid ?? '';
    expect(uid).not.toBe('');
    await createPod('important', { ...half, priorityClassName: 'system-node-critical' });
    expect((await pod('important')).spec.nodeName).toBe('a');
    const left = await cluster.client.list({ resource: PODS, namespace: NAMESPACE });
    expect(left.items).toHaveLength(2);
    const told = [...(await events('one')), ...(await events('two'))].filter(({ reason }) => reason === 'Preempted');
    const important = (await pod('important')).metadata.uid ?? '';
    expect(told).toMatchObject([{ type: 'Normal', action: 'Preempting', message: `Preempted by pod ${important} on node a` }]);
  });
});
