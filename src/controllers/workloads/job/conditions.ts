import { formatTime, parseTime } from '../../../apimachinery/time.js';
import type { Pod } from '../../../component-helpers/pods.js';
import { findCondition } from '../common/status.js';
import type { IndexState } from './indexes.js';
import { hasIndexLimit } from './indexes.js';
import { isFailed } from './job-pods.js';
import { matchPodFailurePolicy } from './pod-failure-policy.js';
import { matchSuccessPolicy } from './success-policy.js';
import { isSuspended, trueCondition, type Job, type JobCondition } from './types.js';

export const FAILURE_TARGET = 'FailureTarget';
export const SUCCESS_CRITERIA_MET = 'SuccessCriteriaMet';

export function newCondition(type: string, reason: string, message: string, now: number, status = 'True'): JobCondition {
  const time = formatTime(now);
  return { type, status, lastProbeTime: time, lastTransitionTime: time, reason, message };
}

/** The conditions with one set; a missing one is not added to say False (Go: ensureJobConditionStatus). */
export function ensureCondition(
  conditions: readonly JobCondition[],
  condition: JobCondition,
): { readonly conditions: JobCondition[]; readonly changed: boolean } {
  const before = findCondition(conditions, condition.type ?? '');
  if (before === undefined) {
    const changed = condition.status !== 'False';
    return { conditions: changed ? [...conditions, condition] : [...conditions], changed };
  }
  const changed = before.status !== condition.status || before.reason !== condition.reason || before.message !== condition.message;
  return { conditions: conditions.map((other) => (changed && other === before ? condition : other)), changed };
}

/** The job's end that follows from how its pods stand now, before more are made; undefined if it goes on. */
export function endOf(
  job: Job,
  pods: readonly Pod[],
  failed: number,
  state: IndexState | undefined,
  now: number,
): JobCondition | undefined {
  const fail = (reason: string, message: string): JobCondition => newCondition(FAILURE_TARGET, reason, message, now);
  const met = trueCondition(job, SUCCESS_CRITERIA_MET);
  if (met !== undefined) return met;
  const target = trueCondition(job, FAILURE_TARGET);
  if (target !== undefined) return newCondition('Failed', target.reason ?? '', target.message ?? '', now);
  const fatal = fatalFailure(job, pods);
  if (fatal !== undefined) return fail('PodFailurePolicy', fatal);
  if (failed > (job.spec.backoffLimit ?? 0) || hasTooManyRestarts(job, pods))
    return fail('BackoffLimitExceeded', 'Job has reached the specified backoff limit');
  const left = deadlineLeft(job, now);
  if (left !== undefined && left <= 0) return fail('DeadlineExceeded', 'Job was active longer than specified deadline');
  return state === undefined ? undefined : endOfIndexes(job, state, now);
}

function endOfIndexes(job: Job, { succeeded, failed }: IndexState, now: number): JobCondition | undefined {
  const { completions = 0, maxFailedIndexes, successPolicy } = job.spec;
  const failures = hasIndexLimit(job) ? (failed?.total ?? 0) : 0;
  if (maxFailedIndexes !== undefined && failures > maxFailedIndexes) {
    const message = 'Job has exceeded the specified maximal number of failed indexes';
    return newCondition(FAILURE_TARGET, 'MaxFailedIndexesExceeded', message, now);
  }
  if (failures > 0 && failures + succeeded.total >= completions)
    return newCondition(FAILURE_TARGET, 'FailedIndexes', 'Job has failed indexes', now);
  const matched = matchSuccessPolicy(successPolicy, completions, succeeded);
  return matched === undefined ? undefined : newCondition(SUCCESS_CRITERIA_MET, 'SuccessPolicy', matched, now);
}

/** Milliseconds that the job may still be active; undefined if there is no limit, or it doesn't run. */
export function deadlineLeft(job: Job, now: number): number | undefined {
  const { activeDeadlineSeconds } = job.spec;
  const { startTime } = job.status;
  if (activeDeadlineSeconds === undefined || startTime === undefined || isSuspended(job)) return undefined;
  return parseTime(startTime) + activeDeadlineSeconds * 1000 - now;
}

function fatalFailure(job: Job, pods: readonly Pod[]): string | undefined {
  if (job.spec.podFailurePolicy === undefined) return undefined;
  for (const pod of pods) {
    const { failJob } = isFailed(pod, job) ? matchPodFailurePolicy(job.spec.podFailurePolicy, pod) : { failJob: undefined };
    if (failJob !== undefined) return failJob;
  }
  return undefined;
}

/** Where containers are restarted in place, their restarts count as failures (Go: pastBackoffLimitOnFailure). */
function hasTooManyRestarts({ spec }: Job, pods: readonly Pod[]): boolean {
  if (spec.template.spec.restartPolicy !== 'OnFailure') return false;
  let restarts = 0;
  for (const { status } of pods) {
    if (status.phase !== 'Running' && status.phase !== 'Pending') continue;
    for (const { restartCount = 0 } of [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])])
      restarts += restartCount;
  }
  const { backoffLimit = 0 } = spec;
  return backoffLimit === 0 ? restarts > 0 : restarts >= backoffLimit;
}
