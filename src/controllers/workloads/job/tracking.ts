import { isStatus } from '../../../apimachinery/status.js';
import type { Clock } from '../../../apimachinery/clock.js';
import type { Client } from '../../../client/client.js';
import type { EventRecorder } from '../../../client/event-recorder.js';
import type { Pod } from '../../../component-helpers/pods.js';
import { JOBS, PODS } from '../../../component-helpers/resources.js';
import { ensureCondition, FAILURE_TARGET, newCondition, SUCCESS_CRITERIA_MET } from './conditions.js';
import type { IndexState } from './indexes.js';
import { Intervals } from './intervals.js';
import { completionIndex, isFailed, isTracked, TRACKING_FINALIZER } from './job-pods.js';
import { matchPodFailurePolicy } from './pod-failure-policy.js';
import { isIndexed, trueCondition, type Job, type JobCondition } from './types.js';

/** Ended pods that a status lists at once. */
const MOST_UNCOUNTED = 500;

export interface TrackingTools {
  readonly client: Client;
  readonly recorder: EventRecorder;
  readonly clock: Clock;
}

export interface Tracked {
  /** With the status as it is to be, but for what tracking adds. */
  readonly job: Job;
  readonly pods: readonly Pod[];
  readonly indexes: IndexState | undefined;
  /** The end that the job comes to. */
  readonly end: JobCondition | undefined;
  /** Whether the status has to be written in any case. */
  readonly isChanged: boolean;
  readonly isTerminating: boolean;
}

interface Uncounted {
  readonly succeeded: string[];
  readonly failed: string[];
}

/** Lets a pod go: it has been counted, or needn't be. A pod that is gone is fine. */
export async function removeTracking(client: Client, pod: Pod): Promise<void> {
  const { namespace, name = '' } = pod.metadata;
  if (!isTracked(pod)) return;
  const patch = { metadata: { '$deleteFromPrimitiveList/finalizers': [TRACKING_FINALIZER] } };
  try {
    await client.patch({ resource: PODS, namespace }, name, 'strategic', patch);
  } catch (error) {
    if (!isStatus(error, 'NotFound')) throw error;
  }
}

/**
 * Counts ended pods, each exactly once: their uids are written to the status,
 * then their finalizers go, then the counts are written (KEP-2307; Go:
 * trackJobStatusAndRemoveFinalizers). An end of the job that is left is written last.
 */
export async function trackPods(tools: TrackingTools, { job, pods, indexes, end, isChanged, isTerminating }: Tracked): Promise<void> {
  const tracker = new Tracker(tools, job, pods, isChanged);
  const isCut = tracker.collect(indexes, end);
  const last = tracker.announce(end);
  await tracker.flush();
  await tracker.release();
  if (last !== undefined && !isCut && !isTerminating && tracker.isCounted()) await tracker.finish(last);
  else await tracker.flush();
}

class Tracker {
  private readonly removable: Pod[] = [];
  private readonly uncounted: Uncounted;
  private readonly unreleased: Set<string>;

  constructor(
    private readonly tools: TrackingTools,
    private job: Job,
    private readonly pods: readonly Pod[],
    private isChanged: boolean,
  ) {
    const { succeeded = [], failed = [] } = job.status.uncountedTerminatedPods ?? {};
    this.uncounted = { succeeded: [...succeeded], failed: [...failed] };
    this.unreleased = new Set(pods.filter(isTracked).map(({ metadata }) => metadata.uid ?? ''));
    this.count();
  }

  /** Finds what has ended. Returns whether there was more than one status takes. */
  collect(indexes: IndexState | undefined, end: JobCondition | undefined): boolean {
    const before: ReadonlySet<string> = new Set([...this.uncounted.succeeded, ...this.uncounted.failed]);
    const newIndexes = new Set<number>();
    let isCut = false;
    for (const pod of this.inOrder()) {
      if (!isTracked(pod) || !this.mayGo(pod, indexes, end)) continue;
      this.removable.push(pod);
      this.note(pod, indexes, end, before, newIndexes);
      isCut = newIndexes.size + this.uncounted.succeeded.length + this.uncounted.failed.length >= MOST_UNCOUNTED;
      if (isCut) break;
    }
    if (indexes !== undefined) this.setIndexes(indexes, newIndexes);
    return isCut;
  }

  private inOrder(): readonly Pod[] {
    if (!isIndexed(this.job)) return this.pods;
    return [...this.pods].sort((a, b) => (completionIndex(a) ?? -1) - (completionIndex(b) ?? -1));
  }

  /** Whether the finalizer may go (Go: canRemoveFinalizer). */
  private mayGo(pod: Pod, indexes: IndexState | undefined, end: JobCondition | undefined): boolean {
    if (this.job.metadata.deletionTimestamp !== undefined || end !== undefined || pod.status.phase === 'Succeeded') return true;
    if (!isFailed(pod, this.job)) return false;
    const index = completionIndex(pod);
    return index === undefined || indexes?.awaitingReplacement.get(index)?.metadata.uid !== pod.metadata.uid;
  }

