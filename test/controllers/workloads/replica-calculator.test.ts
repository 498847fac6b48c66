import { describe, expect, it } from 'vitest';
import type { Pod } from '../../../src/component-helpers/pods.js';
import type { PodMetrics } from '../../../src/controllers/workloads/horizontal-pod-autoscaler/metrics-client.js';
import {
  replicasByPods,
  replicasByShare,
  requestsOf,
  utilizationOf,
} from '../../../src/controllers/workloads/horizontal-pod-autoscaler/replica-calculator.js';

const NOW = Date.UTC(2026, 0, 1, 12);
const TOLERANCES = { up: 0.1, down: 0.1 };
const pod = (name: string, phase = 'Running', cpu = '100m'): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: { containers: [{ name: 'main', resources: { requests: { cpu } } }] },
  status: { phase, startTime: '2026-01-01T00:00:00Z', conditions: [{ type: 'Ready', status: phase === 'Running' ? 'True' : 'False' }] },
});
const used = (values: Readonly<Record<string, number>>): PodMetrics =>
  new Map(Object.entries(values).map(([name, value]) => [name, { timestamp: NOW, window: 15_000, value }]));
const replicas = (pods: readonly Pod[], metrics: PodMetrics): number => {
  const requests = requestsOf(pods, '', 'cpu');
  return replicasByPods({
    current: pods.length,
    pods,
    metrics,
    tolerances: TOLERANCES,
    isCpu: true,
    now: NOW,
    measure: (given) => utilizationOf(given, requests, 50),
    assumed: (name) => requests.get(name) ?? 0,
  }).replicas;
};

describe('replicas by utilization', () => {
  const three = [pod('a'), pod('b'), pod('c')];

  it('grow with usage above the target, and shrink with usage below', () => {
    expect(replicas(three, used({ a: 100, b: 100, c: 100 }))).toBe(6);
    expect(replicas(three, used({ a: 20, b: 20, c: 20 }))).toBe(2);
  });

  it('stay within the tolerance', () => {
    expect(replicas(three, used({ a: 54, b: 54, c: 54 }))).toBe(3);
  });

  it('take pods that were not measured for idle when they grow, for busy when they shrink', () => {
    expect(replicas(three, used({ a: 100, b: 100 }))).toBe(4);
    expect(replicas(three, used({ a: 10, b: 10 }))).toBe(3);
  });

  it('take pods that are not ready for idle', () => {
    expect(replicas([pod('a'), pod('b', 'Pending')], used({ a: 150 }))).toBe(3);
  });

  it('can not be told without requests or metrics', () => {
    expect(() => requestsOf([{ ...pod('a'), spec: { containers: [{ name: 'x', resources: {} }] } }], '', 'cpu')).toThrow(
      'missing request for cpu in container x of Pod a',
    );
    expect(() => replicas([pod('a', 'Pending')], used({ a: 1 }))).toThrow('did not receive metrics for targeted pods');
    expect(() => replicas([], used({}))).toThrow('no pods returned by selector');
  });
});

describe('replicas by share', () => {
  it('bring each to its part', () => {
    expect(replicasByShare(2, 900, 300, TOLERANCES)).toEqual({ replicas: 3, usage: 450 });
    expect(replicasByShare(3, 900, 300, TOLERANCES)).toEqual({ replicas: 3, usage: 300 });
  });
});
