import { describe, expect, it } from 'vitest';
import { BuiltinVersions } from '../../../src/registry/builtin-versions.js';
import { hpaThroughInternal, hpaToV1, hpaToV2 } from '../../../src/registry/autoscaling/hpa-conversion.js';
import { asJson, type KubeObject } from '../../../src/registry/object.js';

const METRICS = 'autoscaling.alpha.kubernetes.io/metrics';
const scaleTargetRef = { kind: 'Deployment', name: 'x', apiVersion: 'apps/v1' };

function v1(spec: object, annotations: Record<string, string> = {}, status: object = {}): KubeObject {
  const metadata = Object.keys(annotations).length === 0 ? { name: 'h' } : { name: 'h', annotations };
  return {
    kind: 'HorizontalPodAutoscaler',
    apiVersion: 'autoscaling/v1',
    metadata,
    spec: { scaleTargetRef, maxReplicas: 3, ...spec },
    status,
  };
}

describe('An autoscaler between versions', () => {
  it('keeps everything on the way to v1 and back', () => {
    const object: KubeObject = {
      kind: 'HorizontalPodAutoscaler',
      apiVersion: 'autoscaling/v2',
      metadata: { name: 'h', annotations: { own: 'kept' } },
      spec: {
        scaleTargetRef,
        minReplicas: 1,
        maxReplicas: 3,
        metrics: [
          {
            type: 'External',
            external: { metric: { name: 'a<b', selector: { matchLabels: { k: 'v' } } }, target: { type: 'Value', value: '1500m' } },
          },
          { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
        ],
        behavior: { scaleDown: { policies: [{ type: 'Pods', value: 1, periodSeconds: 5 }], tolerance: '50m' } },
      },
      status: {
        desiredReplicas: 2,
        currentMetrics: [{ type: 'Pods', pods: { metric: { name: 'p' }, current: { averageValue: '3' } } }],
        conditions: [{ type: 'AbleToScale', status: 'True', lastTransitionTime: '2024-01-01T00:00:00Z' }],
      },
    };
    const before = structuredClone(object);
    const old = hpaToV1(object);
    expect(old.spec).toEqual({ scaleTargetRef, minReplicas: 1, maxReplicas: 3, targetCPUUtilizationPercentage: 50 });
    expect(old.metadata.annotations?.[METRICS]).toBe(
      '[{"type":"External","external":{"metricName":"a\\u003cb","metricSelector":{"matchLabels":{"k":"v"}},"targetValue":"1500m"}}]',
    );
    expect(hpaToV2(old)).toEqual(before);
    expect(object).toEqual(before);
  });

  it('shares managedFields with the original', () => {
    const object = v1({});
    object.metadata.managedFields = [{ manager: 'm' }];
    expect(hpaToV2(object).metadata.managedFields).toBe(object.metadata.managedFields);
  });

  it.each(['x', '{}', '[1]', '[{"type":5}]', '[{"type":"Pods","pods":{"targetAverageValue":"odd"}}]'])(
    'takes %s for no metrics',
    (text) => {
      expect(hpaToV2(v1({}, { [METRICS]: text }))).toEqual(hpaToV2(v1({})));
    },
  );

  it('remembers what v1 has no words for', () => {
    const twice = '[{"type":"Resource","resource":{"name":"cpu","targetAverageUtilization":3}}]';
    const seen = hpaThroughInternal(
      v1({ targetCPUUtilizationPercentage: 50 }, { [METRICS]: twice }, { currentCPUUtilizationPercentage: 7 }),
    );
    const cpu = (averageUtilization: number): object => ({
      type: 'Resource',
      resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
    });
    const stored = hpaToV2({ ...seen, metadata: { ...seen.metadata, labels: { later: 'yes' } } });
    expect(stored.spec).toMatchObject({ metrics: [cpu(3), cpu(50)] });
    expect(stored.status).toMatchObject({
      currentMetrics: [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 7 } } }],
    });
    expect(stored.metadata.labels).toEqual({ later: 'yes' });
  });

  it('forgets it where the object became another', () => {
    const seen = hpaThroughInternal(v1({ targetCPUUtilizationPercentage: 50 }));
    const changed = hpaToV2({ ...seen, spec: { scaleTargetRef, maxReplicas: 9 } });
    expect(changed.spec).toMatchObject({ maxReplicas: 9, metrics: [{ resource: { target: { averageUtilization: 80 } } }] });
  });
});

describe('Versions of a built-in resource', () => {
  const home = { group: 'autoscaling', version: 'v2', kind: 'HorizontalPodAutoscaler' };
  const versions = new BuiltinVersions(home, {
    v1: { toStorage: hpaToV2, fromStorage: hpaToV1 },
    'other.io/v1': { toStorage: (o) => o, fromStorage: (o) => o },
  });

  it('are those of its group', () => {
    expect(versions.apiVersions).toEqual(['autoscaling/v2', 'autoscaling/v1']);
    expect(versions.typeOf('autoscaling/v1')?.goName).toBe('HorizontalPodAutoscaler');
    expect(versions.typeOf('other.io/v1')).toBeUndefined();
    expect(versions.typeOf('autoscaling/v3')).toBeUndefined();
  });

  it('convert objects that lack parts', () => {
    const pruned = { kind: 'HorizontalPodAutoscaler', apiVersion: 'autoscaling/v2', metadata: { name: 'h' } };
    expect(versions.convert(pruned, 'autoscaling/v1')).toMatchObject({
      apiVersion: 'autoscaling/v1',
      status: { currentReplicas: 0, desiredReplicas: 0 },
    });
    expect(versions.convert(pruned, 'autoscaling/v3')).toBeUndefined();
    expect(versions.convert(asJson(v1({})), 'autoscaling/v2')).toMatchObject({
      apiVersion: 'autoscaling/v2',
      spec: { metrics: [{ type: 'Resource' }] },
    });
  });
});
