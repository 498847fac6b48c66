import { describe, expect, it } from 'vitest';
import type { Typed } from '../../../src/client/client.js';
import { nodeResourcesFit } from '../../../src/scheduler/plugins/node-resources-fit.js';
import { PodFilter } from '../../../src/scheduler/pod-filter.js';
import { PodInfo } from '../../../src/scheduler/pod-info.js';
import { pickCandidate } from '../../../src/scheduler/preemption/pick-candidate.js';
import { selectVictims, type Victims } from '../../../src/scheduler/preemption/victims.js';
import { Rejection } from '../../../src/scheduler/rejection.js';
import type { Pod } from '../../../src/schema/generated/core-v1.js';
import type { PodDisruptionBudget } from '../../../src/schema/generated/policy-v1.js';
import { aNode, aPod } from '../fixtures.js';
import { cacheOf } from '../plugins/support.js';

const NOW = Date.UTC(2026, 0, 1);

const asking = (cpu: string, more: object): object => ({
  containers: [{ name: 'm', image: 'x', resources: { requests: { cpu } } }],
  ...more,
});
const running = (name: string, cpu: string, priority: number, startTime?: string): Typed<Pod> => ({
  ...aPod(name, asking(cpu, { nodeName: 'a', priority }), { labels: { app: name } }),
  status: { startTime },
});

function victims(pods: readonly Typed<Pod>[], cpu: string, budgets: readonly Typed<PodDisruptionBudget>[] = []): Victims | string {
  const [node] = cacheOf([aNode('a', { cpu: '4' })], pods).nodes;
  const filter = PodFilter.prepare(new PodInfo(aPod('p', asking(cpu, { priority: 100 }))), [nodeResourcesFit()], () => []);
  if (node === undefined || filter instanceof Rejection) throw new Error('nothing to try');
  const found = selectVictims(filter, node, budgets, NOW);
  return found instanceof Rejection ? found.message : found;
}

const namesOf = (found: Victims | string): readonly string[] | string =>
  typeof found === 'string' ? found : found.pods.map(({ name }) => name);

function budget(app: string, disruptionsAllowed: number): Typed<PodDisruptionBudget> {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: app, namespace: 'default' },
    spec: { selector: { matchLabels: { app } } },
    status: { disruptionsAllowed, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1 },
  };
}

describe('selectVictims', () => {
  it.each([
    ['as few as needed, the least important', [running('one', '2', 1), running('two', '2', 2)], '2', ['one']],
    ['several if need be, the most important first', [running('one', '2', 1), running('two', '2', 2)], '4', ['two', 'one']],
    ['none that are as important', [running('one', '4', 100)], '2', 'No preemption victims found for incoming pod'],
    ['none if it does not help', [running('low', '1', 1), running('high', '3', 200)], '2', 'Insufficient cpu'],
    [
      'the younger of two that are alike',
      [running('old', '2', 1, '2025-01-01T00:00:00Z'), running('young', '2', 1, '2025-06-01T00:00:00Z')],
      '2',
      ['young'],
    ],
  ])('takes %s', (_, pods, cpu, expected) => {
    expect(namesOf(victims(pods, cpu))).toEqual(expected);
  });

  it('spares what disruption budgets protect, if it can', () => {
    const pods = [running('guarded', '2', 1), running('free', '2', 2)];
    expect(victims(pods, '2', [budget('guarded', 0)])).toMatchObject({ pods: [{ name: 'free' }], violations: 0 });
    expect(victims(pods, '4', [budget('guarded', 0)])).toMatchObject({ violations: 1 });
    expect(victims(pods, '2', [budget('guarded', 1)])).toMatchObject({ pods: [{ name: 'guarded' }], violations: 0 });
  });
});

describe('pickCandidate', () => {
  const candidate = (name: string, violations: number, ...pods: Typed<Pod>[]): Parameters<typeof pickCandidate>[0][number] => {
    const [node] = cacheOf([aNode(name)]).nodes;
    if (node === undefined) throw new Error('no node');
    return { node, victims: { pods: pods.map((pod) => new PodInfo(pod)), violations } };
  };
  const low = running('low', '1', 1);
  const high = running('high', '1', 5);

  it.each([
    ['fewer violated budgets', candidate('x', 1, low), candidate('best', 0, high)],
    ['a less important first victim', candidate('x', 0, high), candidate('best', 0, low, low)],
    ['a smaller sum of priorities', candidate('x', 0, high, high), candidate('best', 0, high, low)],
    ['fewer victims', candidate('x', 0, low, low), candidate('best', 0, low)],
    [
      'younger victims',
      candidate('x', 0, running('old', '1', 1, '2025-01-01T00:00:00Z')),
      candidate('best', 0, running('young', '1', 1, '2025-06-01T00:00:00Z')),
    ],
  ])('prefers %s', (_, other, best) => {
    expect(pickCandidate([other, best], NOW)?.node.name).toBe('best');
  });
});
