import { semanticEqual } from '../../apimachinery/semantic-equal.js';
import type { PodCondition, PodStatus } from '../../schema/generated/core-v1.js';

/** Fields of a pod's status that a kubelet writes. */
const FIELDS = [
  'observedGeneration',
  'phase',
  'reason',
  'message',
  'hostIP',
  'hostIPs',
  'podIP',
  'podIPs',
  'startTime',
  'initContainerStatuses',
  'containerStatuses',
  'ephemeralContainerStatuses',
  'qosClass',
  'allocatedResources',
  'resources',
] as const satisfies readonly (keyof PodStatus)[];

/**
 * The strategic merge patch from one status to another (Go: statusutil.PatchPodStatus);
 * undefined if nothing changes. Fields that others own are left alone.
 */
export function podStatusPatch(before: PodStatus, after: PodStatus): object | undefined {
  const patch: Record<string, unknown> = {};
  for (const field of FIELDS) {
    if (semanticEqual(before[field], after[field])) continue;
    if (field === 'podIPs' || field === 'hostIPs') patch[field] = [{ $patch: 'replace' }, ...(after[field] ?? [])];
    else patch[field] = after[field] ?? null;
  }
  const conditions = conditionsPatch(before.conditions ?? [], after.conditions ?? []);
  if (conditions !== undefined) Object.assign(patch, conditions);
  return Object.keys(patch).length === 0 ? undefined : patch;
}

/** What a condition may have said before and says no more. */
const GONE = { reason: null, message: null } as const;

function conditionsPatch(before: readonly PodCondition[], after: readonly PodCondition[]): object | undefined {
  const changed: object[] = [];
  for (const condition of after) {
    const old = before.find(({ type }) => type === condition.type);
    if (old === undefined || !semanticEqual(old, condition)) changed.push({ ...GONE, ...condition });
  }
  for (const { type } of before) if (!after.some((condition) => condition.type === type)) changed.push({ type, $patch: 'delete' });
  if (changed.length === 0) return undefined;
  return { conditions: changed, '$setElementOrder/conditions': after.map(({ type }) => ({ type })) };
}
