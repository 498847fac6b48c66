import { parseTime } from '../apimachinery/time.js';
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
