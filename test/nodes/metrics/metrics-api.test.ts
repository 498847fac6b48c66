import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../src/client/client.js';
import type { Pod } from '../../../src/component-helpers/pods.js';
import { containerUsage } from '../../../src/component-helpers/simulated-usage.js';
import { NAMESPACES, PODS } from '../../../src/component-helpers/resources.js';
import { startCluster, type Cluster } from '../../../src/index.js';

const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';

describe('metrics.k8s.io of simulated nodes', () => {
  let cluster: Cluster;
  const get = async (path: string, accept = 'application/json') => {
    const response = await fetch(`${cluster.insecureUrl ?? ''}/apis/metrics.k8s.io/v1beta1${path}`, { headers: { accept } });
    return { status: response.status, body: (await response.json()) as Record<string, never> & { items: KubeObject[] } };
  };
  const create = (name: string, annotations: Record<string, string> = {}): Promise<Pod> => {
    const spec = {
      nodeName: 'kube-worker1',
      containers: [{ name: 'c', image: 'nginx:1', resources: { requests: { cpu: '1', memory: '1Gi' } } }],
    };
    const object = { apiVersion: 'v1', kind: 'Pod', metadata: { name, annotations, labels: { name } }, spec };
    return cluster.client.create<Pod>({ resource: PODS, namespace: 'default' }, object as unknown as Pod);
  };
  beforeAll(async () => {
    cluster = await startCluster({ nodes: 2, controllers: ['serviceaccount-controller'], speed: 'instant', insecurePort: 0 });
    await cluster.settled();
    await cluster.client.create({ resource: NAMESPACES }, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'stress' },
    } as KubeObject);
    await create('told', { 'kubesim.io/cpu-usage': '250m', 'kubesim.io/memory-usage': '64Mi' });
    await create('other');
    await cluster.settled();
  });
  afterAll(async () => {
    await cluster.stop();
  });

  it('tell what a pod uses, as its annotations say', async () => {
    const { body } = await get('/namespaces/default/pods/told');
    expect(body).toMatchObject({
      kind: 'PodMetrics',
      metadata: { name: 'told', namespace: 'default', labels: { name: 'told' } },
      window: '15s',
      containers: [{ name: 'c', usage: { cpu: '250000000n', memory: '65536Ki' } }],
    });
  });

  it('tell what programs take, within the limits, and nothing of those that were killed for it', async () => {
    const spec = (name: string, args: readonly string[]): object => ({
      nodeName: 'kube-worker1',
      restartPolicy: 'Never',
      containers: [{ name, image: 'polinux/stress', command: ['stress', ...args], resources: { limits: { cpu: '1', memory: '200Mi' } } }],
    });
    for (const [name, args] of [
      ['fits', ['--cpu', '2', '--vm', '1', '--vm-bytes', '150M', '--vm-hang', '1']],
      ['too-much', ['--vm', '1', '--vm-bytes', '250M', '--vm-hang', '1']],
    ] as const)
      await cluster.client.create({ resource: PODS, namespace: 'stress' }, {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name },
        spec: spec(name, args),
      } as KubeObject);
    await cluster.settled();
    const { body } = await get('/namespaces/stress/pods');
    expect(body.items).toMatchObject([
      { metadata: { name: 'fits' }, containers: [{ usage: { cpu: '1000000000n', memory: `${String(152 * 1024)}Ki` } }] },
    ]);
    const killed = await cluster.client.get<Pod>({ resource: PODS, namespace: 'stress' }, 'too-much');
    expect(killed.status.containerStatuses?.[0]?.state.terminated).toMatchObject({ reason: 'OOMKilled', exitCode: 137 });
  });

  it('grow with the requests that a server works on', async () => {
    const spec = { nodeName: 'kube-worker1', containers: [{ name: 'php', image: 'registry.k8s.io/hpa-example' }] };
    await cluster.client.create({ resource: PODS, namespace: 'stress' }, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'php' },
      spec,
    } as KubeObject);
    await cluster.settled();
    const cpu = async (): Promise<number> => {
      const { body } = await get('/namespaces/stress/pods/php');
      return Number.parseInt((body as unknown as { containers: { usage: { cpu: string } }[] }).containers[0]?.usage.cpu ?? '', 10);
    };
    const idle = await cpu();
    const answer = await fetch(`${cluster.insecureUrl ?? ''}/api/v1/namespaces/stress/pods/php/proxy/`);
    expect(await answer.text()).toBe('OK!');
    expect(await cpu()).toBeGreaterThan(idle);
  });

  it.each([
    ['/pods?labelSelector=name%3Dother', ['other']],
    ['/pods?fieldSelector=metadata.name%3Dtold', ['told']],
    ['/namespaces/default/pods?fieldSelector=metadata.name!%3Dtold', ['other']],
    ['/namespaces/kube-public/pods', []],
    ['/nodes', ['kube-master', 'kube-worker1']],
  ])('are listed by selector: %s', async (path, names) => {
    const { body } = await get(path);
    expect(body.items.map(({ metadata }) => metadata.name)).toEqual(names);
  });

  it('add up on the node', async () => {
    const { body } = await get('/nodes/kube-worker1', TABLE);
    const [row] = (body as unknown as { rows: { cells: string[] }[] }).rows;
    expect(row?.cells[0]).toBe('kube-worker1');
    expect(Number.parseInt(row?.cells[1] ?? '', 10)).toBeGreaterThan(330_000_000);
  });

  it.each([
    ['/namespaces/default/pods/none', 404, 'podmetrics.metrics.k8s.io "default/none" not found'],
    ['/pods?watch=true', 405, 'watch is not supported on resources of kind "pods.metrics.k8s.io"'],
  ])('refuse in the real words: %s', async (path, status, message) => {
    const answer = await get(path);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ kind: 'Status', message });
  });
});

describe('containerUsage', () => {
  it('is a part of the requests that stays the same', () => {
    const container = { name: 'c', resources: { requests: { cpu: '1', memory: '100Mi' } } };
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { uid: 'u' }, spec: { containers: [container] }, status: {} } as Pod;
    const usage = containerUsage(pod, container);
    expect(usage.cpu.milliValue()).toBeGreaterThanOrEqual(100);
    expect(usage.cpu.milliValue()).toBeLessThanOrEqual(500);
    expect(containerUsage(pod, container).memory.toString()).toBe(usage.memory.toString());
  });
});
