import type { Clock } from '../../../apimachinery/clock.js';
import { CronError, type CronSchedule } from '../../../apimachinery/cron.js';
import { goQuote } from '../../../apimachinery/field-error.js';
import { isStatus } from '../../../apimachinery/status.js';
import { locationFault } from '../../../apimachinery/time-zones.js';
import { formatTime, parseTime } from '../../../apimachinery/time.js';
import type { Client } from '../../../client/client.js';
import type { EventRecorder } from '../../../client/event-recorder.js';
import type { Lister } from '../../../client/informer.js';
import { isControlledBy } from '../../../component-helpers/controller-ref.js';
import { JOBS } from '../../../component-helpers/resources.js';
import { isNamespaceTerminating, messageOf } from '../common/pod-control.js';
import { finishedType, type Job } from '../job/types.js';
import { eventTime, jobName, jobOf } from './job-of.js';
import { dueMoment, isKnownZone, ScheduleError, scheduleOf, untilNext } from './schedule.js';
import type { CronJob } from './types.js';

export interface CronJobTools {
  readonly client: Client;
  readonly recorder: EventRecorder;
  readonly clock: Clock;
  readonly jobs: Lister<Job>;
}

/** One look at one cron job: its own copy, whose status follows what is done (Go: syncCronJob, cleanupFinishedJobs). */
export class CronJobSync {
  private isChanged = false;

  constructor(
    private readonly tools: CronJobTools,
    private cronJob: CronJob,
    private readonly jobs: readonly Job[],
  ) {}

  /** The copy, if its status has to be written. */
  get changed(): CronJob | undefined {
    return this.isChanged ? this.cronJob : undefined;
  }

  /** Deletes finished jobs beyond the history that is kept. */
  async cleanUp(): Promise<void> {
    const { successfulJobsHistoryLimit, failedJobsHistoryLimit } = this.cronJob.spec;
    await this.keep('Complete', successfulJobsHistoryLimit);
    await this.keep('Failed', failedJobsHistoryLimit);
  }

  private async keep(type: 'Complete' | 'Failed', limit: number | undefined): Promise<void> {
    if (limit === undefined) return;
    const finished = this.jobs.filter((job) => finishedType(job) === type);
    if (finished.length <= limit) return;
    for (const job of finished.sort(byStartTime).slice(0, finished.length - limit)) await this.deleteJob(job);
  }

  private async deleteJob({ metadata }: Job): Promise<boolean> {
    const { namespace, name = '' } = metadata;
    try {
      await this.tools.client.delete({ resource: JOBS, namespace }, name, { propagationPolicy: 'Background' });
    } catch (error) {
      this.warn('FailedDelete', `Deleted job: ${messageOf(error)}`);
      return false;
    }
    this.forget(metadata.uid);
    this.isChanged = true;
    this.note('SuccessfulDelete', `Deleted job ${name}`);
    return true;
  }

  /**
   * Follows its jobs, and starts one if it is time.
   * @returns milliseconds until the next look; undefined if time alone changes nothing
   */
  async run(): Promise<number | undefined> {
    this.followJobs();
    this.dropMissing();
    const { metadata, spec } = this.cronJob;
    if (metadata.deletionTimestamp !== undefined) return undefined;
    const { timeZone } = spec;
    if (timeZone !== undefined && !isKnownZone(timeZone)) {
      this.warn('UnknownTimeZone', `invalid timeZone: ${goQuote(timeZone)}: ${locationFault(timeZone) ?? ''}`);
      return undefined;
    }
    if (spec.suspend === true) return undefined;
    const schedule = this.readSchedule();
    return schedule === undefined ? undefined : await this.follow(schedule);
  }

  private readSchedule(): CronSchedule | undefined {
    const { schedule = '' } = this.cronJob.spec;
    if (schedule.includes('TZ')) {
      const where = 'https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/';
      const message = `CRON_TZ or TZ used in schedule ${goQuote(schedule)} is not officially supported, see ${where} for more details`;
      this.warn('UnsupportedSchedule', message);
    }
    try {
      return scheduleOf(this.cronJob);
    } catch (error) {
      if (!(error instanceof CronError)) throw error;
      this.warn('UnparseableSchedule', `unparseable schedule: ${goQuote(schedule)} : ${error.message}`);
      return undefined;
    }
  }

  private async follow(schedule: CronSchedule): Promise<number | undefined> {
    const now = this.tools.clock.now();
    const moment = this.due(schedule, now);
    if (moment === 'invalid') return undefined;
    if (moment !== undefined && this.mayStart(moment, now) && !(await this.start(moment))) return undefined;
    return untilNext(this.cronJob, schedule, now);
  }

  private due(schedule: CronSchedule, now: number): number | 'invalid' | undefined {
    try {
      const due = dueMoment(this.cronJob, schedule, now);
      if (due?.isOneOfMany === true) {
        const advice = 'Set or decrease .spec.startingDeadlineSeconds or check clock skew';
        this.warn('TooManyMissedTimes', `too many missed start times. ${advice}`);
      }
      return due?.moment;
    } catch (error) {
      if (!(error instanceof ScheduleError)) throw error;
      this.warn('InvalidSchedule', `invalid schedule: ${this.cronJob.spec.schedule ?? ''} : ${error.message}`);
      return 'invalid';
    }
  }

