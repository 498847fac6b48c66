import { describe, expect, it } from 'vitest';
import { limit } from '../../../src/controllers/workloads/horizontal-pod-autoscaler/limits.js';
import { ScalingMemory } from '../../../src/controllers/workloads/horizontal-pod-autoscaler/scaling-memory.js';
import type { HorizontalPodAutoscaler } from '../../../src/controllers/workloads/horizontal-pod-autoscaler/types.js';

const NOW = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;
const autoscaler = (spec: Partial<HorizontalPodAutoscaler['spec']> = {}): HorizontalPodAutoscaler => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'a' },
  spec: { scaleTargetRef: {}, minReplicas: 2, maxReplicas: 50, ...spec },
  status: {},
});
const run = (
  spec: Partial<HorizontalPodAutoscaler['spec']>,
  current: number,
  desired: number,
  memory = new ScalingMemory(current, NOW),
) => {
  const { replicas, verdicts } = limit({ autoscaler: autoscaler(spec), memory, current, desired, min: 2, now: NOW });
  return [replicas, ...verdicts.map(({ reason }) => reason)];
};

describe('the limits of autoscalers', () => {
  it.each<[string, number, number, (number | string)[]]>([
    ['lets through what is within range', 4, 6, [6, 'ReadyForNewScale', 'DesiredWithinRange']],
    ['at most doubles', 10, 40, [20, 'ReadyForNewScale', 'ScaleUpLimit']],
    ['may always go up to four', 1, 40, [4, 'ReadyForNewScale', 'ScaleUpLimit']],
    ['stays below the maximum', 40, 60, [50, 'ReadyForNewScale', 'TooManyReplicas']],
    ['does not follow a dip', 10, 3, [10, 'ScaleDownStabilized', 'DesiredWithinRange']],
  ])('%s', (_, current, desired, result) => {
    expect(run({}, current, desired)).toEqual(result);
  });

  it('follows a dip that lasts', () => {
    const memory = new ScalingMemory(10, NOW - 6 * MINUTE);
    expect(run({}, 10, 1, memory)).toEqual([2, 'ReadyForNewScale', 'TooFewReplicas']);
  });

  it('follows policies, counting what has changed in their periods', () => {
    const behavior = {
      scaleUp: { selectPolicy: 'Max', policies: [{ type: 'Pods', value: 3, periodSeconds: 60 }] },
      scaleDown: { stabilizationWindowSeconds: 0, selectPolicy: 'Max', policies: [{ type: 'Percent', value: 50, periodSeconds: 60 }] },
    };
    expect(run({ behavior }, 10, 20)).toEqual([13, 'ReadyForNewScale', 'ScaleUpLimit']);
    expect(run({ behavior }, 10, 2)).toEqual([5, 'ReadyForNewScale', 'ScaleDownLimit']);
    const memory = new ScalingMemory(8, NOW - 10 * MINUTE);
    memory.scaled(8, 10, behavior.scaleUp, NOW - MINUTE / 2);
    expect(run({ behavior }, 10, 20, memory)).toEqual([11, 'ReadyForNewScale', 'ScaleUpLimit']);
  });

  it('does not move in a direction that is disabled', () => {
    const behavior = { scaleUp: { selectPolicy: 'Disabled' }, scaleDown: {} };
    expect(run({ behavior }, 10, 20)).toEqual([10, 'ReadyForNewScale', 'ScaleUpLimit']);
  });
});
