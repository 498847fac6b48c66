import { describe, expect, it } from 'vitest';
import { labelSelectorOf } from '../../../src/apimachinery/label-selector.js';
import {
  MetricFailure,
  replicasForMetric,
  type MetricContext,
} from '../../../src/controllers/workloads/horizontal-pod-autoscaler/metric-replicas.js';
import type { MetricsClient } from '../../../src/controllers/workloads/horizontal-pod-autoscaler/metrics-client.js';
import type { MetricSpec } from '../../../src/schema/generated/autoscaling-v2.js';

const broken = (): Promise<never> => Promise.reject(new Error('no metrics'));

const context: MetricContext = {
  // Only what these metrics ask for.
  metrics: { external: broken, object: broken } as unknown as MetricsClient,
  namespace: 'default',
  selector: labelSelectorOf({ matchLabels: { app: 'web' } }),
  pods: [],
  specReplicas: 1,
  statusReplicas: 1,
  tolerances: { up: 0.1, down: 0.1 },
  now: 0,
};

const service = { kind: 'Service', name: 'web' };
const average = { type: 'AverageValue', averageValue: '10' };
const value = { type: 'Value', value: '10' };
const external = 'unable to get external metric default/queue/nil: no metrics';
const object = 'unable to get metric hits: Service on default web/no metrics';

describe('a metric that cannot be had', () => {
  const cases: readonly [string, MetricSpec, string, string][] = [
    [
      'external by average',
      { type: 'External', external: { metric: { name: 'queue' }, target: average } },
      external,
      `failed to get queue external metric value: failed to get queue external metric: ${external}`,
    ],
    [
      'external by value',
      { type: 'External', external: { metric: { name: 'queue' }, target: value } },
      external,
      `failed to get queue external metric value: failed to get external metric queue: ${external}`,
    ],
    [
      'of an object by average',
      { type: 'Object', object: { describedObject: service, metric: { name: 'hits' }, target: average } },
      object,
      `failed to get object metric value: failed to get hits object metric: ${object}`,
    ],
    [
      'of an object by value',
      { type: 'Object', object: { describedObject: service, metric: { name: 'hits' }, target: value } },
      object,
      `failed to get object metric value: ${object}`,
    ],
  ];
  it.each(cases)('%s says less in the condition than among other metrics', async (_, spec, detail, message) => {
    const failure = await replicasForMetric(context, spec).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(MetricFailure);
    expect(failure).toMatchObject({ detail, message });
  });
});
