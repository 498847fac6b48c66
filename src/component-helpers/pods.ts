import { formatTime, parseTime } from '../apimachinery/time.js';
import type { Typed } from '../client/client.js';
import type { Pod as PodType, PodCondition } from '../schema/generated/core-v1.js';

/** A Pod as clients see it. */
export type Pod = Typed<PodType>;

/** The condition of a type; undefined if the pod has none. */
export function podCondition(pod: Pod, type: string): PodCondition | undefined {
  return pod.status.conditions?.find((condition) => condition.type === type);
}

/** Whether the pod's condition Ready is True (Go: podutil.IsPodReady). */
export function isPodReady(pod: Pod): boolean {
  return podCondition(pod, 'Ready')?.status === 'True';
}

/** Milliseconds since the epoch at which the pod became ready; undefined if it isn't, or doesn't say when. */
export function podReadySince(pod: Pod): number | undefined {
  const condition = podCondition(pod, 'Ready');
  if (condition?.status !== 'True' || condition.lastTransitionTime == null) return undefined;
  return parseTime(condition.lastTransitionTime);
}

/** Whether the pod has been ready for `minReadySeconds` at the moment `now`, in milliseconds (Go: podutil.IsPodAvailable). */
export function isPodAvailable(pod: Pod, minReadySeconds: number, now: number): boolean {
  if (!isPodReady(pod)) return false;
  if (minReadySeconds === 0) return true;
  const since = podReadySince(pod);
  return since !== undefined && since + minReadySeconds * 1000 <= now;
}

/**
 * Milliseconds until the first of these ready pods becomes available; undefined
 * if none will by waiting (Go: controller.FindMinNextPodAvailabilityCheck).
 */
export function nextPodAvailability(pods: readonly Pod[], minReadySeconds: number, now: number): number | undefined {
  if (minReadySeconds === 0) return undefined;
  let next: number | undefined;
  for (const pod of pods) {
    const since = podReadySince(pod);
    if (since === undefined) continue;
    const wait = since + minReadySeconds * 1000 - now;
    if (wait > 0 && (next === undefined || wait < next)) next = wait;
  }
  return next;
}

/** Whether the pod has ended, well or not. */
export function isPodTerminal({ status: { phase } }: Pod): boolean {
  return phase === 'Succeeded' || phase === 'Failed';
}

/** Whether the pod neither has ended nor is being deleted (Go: controller.IsPodActive). */
export function isPodActive(pod: Pod): boolean {
  return !isPodTerminal(pod) && pod.metadata.deletionTimestamp === undefined;
}

/** Whether the pod is being deleted and hasn't ended (Go: controller.IsPodTerminating). */
export function isPodTerminating(pod: Pod): boolean {
  return !isPodTerminal(pod) && pod.metadata.deletionTimestamp !== undefined;
}

/** The index of pods by the name of their node. */
export const BY_NODE = 'node';

export function nodeIndex({ spec: { nodeName = '' } }: Pod): readonly string[] {
  return nodeName === '' ? [] : [nodeName];
}

/**
 * Conditions with one set (Go: podutil.UpdatePodCondition): the moment stays where the
 * status does. Undefined if nothing changes.
 *
 * @param now milliseconds since the epoch
 */
export function withPodCondition(pod: Pod, condition: PodCondition, now: number): PodCondition[] | undefined {
  const conditions = pod.status.conditions ?? [];
  const old = conditions.find(({ type }) => type === condition.type);
  const isSame = old?.status === condition.status;
  if (isSame && old?.reason === condition.reason && old?.message === condition.message) return undefined;
  const updated: PodCondition = { ...condition, lastTransitionTime: isSame ? old?.lastTransitionTime : formatTime(now) };
  return old === undefined ? [...conditions, updated] : conditions.map((other) => (other === old ? updated : other));
}

/**
 * A strategic merge patch of status that brings one condition to where it stands
 * among these (Go: PatchPodStatus). Undefined if there is no such condition.
 */
export function conditionPatch(conditions: readonly PodCondition[], type: string): object | undefined {
  const changed = conditions.find((condition) => condition.type === type);
  if (changed === undefined) return undefined;
  return { '$setElementOrder/conditions': conditions.map((condition) => ({ type: condition.type })), conditions: [changed] };
}
