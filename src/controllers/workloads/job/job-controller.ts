import type { ComponentContext } from '../../../client/component-context.js';
import type { EventRecorder } from '../../../client/event-recorder.js';
import { keyOf, splitKey, type Informer } from '../../../client/informer.js';
import type { WorkQueue } from '../../../client/work-queue.js';
import { claimObjects, controllerOf } from '../../../component-helpers/controller-ref.js';
import type { Pod } from '../../../component-helpers/pods.js';
import { JOBS, PODS } from '../../../component-helpers/resources.js';
import { Owned } from '../common/owned.js';
import { PodControl } from '../common/pod-control.js';
import { selectorOf } from '../common/selectors.js';
import { NO_FAILURES, type BackoffRecord } from './backoff.js';
import { deadlineLeft } from './conditions.js';
import { isTracked, TRACKING_FINALIZER } from './job-pods.js';
import { JobSync } from './job-sync.js';
import { removeTracking } from './tracking.js';
import { finishedType, isManagedByOthers, JOB_KIND, type Job } from './types.js';

/** Runs pods to completion for jobs (Go: pkg/controller/job). */
export class JobController {
  private readonly jobs: Informer<Job>;
  private readonly pods: Informer<Pod>;
  private readonly owned: Owned<Job, Pod>;
  private readonly queue: WorkQueue;
  /** Pods that no job counts any more, and that must be let go. */
  private readonly orphans: WorkQueue;
  private readonly recorder: EventRecorder;
  private readonly podControl: PodControl;
  /** How the pods of jobs have failed lately, by key. */
  private readonly backoffs = new Map<string, BackoffRecord>();

  constructor(private readonly context: ComponentContext) {
    const { informers, client } = context;
    this.recorder = context.recorder('job-controller');
    this.podControl = new PodControl(client, this.recorder);
    this.queue = context.queue((key) => this.sync(key), { isPatient: true });
    this.orphans = context.queue((key) => this.syncOrphan(key));
    this.jobs = informers.of<Job>(JOBS);
    this.pods = informers.of<Pod>(PODS);
    const enqueue = (job: Job): void => {
      this.queue.add(keyOf(job));
    };
    const changed = (job: Job): void => {
      enqueue(job);
      if (finishedType(job) !== undefined) this.enqueueOrphansOf(job);
    };
    this.owned = new Owned({
      owners: this.jobs,
      ownerKind: JOB_KIND.kind,
      children: this.pods,
      selectorOf: ({ spec }) => selectorOf(spec.selector),
      enqueue,
    });
    this.jobs.addHandler({
      added: changed,
      updated: changed,
      deleted: (job) => {
        this.enqueueOrphansOf(job);
        this.backoffs.delete(keyOf(job));
      },
    });
    const orphaned = (pod: Pod): void => {
      if (this.isOrphaned(pod)) this.orphans.add(keyOf(pod));
    };
    this.pods.addHandler({ added: orphaned, updated: orphaned });
  }

  private async sync(key: string): Promise<void> {
    const { namespace, name } = splitKey(key);
    const job = this.jobs.get(namespace, name);
    if (job === undefined || isManagedByOthers(job)) return;
    if (finishedType(job) !== undefined) {
      this.backoffs.delete(key);
      return;
    }
    const { client, clock } = this.context;
    const tools = { client, clock, recorder: this.recorder, podControl: this.podControl };
    const pods = await this.claim(job);
    const { backoff, retryAfter, failure } = await new JobSync(tools, job, pods, this.backoffs.get(key) ?? NO_FAILURES).run();
    this.backoffs.set(key, backoff);
    if (failure !== undefined) throw failure as Error;
    if (retryAfter !== undefined) this.queue.addAfter(key, retryAfter);
    const current = this.jobs.get(namespace, name);
    const left = current === undefined || finishedType(current) !== undefined ? undefined : deadlineLeft(current, clock.now());
    if (left !== undefined) this.queue.addAfter(key, Math.max(left, 1));
  }

  private async claim(job: Job): Promise<readonly Pod[]> {
    const { client } = this.context;
    const claimed = await claimObjects(
      {
        client,
        resource: PODS,
        owner: job,
        ownerKind: JOB_KIND,
        ownerResource: JOBS,
        selector: selectorOf(job.spec.selector),
        finalizers: [TRACKING_FINALIZER],
      },
      this.owned.withOrphans(job),
    );
    // What was adopted has changed.
    return claimed.map((pod) => this.pods.get(pod.metadata.namespace ?? '', pod.metadata.name ?? '') ?? pod);
  }

  /** Whether a pod that a job should count has no job that does (Go: handleSingleOrphanPod). */
  private isOrphaned(pod: Pod): boolean {
    if (!isTracked(pod)) return false;
    const reference = controllerOf(pod);
    if (reference === undefined) return true;
    if (reference.kind !== JOB_KIND.kind || reference.apiVersion !== 'batch/v1') return false;
    const job = this.owned.ownerOf(pod);
    return job === undefined || (!isManagedByOthers(job) && finishedType(job) !== undefined);
  }

  private enqueueOrphansOf(job: Job): void {
    for (const pod of this.owned.of(job)) if (this.isOrphaned(pod)) this.orphans.add(keyOf(pod));
  }

  private async syncOrphan(key: string): Promise<void> {
    const { namespace, name } = splitKey(key);
    const pod = this.pods.get(namespace, name);
    if (pod !== undefined && this.isOrphaned(pod)) await removeTracking(this.context.client, pod);
  }
}
