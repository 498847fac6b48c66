import { parseInt64 } from '../../../apimachinery/strconv.js';
import { parseTime } from '../../../apimachinery/time.js';
import { podCondition, type Pod } from '../../../component-helpers/pods.js';
import type { ContainerStatus } from '../../../schema/generated/core-v1.js';
import { createdAt } from '../common/pod-order.js';
import type { Job } from './types.js';

export const COMPLETION_INDEX = 'batch.kubernetes.io/job-completion-index';
export const TRACKING_FINALIZER = 'batch.kubernetes.io/job-tracking';
const FAILURE_COUNT = 'batch.kubernetes.io/job-index-failure-count';
const IGNORED_FAILURE_COUNT = 'batch.kubernetes.io/job-index-ignored-failure-count';

/** Whether the job still has to count the pod. */
export function isTracked({ metadata: { finalizers } }: Pod): boolean {
  return finalizers?.includes(TRACKING_FINALIZER) === true;
}

/** The pod's completion index; undefined if it has none that can be read. */
export function completionIndex({ metadata: { annotations } }: Pod): number | undefined {
  return countIn(annotations?.[COMPLETION_INDEX]);
}

function countIn(text: string | undefined): number | undefined {
  const value = text === undefined ? undefined : parseInt64(text);
  return typeof value === 'bigint' && value >= 0n && value < 2n ** 31n ? Number(value) : undefined;
}

/** How often the pod's index had failed before, failures that a policy ignores aside. */
export function indexFailures({ metadata: { annotations } }: Pod): number {
  return countIn(annotations?.[FAILURE_COUNT]) ?? 0;
}

/** How often the pod's index had failed before with failures that a policy ignores. */
export function ignoredIndexFailures({ metadata: { annotations } }: Pod): number {
  return countIn(annotations?.[IGNORED_FAILURE_COUNT]) ?? 0;
}

/** The annotations that tell how often an index has failed. */
export function failureAnnotations(failures: number, ignored: number): Record<string, string> {
  return { [FAILURE_COUNT]: String(failures), ...(ignored > 0 ? { [IGNORED_FAILURE_COUNT]: String(ignored) } : {}) };
}

/** Whether pods are replaced only when they have ended (Go: onlyReplaceFailedPods). */
export function replacesOnlyFailed({ spec: { podReplacementPolicy, podFailurePolicy } }: Job): boolean {
  return podReplacementPolicy === 'Failed' || podFailurePolicy !== undefined;
}

/** Whether the pod counts as failed; pods that are being deleted do, unless only ended ones are replaced. */
export function isFailed({ status: { phase }, metadata: { deletionTimestamp } }: Pod, job: Job): boolean {
  return phase === 'Failed' || (!replacesOnlyFailed(job) && deletionTimestamp !== undefined && phase !== 'Succeeded');
}

/** When the pod ended, as far as can be told, in milliseconds since the epoch (Go: getFinishedTime). */
export function finishedAt(pod: Pod): number {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = pod.metadata;
  const ready = podCondition(pod, 'Ready');
  return (
    containersFinishedAt(pod) ??
    (ready?.status === 'False' && ready.lastTransitionTime != null ? parseTime(ready.lastTransitionTime) : undefined) ??
    (deletionTimestamp === undefined ? undefined : parseTime(deletionTimestamp) - deletionGracePeriodSeconds * 1000) ??
    createdAt(pod) ??
    0
  );
}

function containersFinishedAt({ spec, status }: Pod): number | undefined {
  const sidecars = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always').map(({ name }) => name);
  const containers = latestFinish(undefined, status.containerStatuses ?? []);
  return latestFinish(
    containers,
    (status.initContainerStatuses ?? []).filter(({ name }) => sidecars.includes(name)),
  );
}

/** Undefined if one of them hasn't ended. */
function latestFinish(before: number | undefined, statuses: readonly ContainerStatus[]): number | undefined {
  let latest = before;
  for (const { state } of statuses) {
    if (state.terminated?.finishedAt == null) return undefined;
    latest = Math.max(latest ?? -Infinity, parseTime(state.terminated.finishedAt));
  }
  return latest;
}
