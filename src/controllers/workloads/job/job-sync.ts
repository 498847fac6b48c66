import type { Clock } from '../../../apimachinery/clock.js';
import { formatTime } from '../../../apimachinery/time.js';
import type { Client } from '../../../client/client.js';
import type { EventRecorder } from '../../../client/event-recorder.js';
import { newControllerRef } from '../../../component-helpers/controller-ref.js';
import { isPodActive, isPodReady, isPodTerminating, type Pod } from '../../../component-helpers/pods.js';
import { isNamespaceTerminating, type PodControl } from '../common/pod-control.js';
import { slowStart } from '../common/slow-start.js';
import { nextRecord, remainingBackoff, type BackoffRecord } from './backoff.js';
import { endOf, ensureCondition, newCondition, SUCCESS_CRITERIA_MET } from './conditions.js';
import { dueIndexes, failuresAfter, hasIndexLimit, indexState, pendingIndexes, podsForRemoval, type IndexState } from './indexes.js';
import { completionIndex, failureAnnotations, isFailed, isTracked, replacesOnlyFailed } from './job-pods.js';
import { indexedJobPod, jobPod } from './job-template.js';
import { matchPodFailurePolicy } from './pod-failure-policy.js';
import { removeTracking, trackPods } from './tracking.js';
import { isIndexed, isSuspended, JOB_KIND, type Job, type JobCondition } from './types.js';

/** Pods that are made or deleted in one go. */
const BURST = 500;

/** Milliseconds that a retry waits at least. */
const SHORTEST_RETRY = 1000;

export interface JobTools {
  readonly client: Client;
  readonly recorder: EventRecorder;
  readonly podControl: PodControl;
  readonly clock: Clock;
}

/** What came of looking at a job. */
export interface JobOutcome {
  readonly backoff: BackoffRecord;
  /** Milliseconds until a failed pod may be replaced. */
  readonly retryAfter: number | undefined;
  /** What kept pods from being made or deleted. */
  readonly failure: unknown;
}

/** One look at one job, with the pods that it has claimed (Go: Controller.syncJob). */
export class JobSync {
  private readonly active: readonly Pod[];
  private readonly indexes: IndexState | undefined;
  private readonly backoff: BackoffRecord;
  /** Counts of the status to come. */
  private activeCount: number;
  private readyCount: number;
  private terminatingCount: number;
  private succeeded: number;
  private readonly failed: number;
  private retryAfter: number | undefined;
  private failure: unknown;

  constructor(
    private readonly tools: JobTools,
    private job: Job,
    private readonly pods: readonly Pod[],
    before: BackoffRecord,
  ) {
    const { succeeded = 0, failed = 0, uncountedTerminatedPods: uncounted = {} } = job.status;
    this.active = pods.filter(isPodActive);
    this.activeCount = this.active.length;
    this.readyCount = this.active.filter(isPodReady).length;
    this.terminatingCount = pods.filter(isPodTerminating).length;
    this.indexes = isIndexed(job) ? indexState(job, pods, this.active) : undefined;
    const fresh = pods.filter((pod) => isTracked(pod) && this.hasPlace(pod));
    const newSucceeded = fresh.filter(
      ({ status, metadata }) => status.phase === 'Succeeded' && !includes(uncounted.succeeded, metadata.uid),
    );
    const newFailed = fresh.filter((pod) => isFailed(pod, job) && !includes(uncounted.failed, pod.metadata.uid));
    const counted = newFailed.filter((pod) => matchPodFailurePolicy(job.spec.podFailurePolicy, pod).isCounted);
    this.succeeded = this.indexes?.succeeded.total ?? succeeded + newSucceeded.length + (uncounted.succeeded ?? []).length;
    this.failed = failed + counted.length + (uncounted.failed ?? []).length;
    this.backoff = nextRecord(before, newSucceeded, newFailed);
    if (job.status.startTime === undefined && !isSuspended(job)) this.setStatus({ startTime: formatTime(this.now) });
  }

  private get now(): number {
    return this.tools.clock.now();
  }

  /** Makes and deletes pods, and writes the status. Throws if that can't be written. */
  async run(): Promise<JobOutcome> {
    const before = this.job.status;
    let end = endOf(this.job, this.pods, this.failed, this.indexes, this.now);
    let isResumed = false;
    if (end !== undefined) {
      if (!(await this.deleteActive())) end = undefined;
    } else {
      const isManaged = this.job.metadata.deletionTimestamp === undefined;
      if (isManaged) await this.manage();
      if (this.isComplete())
        end = newCondition(SUCCESS_CRITERIA_MET, 'CompletionsReached', 'Reached expected number of succeeded pods', this.now);
      else if (isManaged) isResumed = this.noteSuspension();
    }
    const { active = 0, ready, terminating } = before;
    const isChanged = isResumed || this.activeCount !== active || this.readyCount !== ready || this.terminatingCount !== terminating;
    this.setStatus({ active: this.activeCount, ready: this.readyCount, terminating: this.terminatingCount });
    await this.track(end, isChanged);
    return { backoff: this.backoff, retryAfter: this.retryAfter, failure: this.failure };
  }