  private mayStart(moment: number, now: number): boolean {
    const { spec, status } = this.cronJob;
    if (spec.startingDeadlineSeconds !== undefined && moment + spec.startingDeadlineSeconds * 1000 < now) {
      this.warn('MissSchedule', `Missed scheduled time to start a job: ${eventTime(moment)}`);
      return false;
    }
    const name = jobName(this.cronJob, moment);
    if (status.lastScheduleTime === formatTime(moment) || status.active?.some((active) => active.name === name) === true) return false;
    if (spec.concurrencyPolicy !== 'Forbid' || (status.active ?? []).length === 0) return true;
    this.note('JobAlreadyActive', 'Not starting job because prior execution is running and concurrency policy is Forbid');
    return false;
  }

  /** Returns false if the job is there already, and isn't to be followed. Throws what keeps it from being made. */
  private async start(moment: number): Promise<boolean> {
    if (this.cronJob.spec.concurrencyPolicy === 'Replace') await this.deleteActive();
    const { namespace = '' } = this.cronJob.metadata;
    const wanted = jobOf(this.cronJob, moment);
    let job: Job;
    try {
      job = await this.tools.client.create({ resource: JOBS, namespace }, wanted);
      this.note('SuccessfulCreate', `Created job ${job.metadata.name ?? ''}`);
    } catch (error) {
      if (!isStatus(error, 'AlreadyExists')) {
        if (!isNamespaceTerminating(error)) this.warn('FailedCreate', `Error creating job: ${messageOf(error)}`);
        throw error;
      }
      job = await this.tools.client.get({ resource: JOBS, namespace }, wanted.metadata.name ?? '');
      if (!isControlledBy(job, this.cronJob) || this.isActive(job)) return false;
    }
    const { name, uid, resourceVersion } = job.metadata;
    const reference = { kind: 'Job', namespace, name, uid, apiVersion: 'batch/v1', resourceVersion };
    this.setStatus({ active: [...(this.cronJob.status.active ?? []), reference], lastScheduleTime: formatTime(moment) });
    return true;
  }

  private async deleteActive(): Promise<void> {
    for (const { namespace = '', name = '' } of this.cronJob.status.active ?? []) {
      let job: Job;
      try {
        job = await this.tools.client.get({ resource: JOBS, namespace }, name);
      } catch (error) {
        this.warn('FailedGet', `Get job: ${messageOf(error)}`);
        throw error;
      }
      if (!(await this.deleteJob(job))) throw new Error(`could not replace job ${namespace}/${name}`);
    }
  }

  private followJobs(): void {
    for (const job of this.jobs) {
      const end = finishedType(job);
      if (end === undefined) {
        if (!this.isActive(job)) {
          const message = `Saw a job that the controller did not create or forgot: ${job.metadata.name ?? ''}`;
          this.warn('UnexpectedJob', message);
        }
        continue;
      }
      if (this.isActive(job)) {
        this.forget(job.metadata.uid);
        this.isChanged = true;
        this.note('SawCompletedJob', `Saw completed job: ${job.metadata.name ?? ''}, condition: ${end}`);
      }
      if (end === 'Complete') this.noteSuccess(job);
    }
  }

  private noteSuccess({ status: { completionTime } }: Job): void {
    const { lastSuccessfulTime } = this.cronJob.status;
    if (completionTime === undefined || (lastSuccessfulTime !== undefined && parseTime(completionTime) <= parseTime(lastSuccessfulTime)))
      return;
    this.setStatus({ lastSuccessfulTime: completionTime });
  }

  private dropMissing(): void {
    const own = new Set(this.jobs.map(({ metadata }) => metadata.uid));
    for (const { uid, namespace = '', name = '' } of this.cronJob.status.active ?? []) {
      if (own.has(uid) || this.tools.jobs.get(namespace, name) !== undefined) continue;
      this.note('MissingJob', `Active job went missing: ${name}`);
      this.forget(uid);
      this.isChanged = true;
    }
  }

  private isActive({ metadata: { uid } }: Job): boolean {
    return this.cronJob.status.active?.some((active) => active.uid === uid) === true;
  }

  private forget(uid: string | undefined): void {
    const { status } = this.cronJob;
    this.cronJob = { ...this.cronJob, status: { ...status, active: (status.active ?? []).filter((active) => active.uid !== uid) } };
  }

  private setStatus(status: Partial<CronJob['status']>): void {
    this.cronJob = { ...this.cronJob, status: { ...this.cronJob.status, ...status } };
    this.isChanged = true;
  }

  private warn(reason: string, message: string): void {
    this.tools.recorder.warning(this.cronJob, reason, message);
  }

  private note(reason: string, message: string): void {
    this.tools.recorder.normal(this.cronJob, reason, message);
  }
}

/** Jobs that haven't started come last (Go: byJobStartTime). */
function byStartTime(a: Job, b: Job): number {
  const key = ({ metadata, status }: Job): string => `${status.startTime ?? '~'} ${metadata.name ?? ''}`;
  return key(a) < key(b) ? -1 : 1;
}
