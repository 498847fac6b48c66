import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PODS } from '../../../src/component-helpers/resources.js';
import { startCluster, type Cluster } from '../../../src/index.js';
import { IN_DEFAULT } from './support.js';

describe('a kubelet without delays', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ nodes: 2, controllers: ['serviceaccount-controller'], speed: 'instant' });
  });
  afterAll(async () => {
    await cluster.stop();
  });

  it.each([
    ['ignores its end', { command: ['sleep', '1000'] }],
    ['refuses its end', { command: ['sh', '-c', 'trap "" TERM; while :; do sleep 1; done'] }],
    ['sleeps before its end', { image: 'nginx', lifecycle: { preStop: { sleep: { seconds: 25 } } } }],
  ])('waits for no container that %s', { timeout: 10_000 }, async (_what, container) => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web' },
      spec: { nodeName: 'kube-worker1', containers: [{ name: 'c', image: 'busybox', ...container }] },
    };
    await cluster.client.create(IN_DEFAULT, pod as never);
    await cluster.settled();
    expect(await cluster.client.get(IN_DEFAULT, 'web')).toMatchObject({ status: { phase: 'Running' } });
    await cluster.client.delete(IN_DEFAULT, 'web');
    while ((await cluster.client.list({ resource: PODS, namespace: 'default' })).items.length > 0) await cluster.settled();
  });
});
