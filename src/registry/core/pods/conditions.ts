import type { PodCondition, PodStatus } from '../../../schema/generated/core-v1.js';

/**
 * Sets one condition; the time of its last transition changes with its status
 * only (Go: podutil.UpdatePodCondition). Returns the new list.
 *
 * @param now RFC 3339
 */
export function withCondition(status: PodStatus, condition: PodCondition, now: string): PodCondition[] {
  const { conditions = [] } = status;
  const old = conditions.find(({ type }) => type === condition.type);
  const next = { lastProbeTime: null, lastTransitionTime: old?.status === condition.status ? old?.lastTransitionTime : now, ...condition };
  return old === undefined ? [...conditions, next] : conditions.map((other) => (other === old ? next : other));
}

/** Whether the kubelet says that a pod serves. */
export function isPodReady({ conditions = [] }: PodStatus): boolean {
  return conditions.find(({ type }) => type === 'Ready')?.status === 'True';
}
