import { CronError } from '../../../apimachinery/cron.js';
import type { ComponentContext } from '../../../client/component-context.js';
import type { EventRecorder } from '../../../client/event-recorder.js';
import { keyOf, splitKey, type Informer } from '../../../client/informer.js';
import type { WorkQueue } from '../../../client/work-queue.js';
import { CRON_JOBS, JOBS } from '../../../component-helpers/resources.js';
import { LabelSelector } from '../../../apimachinery/label-selector.js';
import { Owned } from '../common/owned.js';
import type { Job } from '../job/types.js';
import { CronJobSync } from './cron-job-sync.js';
import { scheduleOf, untilNext } from './schedule.js';
import { CRON_JOB_KIND, type CronJob } from './types.js';

/** Starts jobs by the clock (Go: pkg/controller/cronjob). */
export class CronJobController {
  private readonly cronJobs: Informer<CronJob>;
  private readonly jobs: Informer<Job>;
  private readonly owned: Owned<CronJob, Job>;
  private readonly queue: WorkQueue;
  private readonly recorder: EventRecorder;

  constructor(private readonly context: ComponentContext) {
    const { informers } = context;
    this.recorder = context.recorder('cronjob-controller');
    this.queue = context.queue((key) => this.sync(key), { isPatient: true });
    this.cronJobs = informers.of<CronJob>(CRON_JOBS);
    this.jobs = informers.of<Job>(JOBS);
    const enqueue = (cronJob: CronJob): void => {
      this.queue.add(keyOf(cronJob));
    };
    this.owned = new Owned({
      owners: this.cronJobs,
      ownerKind: CRON_JOB_KIND.kind,
      children: this.jobs,
      selectorOf: () => LabelSelector.NOTHING,
      enqueue,
    });
    this.cronJobs.addHandler({
      added: enqueue,
      updated: (cronJob, old) => {
        this.updated(cronJob, old);
      },
    });
  }

  /** A new schedule counts from its next moment on. */
  private updated(cronJob: CronJob, old: CronJob): void {
    const key = keyOf(cronJob);
    const { schedule = '', timeZone } = cronJob.spec;
    if (schedule === old.spec.schedule && timeZone === old.spec.timeZone) {
      this.queue.add(key);
      return;
    }
    const now = this.context.clock.now();
    try {
      this.queue.addAfter(key, untilNext(cronJob, scheduleOf(cronJob), now));
    } catch (error) {
      if (!(error instanceof CronError)) throw error;
      this.recorder.warning(cronJob, 'UnParseableCronJobSchedule', `unparseable schedule for cronjob: ${schedule}`);
    }
  }

  private async sync(key: string): Promise<void> {
    const { namespace, name } = splitKey(key);
    const cronJob = this.cronJobs.get(namespace, name);
    if (cronJob === undefined) return;
    const { client, clock } = this.context;
    const sync = new CronJobSync({ client, clock, recorder: this.recorder, jobs: this.jobs }, cronJob, this.owned.of(cronJob));
    let wait: number | undefined;
    let failure: unknown;
    try {
      await sync.cleanUp();
      wait = await sync.run();
    } catch (error) {
      failure = error;
    }
    const { changed } = sync;
    if (changed !== undefined) await client.update({ resource: CRON_JOBS, namespace, subresource: 'status' }, changed);
    if (failure !== undefined) throw failure as Error;
    if (wait !== undefined) this.queue.addAfter(key, wait);
  }
}
