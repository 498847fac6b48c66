import { describe, expect, it } from 'vitest';
import type { Pod } from '../../../src/component-helpers/pods.js';
import { podsToDelete } from '../../../src/controllers/workloads/replica-set/ranking.js';

const NOW = Date.UTC(2026, 0, 2);

interface Given {
  readonly node?: string;
  readonly phase?: string;
  readonly ready?: string;
  readonly created?: string;
  readonly cost?: string;
  readonly restarts?: number;
}

const pod = (name: string, { node, phase = 'Running', ready, created = '2026-01-01T00:00:00Z', cost, restarts = 0 }: Given): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name,
    uid: name,
    creationTimestamp: created,
    ...(cost === undefined ? {} : { annotations: { 'controller.kubernetes.io/pod-deletion-cost': cost } }),
  },
  spec: { nodeName: node },
  status: {
    phase,
    ...(ready === undefined ? {} : { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: ready }] }),
    containerStatuses: [{ state: {}, lastState: {}, restartCount: restarts }],
  },
});
const ready = '2026-01-01T00:00:10Z';

describe('podsToDelete', () => {
  it.each<[string, Given, Given]>([
    ['without a node before those with one', {}, { node: 'n', ready }],
    ['that are pending before those that run', { node: 'n', phase: 'Pending' }, { node: 'n' }],
    ["that aren't ready before those that are", { node: 'n' }, { node: 'n', ready }],
    ['that cost less', { node: 'n', ready, cost: '-1' }, { node: 'n', ready }],
    ['whose cost can be read over those whose cost cannot', { node: 'n', ready, cost: '-5' }, { node: 'n', ready, cost: '007' }],
    ['that are younger by orders of magnitude', { node: 'n', ready: '2026-01-01T23:59:00Z' }, { node: 'n', ready }],
    ['that were restarted more often', { node: 'n', ready, restarts: 2 }, { node: 'n', ready }],
  ])('takes pods %s', (_, first, second) => {
    const [a, b] = [pod('a', second), pod('b', first)];
    expect(podsToDelete([a, b], [], 1, NOW)).toEqual([b]);
    expect(podsToDelete([b, a], [], 1, NOW)).toEqual([b]);
  });

  it('spreads over nodes what stays', () => {
    const pods = [pod('a', { node: 'x', ready }), pod('b', { node: 'y', ready }), pod('c', { node: 'y', ready })];
    const [gone] = podsToDelete(pods, pods, 1, NOW);
    expect(gone?.spec.nodeName).toBe('y');
  });

  it('takes all in any order where all have to go', () => {
    const pods = [pod('a', {}), pod('b', {})];
    expect(podsToDelete(pods, [], 2, NOW)).toBe(pods);
  });
});
