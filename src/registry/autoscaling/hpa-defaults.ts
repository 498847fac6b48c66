import type * as v2 from '../../schema/generated/autoscaling-v2.js';
import { typed, type KubeObject } from '../object.js';
import { withFieldAnnotations } from './annotations.js';
import { DEFAULT_CPU_UTILIZATION, hpaThroughInternal } from './hpa-conversion.js';

const PERIOD_SECONDS = 15;

function scaleUpRules(): v2.HPAScalingRules {
  return {
    stabilizationWindowSeconds: 0,
    selectPolicy: 'Max',
    policies: [
      { type: 'Pods', value: 4, periodSeconds: PERIOD_SECONDS },
      { type: 'Percent', value: 100, periodSeconds: PERIOD_SECONDS },
    ],
  };
}

function scaleDownRules(): v2.HPAScalingRules {
  return { selectPolicy: 'Max', policies: [{ type: 'Percent', value: 100, periodSeconds: PERIOD_SECONDS }] };
}

/** Defaults of a HorizontalPodAutoscaler in the version that it was sent in. In place. */
export function defaultHpa(object: KubeObject, version: string): void {
  const { spec } = typed<v2.HorizontalPodAutoscaler>(object);
  spec.minReplicas ??= 1;
  if (version === 'v1') Object.assign(object, hpaThroughInternal(object));
  else {
    defaultHpaV2(object);
    object.metadata = withFieldAnnotations(object.metadata);
  }
}

/** Metrics and the gaps of a behavior (Go: SetDefaults_HorizontalPodAutoscaler of v2). In place. */
export function defaultHpaV2(object: KubeObject): void {
  const { spec } = typed<v2.HorizontalPodAutoscaler>(object);
  if ((spec.metrics ?? []).length === 0) {
    const target = { type: 'Utilization', averageUtilization: DEFAULT_CPU_UTILIZATION };
    spec.metrics = [{ type: 'Resource', resource: { name: 'cpu', target } }];
  }
  const { behavior } = spec;
  if (behavior === undefined) return;
  spec.behavior = { scaleUp: completed(behavior.scaleUp, scaleUpRules()), scaleDown: completed(behavior.scaleDown, scaleDownRules()) };
}

function completed(rules: v2.HPAScalingRules | undefined, defaults: v2.HPAScalingRules): v2.HPAScalingRules {
  return { ...defaults, ...rules };
}