  private note(
    pod: Pod,
    indexes: IndexState | undefined,
    end: JobCondition | undefined,
    before: ReadonlySet<string>,
    newIndexes: Set<number>,
  ): void {
    const { uid = '' } = pod.metadata;
    const index = completionIndex(pod);
    const hasPlace = index !== undefined && index < (this.job.spec.completions ?? 0);
    if (pod.status.phase === 'Succeeded' && !this.uncounted.failed.includes(uid)) {
      if (indexes === undefined) {
        if (!before.has(uid)) this.add(this.uncounted.succeeded, uid);
      } else if (hasPlace && !indexes.counted.has(index)) {
        newIndexes.add(index);
        this.isChanged = true;
      }
      return;
    }
    const isLost = end !== undefined && end.type !== SUCCESS_CRITERIA_MET;
    if ((!isFailed(pod, this.job) && !isLost) || before.has(uid) || (indexes !== undefined && !hasPlace)) return;
    if (matchPodFailurePolicy(this.job.spec.podFailurePolicy, pod).isCounted) this.add(this.uncounted.failed, uid);
  }

  private add(uids: string[], uid: string): void {
    uids.push(uid);
    this.isChanged = true;
  }

  private setIndexes({ counted, failed }: IndexState, newIndexes: ReadonlySet<number>): void {
    // Only what has a finalizer still counts as new: this is not all that has succeeded where the list was cut.
    const succeeded = counted.with(Intervals.of(newIndexes));
    const completedIndexes = succeeded.toString();
    const failedIndexes = failed?.toString();
    const { status } = this.job;
    if (completedIndexes !== (status.completedIndexes ?? '') || failedIndexes !== status.failedIndexes) this.isChanged = true;
    this.setStatus({ succeeded: succeeded.total, completedIndexes, failedIndexes });
  }

  /** Writes that the job is to end, ahead of its end. Returns the condition of the end itself. */
  announce(end: JobCondition | undefined): JobCondition | undefined {
    if (end === undefined || (end.type !== FAILURE_TARGET && end.type !== SUCCESS_CRITERIA_MET)) return end;
    if (end.type === FAILURE_TARGET || trueCondition(this.job, SUCCESS_CRITERIA_MET) === undefined) {
      this.setStatus({ conditions: [...(this.job.status.conditions ?? []), end] });
      this.isChanged = true;
    }
    const type = end.type === FAILURE_TARGET ? 'Failed' : 'Complete';
    return newCondition(type, end.reason ?? '', end.message ?? '', this.tools.clock.now());
  }

  /** Writes the status, if there is something new in it. */
  async flush(): Promise<void> {
    if (!this.isChanged) return;
    const { job, tools } = this;
    const target = { resource: JOBS, namespace: job.metadata.namespace, subresource: 'status' };
    const status = {
      ...job.status,
      uncountedTerminatedPods: { succeeded: [...this.uncounted.succeeded], failed: [...this.uncounted.failed] },
    };
    this.job = await tools.client.update<Job>(target, { ...job, status });
    this.isChanged = false;
  }

  /** Lets the pods go that were found, and counts them. */
  async release(): Promise<void> {
    let failure: unknown;
    for (const pod of this.removable) {
      try {
        await removeTracking(this.tools.client, pod);
        this.unreleased.delete(pod.metadata.uid ?? '');
      } catch (error) {
        failure ??= error;
      }
    }
    this.count();
    if (failure === undefined) return;
    await this.flush();
    throw failure as Error;
  }

  /** Moves pods that have no finalizer any more from the lists to the counts. */
  private count(): void {
    for (const key of ['succeeded', 'failed'] as const) {
      const left = this.uncounted[key].filter((uid) => this.unreleased.has(uid));
      const counted = this.uncounted[key].length - left.length;
      if (counted === 0) continue;
      this.setStatus({ [key]: (this.job.status[key] ?? 0) + counted });
      this.uncounted[key].splice(0, Infinity, ...left);
      this.isChanged = true;
    }
  }

  isCounted(): boolean {
    return this.uncounted.succeeded.length + this.uncounted.failed.length === 0;
  }

  /** Writes the end, and tells it. */
  async finish(end: JobCondition): Promise<void> {
    const { recorder, clock } = this.tools;
    const condition = { ...newCondition(end.type ?? '', end.reason ?? '', end.message ?? '', clock.now()) };
    const { conditions } = ensureCondition(this.job.status.conditions ?? [], condition);
    const isComplete = end.type === 'Complete';
    this.setStatus({ conditions, ...(isComplete ? { completionTime: end.lastTransitionTime ?? undefined } : {}) });
    this.isChanged = true;
    await this.flush();
    const { spec, status } = this.job;
    if (!isComplete) {
      recorder.warning(this.job, end.reason ?? '', end.message ?? '');
      return;
    }
    if (spec.completions !== undefined && (status.succeeded ?? 0) > spec.completions)
      recorder.warning(this.job, 'TooManySucceededPods', 'Too many succeeded pods running after completion count reached');
    recorder.normal(this.job, 'Completed', 'Job completed');
  }

  private setStatus(status: Partial<Job['status']>): void {
    this.job = { ...this.job, status: { ...this.job.status, ...status } };
  }
}
