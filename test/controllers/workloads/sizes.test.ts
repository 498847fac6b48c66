import { describe, expect, it } from 'vitest';
import { replicaSetAnnotations } from '../../../src/controllers/workloads/deployment/annotations.js';
import { maxSurge, maxUnavailable, nextSize, proportionOf } from '../../../src/controllers/workloads/deployment/sizes.js';
import type { Deployment, ReplicaSet } from '../../../src/controllers/workloads/deployment/types.js';

const deployment = (replicas: number, surge: number | string, unavailable: number | string): Deployment => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    replicas,
    template: { metadata: {}, spec: {} },
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: surge, maxUnavailable: unavailable } },
  },
  status: {},
});
const replicaSet = (replicas: number, annotations: Record<string, string> = {}): ReplicaSet => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: { name: 'web-1', annotations },
  spec: { replicas, template: { metadata: {}, spec: {} } },
  status: {},
});

describe('the sizes of a rollout', () => {
  it.each<[number, number | string, number | string, number, number]>([
    [4, '25%', '25%', 1, 1],
    [1, '25%', '25%', 1, 0],
    [10, '25%', '25%', 3, 2],
    [3, 0, 0, 0, 1],
    [2, 1, 5, 1, 2],
    [0, 1, 1, 1, 0],
  ])('of %d replicas with %s more and %s fewer', (replicas, surge, unavailable, more, fewer) => {
    const given = deployment(replicas, surge, unavailable);
    expect([maxSurge(given), maxUnavailable(given)]).toEqual([more, fewer]);
  });

  it('fill what room there is', () => {
    expect(nextSize(deployment(4, 1, 0), [replicaSet(4)], 0)).toBe(1);
    expect(nextSize(deployment(4, 1, 0), [replicaSet(5)], 0)).toBe(0);
    expect(nextSize(deployment(4, '100%', 0), [replicaSet(4)], 0)).toBe(4);
  });

  it('share what is added among active replica sets in proportion', () => {
    const sized = { 'deployment.kubernetes.io/max-replicas': '13' };
    const given = deployment(15, 3, 2);
    expect(proportionOf(given, replicaSet(8, sized), 5, 0)).toBe(3);
    expect(proportionOf(given, replicaSet(5, sized), 5, 3)).toBe(2);
    expect(proportionOf(given, replicaSet(0, sized), 5, 0)).toBe(0);
  });
});

describe('the annotations of replica sets', () => {
  const revision = 'deployment.kubernetes.io/revision';
  const history = 'deployment.kubernetes.io/revision-history';

  it('remember the revisions that a replica set had', () => {
    const given = deployment(1, 1, 0);
    expect(replicaSetAnnotations(given, { [revision]: '1' }, 3n)).toEqual({ [revision]: '3', [history]: '1' });
    expect(replicaSetAnnotations(given, { [revision]: '3', [history]: '1' }, 5n)).toEqual({ [revision]: '5', [history]: '1,3' });
    expect(replicaSetAnnotations(given, { [revision]: '3' }, 2n)).toEqual({ [revision]: '3' });
  });

  it("are the deployment's but for its own", () => {
    const given = { ...deployment(1, 1, 0), metadata: { name: 'web', annotations: { note: 'a', [revision]: '9' } } };
    expect(replicaSetAnnotations(given, undefined, 1n)).toEqual({ note: 'a', [revision]: '1' });
  });
});