  private async track(end: JobCondition | undefined, isChanged: boolean): Promise<void> {
    await trackPods(this.tools, {
      job: this.job,
      pods: this.pods,
      indexes: this.indexes,
      end,
      isChanged,
      isTerminating: this.terminatingCount > 0,
    });
  }

  /** Pods of an Indexed job count only for indexes that it has. */
  private hasPlace(pod: Pod): boolean {
    if (!isIndexed(this.job)) return true;
    const index = completionIndex(pod);
    return index !== undefined && index < (this.job.spec.completions ?? 0);
  }

  private setStatus(status: Partial<Job['status']>): void {
    this.job = { ...this.job, status: { ...this.job.status, ...status } };
  }

  private isComplete(): boolean {
    const { completions } = this.job.spec;
    if (this.activeCount > 0) return false;
    return completions === undefined ? this.succeeded > 0 : this.succeeded >= completions;
  }

  /** Tells by a condition and an Event that the job has been suspended or resumed. Returns whether it has. */
  private noteSuspension(): boolean {
    const isStopped = isSuspended(this.job);
    const condition = isStopped
      ? newCondition('Suspended', 'JobSuspended', 'Job suspended', this.now)
      : newCondition('Suspended', 'JobResumed', 'Job resumed', this.now, 'False');
    const { conditions, changed } = ensureCondition(this.job.status.conditions ?? [], condition);
    if (!changed) return false;
    this.setStatus({ conditions, startTime: isStopped ? undefined : formatTime(this.now) });
    this.tools.recorder.normal(this.job, isStopped ? 'Suspended' : 'Resumed', condition.message ?? '');
    return true;
  }

  /** Returns whether all could be deleted. */
  private async deleteActive(): Promise<boolean> {
    return (await this.deletePods(this.active, false)) === this.active.length;
  }

  /** Deletes pods, and takes them off the counts. @param untrack whether they don't count for the job any more */
  private async deletePods(pods: readonly Pod[], untrack: boolean): Promise<number> {
    let deleted = 0;
    for (const pod of pods) {
      try {
        if (untrack) await removeTracking(this.tools.client, pod);
        await this.tools.podControl.delete(this.job, pod);
        deleted++;
      } catch (error) {
        this.failure ??= error;
      }
      if (isPodReady(pod)) this.readyCount--;
    }
    this.activeCount -= deleted;
    this.terminatingCount += deleted;
    return deleted;
  }

  /** As many active pods as the job wants now (Go: manageJob). */
  private async manage(): Promise<void> {
    const { parallelism = 1, completions } = this.job.spec;
    const surplus = isSuspended(this.job) ? this.activeCount : this.activeCount - this.wantedActive(parallelism, completions);
    const unwanted = podsForRemoval(this.job, this.active, Math.max(0, surplus), isIndexed(this.job)).slice(0, BURST);
    if (unwanted.length > 0) await this.deletePods(unwanted, true);
    if (unwanted.length > 0 || isSuspended(this.job)) return;
    const missing = -surplus - (replacesOnlyFailed(this.job) ? this.terminatingCount : 0);
    if (missing > 0) await this.createPods(missing);
  }

  private wantedActive(parallelism: number, completions: number | undefined): number {
    // Without a number of completions the pods themselves know when all is done: after a success none is started.
    if (completions === undefined) return this.succeeded > 0 ? this.activeCount : parallelism;
    return Math.max(0, Math.min(completions - this.succeeded, parallelism));
  }

  private async createPods(missing: number): Promise<void> {
    const reference = newControllerRef(this.job, JOB_KIND);
    const pods = this.indexes === undefined ? undefined : this.indexedPods(this.indexes, missing);
    if (!hasIndexLimit(this.job) && this.mustWait(remainingBackoff(this.backoff, this.now))) return;
    if (pods !== undefined && this.retryAfter !== undefined) return;
    const count = Math.min(pods?.length ?? missing, BURST);
    const { successes, error } = await slowStart(count, async (index) => {
      try {
        await this.tools.podControl.create(this.job, pods?.[index] ?? jobPod(this.job, reference));
      } catch (cause) {
        if (!isNamespaceTerminating(cause)) throw cause;
      }
    });
    this.activeCount += successes;
    this.failure ??= error;
  }

  private indexedPods(indexes: IndexState, missing: number): readonly Pod[] {
    const pending = pendingIndexes(this.job, indexes, this.pods, this.active, Math.min(missing, BURST));
    const reference = newControllerRef(this.job, JOB_KIND);
    if (!hasIndexLimit(this.job)) return pending.map((index) => indexedJobPod(this.job, reference, index, {}));
    const { due, wait } = dueIndexes(pending, indexes.awaitingReplacement, this.now);
    this.mustWait(wait);
    return due.map((index) => {
      const failures = failuresAfter(this.job, indexes.awaitingReplacement.get(index));
      return indexedJobPod(this.job, reference, index, failureAnnotations(...failures));
    });
  }

  /** The real controller tells no active pods while it waits. */
  private mustWait(wait: number): boolean {
    if (wait <= 0) return false;
    this.retryAfter = Math.max(wait, SHORTEST_RETRY);
    this.activeCount = 0;
    return true;
  }
}

function includes(uids: readonly string[] | undefined, uid: string | undefined): boolean {
  return uid !== undefined && uids?.includes(uid) === true;
}
