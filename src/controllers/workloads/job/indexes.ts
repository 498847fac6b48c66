import type { Pod } from '../../../component-helpers/pods.js';
import { isPodTerminating } from '../../../component-helpers/pods.js';
import { byDispensability } from '../common/pod-order.js';
import { remainingBackoff } from './backoff.js';
import { Intervals } from './intervals.js';
import { completionIndex, finishedAt, ignoredIndexFailures, indexFailures, isFailed, isTracked, replacesOnlyFailed } from './job-pods.js';
import { matchPodFailurePolicy } from './pod-failure-policy.js';
import type { Job } from './types.js';

/** How the indexes of an Indexed job stand. */
export interface IndexState {
  /** As the status told before. */
  readonly counted: Intervals;
  readonly succeeded: Intervals;
  /** Undefined without a limit for each index. */
  readonly failed: Intervals | undefined;
  /** Failed pods that are kept until they are replaced, by index: they tell how often the index has failed. */
  readonly awaitingReplacement: ReadonlyMap<number, Pod>;
}

/** Whether the job limits the failures of each index (KEP-3850). */
export function hasIndexLimit({ spec: { backoffLimitPerIndex } }: Job): boolean {
  return backoffLimitPerIndex !== undefined;
}

/** The pods' indexes that the job has. */
function indexesOf(job: Job, pods: readonly Pod[]): number[] {
  const { completions = 0 } = job.spec;
  return pods.flatMap((pod) => {
    const index = completionIndex(pod);
    return index === undefined || index >= completions ? [] : index;
  });
}

export function indexState(job: Job, pods: readonly Pod[], active: readonly Pod[]): IndexState {
  const { completions = 0 } = job.spec;
  const counted = Intervals.parse(job.status.completedIndexes ?? '', completions);
  const tracked = pods.filter(isTracked);
  const succeeded = counted.with(
    Intervals.of(
      indexesOf(
        job,
        tracked.filter(({ status }) => status.phase === 'Succeeded'),
      ),
    ),
  );
  if (!hasIndexLimit(job)) return { counted, succeeded, failed: undefined, awaitingReplacement: new Map() };
  const before = Intervals.parse(job.status.failedIndexes ?? '', completions);
  const failed = before.with(
    Intervals.of(
      indexesOf(
        job,
        tracked.filter((pod) => isIndexFailed(job, pod)),
      ),
    ),
  );
  return { counted, succeeded, failed, awaitingReplacement: awaitingReplacement(job, tracked, active, succeeded.with(failed)) };
}

function isIndexFailed(job: Job, pod: Pod): boolean {
  if (!isFailed(pod, job)) return false;
  const { isCounted, failsIndex } = matchPodFailurePolicy(job.spec.podFailurePolicy, pod);
  return failsIndex || (isCounted && indexFailures(pod) >= (job.spec.backoffLimitPerIndex ?? 0));
}

/** Of each index that is neither active nor done the failed pod with the most failures, the last one of them. */
function awaitingReplacement(job: Job, tracked: readonly Pod[], active: readonly Pod[], done: Intervals): Map<number, Pod> {
  const activeIndexes = new Set(indexesOf(job, active));
  const kept = new Map<number, Pod>();
  for (const pod of tracked) {
    const [index] = indexesOf(job, [pod]);
    if (index === undefined || !isFailed(pod, job) || done.has(index) || activeIndexes.has(index)) continue;
    const before = kept.get(index);
    if (before === undefined || (failuresOf(before) <= failuresOf(pod) && finishedAt(pod) >= finishedAt(before))) kept.set(index, pod);
  }
  return kept;
}

function failuresOf(pod: Pod): number {
  return indexFailures(pod) + ignoredIndexFailures(pod);
}

/** The indexes that get a pod next, `count` at most (Go: firstPendingIndexes). */
export function pendingIndexes(job: Job, state: IndexState, pods: readonly Pod[], active: readonly Pod[], count: number): number[] {
  const taken = replacesOnlyFailed(job) ? [...active, ...pods.filter(isPodTerminating)] : active;
  const done = state.succeeded.with(Intervals.of(taken.flatMap((pod) => completionIndex(pod) ?? [])));
  return (state.failed === undefined ? done : done.with(state.failed)).firstMissing(count, job.spec.completions ?? 0);
}

/** Of pending indexes those whose back-off is over; if it is of none, how long the first has to wait. */
export function dueIndexes(
  pending: readonly number[],
  awaiting: ReadonlyMap<number, Pod>,
  now: number,
): { readonly due: readonly number[]; readonly wait: number } {
  const waits = pending.map((index) => {
    const failed = awaiting.get(index);
    return failed === undefined ? 0 : remainingBackoff({ failures: failuresOf(failed) + 1, lastFailure: finishedAt(failed) }, now);
  });
  const due = pending.filter((_, position) => waits[position] === 0);
  return { due, wait: due.length > 0 || waits.length === 0 ? 0 : Math.min(...waits) };
}

/** How often an index will have failed when the pod is replaced: counted, and ignored by a policy. */
export function failuresAfter(job: Job, replaced: Pod | undefined): readonly [counted: number, ignored: number] {
  if (replaced === undefined) return [0, 0];
  const { isCounted } = matchPodFailurePolicy(job.spec.podFailurePolicy, replaced);
  return [indexFailures(replaced) + Number(isCounted), ignoredIndexFailures(replaced) + Number(!isCounted)];
}

/**
 * The active pods to delete: all but one of an index, those without an index
 * that the job has, and more if that isn't enough (Go: activePodsForRemoval).
 */
export function podsForRemoval(job: Job, active: readonly Pod[], atLeast: number, indexed: boolean): readonly Pod[] {
  const remove: Pod[] = [];
  let left = [...active];
  if (indexed) {
    const byIndex = new Map<number | undefined, Pod[]>();
    for (const pod of active) {
      const [index] = indexesOf(job, [pod]);
      byIndex.set(index, [...(byIndex.get(index) ?? []), pod]);
    }
    left = [];
    for (const [index, pods] of byIndex) {
      const sorted = pods.sort(byDispensability);
      const kept = index === undefined ? undefined : sorted.pop();
      remove.push(...sorted);
      if (kept !== undefined) left.push(kept);
    }
  }
  if (remove.length < atLeast) remove.push(...left.sort(byDispensability).slice(0, atLeast - remove.length));
  return remove;
}
