import { formatTime } from '../../../apimachinery/time.js';
import type { Typed } from '../../../client/client.js';
import type {
  HorizontalPodAutoscaler as AutoscalerType,
  HorizontalPodAutoscalerCondition,
  HPAScalingRules,
  MetricSpec,
  MetricStatus,
} from '../../../schema/generated/autoscaling-v2.js';
import { findCondition } from '../common/status.js';

export type HorizontalPodAutoscaler = Typed<AutoscalerType>;
export type Condition = HorizontalPodAutoscalerCondition;
export type { HPAScalingRules, MetricSpec, MetricStatus };

/** What a condition is to say. */
export interface Verdict {
  readonly type: 'AbleToScale' | 'ScalingActive' | 'ScalingLimited';
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

/** The conditions with one set; its time moves with its status (Go: setConditionInList). */
export function withVerdict(conditions: readonly Condition[], verdict: Verdict, now: number): Condition[] {
  const before = findCondition(conditions, verdict.type);
  const lastTransitionTime = before?.status === verdict.status ? before.lastTransitionTime : formatTime(now);
  const set = { ...verdict, lastTransitionTime };
  return before === undefined ? [...conditions, set] : conditions.map((other) => (other === before ? set : other));
}
