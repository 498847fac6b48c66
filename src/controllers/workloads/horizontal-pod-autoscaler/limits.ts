import type { ScalingMemory } from './scaling-memory.js';
import type { HorizontalPodAutoscaler, HPAScalingRules, Verdict } from './types.js';

/** Seconds for which the highest recommendation counts before something is scaled down. */
const DOWNSCALE_STABILIZATION = 300;
const MAX_INT32 = 2 ** 31 - 1;

/** A number of replicas within what is allowed, with what there is to say of it. */
export interface Limited {
  readonly replicas: number;
  readonly verdicts: readonly Verdict[];
}

export interface ToLimit {
  readonly autoscaler: HorizontalPodAutoscaler;
  readonly memory: ScalingMemory;
  readonly current: number;
  readonly desired: number;
  readonly min: number;
  readonly now: number;
}

/** What metrics ask for, within bounds, rates and windows (Go: normalizeDesiredReplicas, …WithBehaviors). */
export function limit(given: ToLimit): Limited {
  const { behavior } = given.autoscaler.spec;
  const stable = behavior === undefined ? stabilize(given) : stabilizeByRules(given);
  const limited = behavior === undefined ? clamp(given, stable.replicas) : clampByRules(given, stable.replicas);
  const isStable = stable.replicas === given.desired;
  return {
    replicas: limited.replicas,
    verdicts: [
      {
        type: 'AbleToScale',
        status: 'True',
        reason: isStable ? 'ReadyForNewScale' : stable.reason,
        message: isStable ? 'recommended size matches current size' : stable.message,
      },
      {
        type: 'ScalingLimited',
        status: limited.replicas === stable.replicas ? 'False' : 'True',
        reason: limited.reason,
        message: limited.message,
      },
    ],
  };
}

interface Step {
  readonly replicas: number;
  readonly reason: string;
  readonly message: string;
}

const DOWN_STABILIZED = {
  reason: 'ScaleDownStabilized',
  message: 'recent recommendations were higher than current one, applying the highest recent recommendation',
};
const UP_STABILIZED = {
  reason: 'ScaleUpStabilized',
  message: 'recent recommendations were lower than current one, applying the lowest recent recommendation',
};

function stabilize({ memory, desired, now }: ToLimit): Step {
  const cutoff = now - DOWNSCALE_STABILIZATION * 1000;
  const replicas = Math.max(desired, ...memory.since(cutoff));
  memory.recommend(desired, now, cutoff);
  return { replicas, ...DOWN_STABILIZED };
}

function stabilizeByRules({ autoscaler, memory, current, desired, now }: ToLimit): Step {
  const { scaleUp, scaleDown } = autoscaler.spec.behavior ?? {};
  const upCutoff = now - (scaleUp?.stabilizationWindowSeconds ?? 0) * 1000;
  const downCutoff = now - (scaleDown?.stabilizationWindowSeconds ?? DOWNSCALE_STABILIZATION) * 1000;
  const lowest = Math.min(desired, ...memory.after(upCutoff));
  const highest = Math.max(desired, ...memory.after(downCutoff));
  memory.recommend(desired, now, Math.min(upCutoff, downCutoff));
  return { replicas: Math.min(Math.max(current, lowest), highest), ...(desired >= current ? UP_STABILIZED : DOWN_STABILIZED) };
}

const IN_RANGE = { reason: 'DesiredWithinRange', message: 'the desired count is within the acceptable range' };
const TOO_MANY = { reason: 'TooManyReplicas', message: 'the desired replica count is more than the maximum replica count' };
const TOO_FEW = { reason: 'TooFewReplicas', message: 'the desired replica count is less than the minimum replica count' };
const UP_LIMIT = { reason: 'ScaleUpLimit', message: 'the desired replica count is increasing faster than the maximum scale rate' };
const DOWN_LIMIT = { reason: 'ScaleDownLimit', message: 'the desired replica count is decreasing faster than the maximum scale rate' };

/** Without rules of its own an autoscaler at most doubles what there is, or makes it four. */
function clamp({ autoscaler, current, min }: ToLimit, desired: number): Step {
  const { maxReplicas = 0 } = autoscaler.spec;
  const fastest = Math.max(2 * current, 4);
  if (desired < min) return { replicas: min, ...TOO_FEW };
  const most = Math.min(maxReplicas, fastest);
  return desired > most ? { replicas: most, ...(maxReplicas > fastest ? UP_LIMIT : TOO_MANY) } : { replicas: desired, ...IN_RANGE };
}

function clampByRules(given: ToLimit, desired: number): Step {
  const { autoscaler, current, min } = given;
  const { maxReplicas = 0, behavior } = autoscaler.spec;
  if (desired > current) {
    const fastest = Math.max(current, rateLimit(given, behavior?.scaleUp, true));
    const most = Math.min(maxReplicas, fastest);
    if (desired > most) return { replicas: most, ...(maxReplicas > fastest ? UP_LIMIT : TOO_MANY) };
  } else if (desired < current) {
    const fastest = Math.min(current, rateLimit(given, behavior?.scaleDown, false));
    const least = Math.max(min, fastest);
    if (desired < least) return { replicas: least, ...(min < fastest ? DOWN_LIMIT : TOO_FEW) };
  }
  return { replicas: desired, ...IN_RANGE };
}

/** How far the policies let it go, by what changed in their periods. */
function rateLimit({ memory, current, now }: ToLimit, rules: HPAScalingRules | undefined, isUp: boolean): number {
  const { selectPolicy = 'Max', policies = [] } = rules ?? {};
  if (selectPolicy === 'Disabled') return current;
  const limits = policies.map(({ type, value = 0, periodSeconds = 0 }) => {
    const start = current - memory.changeWithin(periodSeconds, now);
    if (type === 'Pods') return isUp ? start + value : start - value;
    return isUp ? Math.ceil(start * (1 + value / 100)) : Math.trunc(start * (1 - value / 100));
  });
  // The policy that changes most is the highest of those up, and the lowest of those down.
  const takesHighest = isUp === (selectPolicy !== 'Min');
  return takesHighest ? Math.max(-MAX_INT32 - 1, ...limits) : Math.min(MAX_INT32, ...limits);
}
