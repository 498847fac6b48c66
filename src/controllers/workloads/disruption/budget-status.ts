import { semanticEqual } from '../../../apimachinery/semantic-equal.js';
import { formatTime, parseTime } from '../../../apimachinery/time.js';
import { isPodReady, type Pod } from '../../../component-helpers/pods.js';
import type { Condition } from '../../../schema/generated/meta-v1.js';
import { findCondition } from '../common/status.js';
import type { ExpectedPods } from './expected-pods.js';
import type { PodDisruptionBudget, PodDisruptionBudgetStatus } from './types.js';

const ALLOWED = 'DisruptionAllowed';

/** Milliseconds in which a pod that was evicted has to be deleted. */
export const DELETION_TIMEOUT = 120_000;

/** Evictions that were granted, by pod, with their times. */
type Disrupted = Readonly<Record<string, string>>;

/** The conditions with one set; its time of transition moves with its status only (Go: meta.SetStatusCondition). */
function withCondition(conditions: readonly Condition[], condition: Condition, now: number): Condition[] {
  const before = findCondition(conditions, condition.type ?? '');
  const lastTransitionTime = before?.status === condition.status ? before?.lastTransitionTime : formatTime(now);
  const set = { ...condition, lastTransitionTime };
  return before === undefined ? [...conditions, set] : conditions.map((other) => (other === before ? set : other));
}

/** Pods that are healthy, and not about to be evicted. */
export function countHealthy(pods: readonly Pod[], disrupted: Disrupted, now: number): number {
  return pods.filter((pod) => {
    const since = disrupted[pod.metadata.name ?? ''];
    const isGoing = since !== undefined && parseTime(since) + DELETION_TIMEOUT > now;
    return pod.metadata.deletionTimestamp === undefined && !isGoing && isPodReady(pod);
  }).length;
}

/** The status of a budget (Go: updatePdbStatus). */
export function budgetStatus(
  { metadata, status }: PodDisruptionBudget,
  healthy: number,
  { expected, desiredHealthy }: ExpectedPods,
  disrupted: Disrupted,
  now: number,
): PodDisruptionBudgetStatus {
  const allowed = expected <= 0 ? 0 : Math.max(0, healthy - desiredHealthy);
  const condition: Condition = {
    type: ALLOWED,
    status: allowed > 0 ? 'True' : 'False',
    reason: allowed > 0 ? 'SufficientPods' : 'InsufficientPods',
    message: '',
    observedGeneration: metadata.generation,
  };
  return {
    currentHealthy: healthy,
    desiredHealthy,
    expectedPods: expected,
    disruptionsAllowed: allowed,
    disruptedPods: { ...disrupted },
    observedGeneration: metadata.generation,
    conditions: withCondition(status.conditions ?? [], condition, now),
  };
}

/** Whether the stored status says the same. */
export function isUpToDate({ status: stored }: PodDisruptionBudget, status: PodDisruptionBudgetStatus): boolean {
  const counts = ['currentHealthy', 'desiredHealthy', 'expectedPods', 'disruptionsAllowed', 'observedGeneration'] as const;
  const [before, after] = [stored, status].map(({ conditions }) => findCondition(conditions, ALLOWED));
  return (
    counts.every((field) => (stored[field] ?? 0) === (status[field] ?? 0)) &&
    semanticEqual(Object.entries(stored.disruptedPods ?? {}), Object.entries(status.disruptedPods ?? {})) &&
    before?.status === after?.status &&
    before?.reason === after?.reason
  );
}

/** The status when it can't be found out how many pods there should be: nothing may be disrupted (Go: failSafe). */
export function failedStatus({ status }: PodDisruptionBudget, message: string, now: number): PodDisruptionBudgetStatus {
  const condition: Condition = {
    type: ALLOWED,
    status: 'False',
    reason: 'SyncFailed',
    message,
    observedGeneration: status.observedGeneration,
  };
  return { ...status, disruptionsAllowed: 0, conditions: withCondition(status.conditions ?? [], condition, now) };
}
