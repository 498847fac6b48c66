import type { CronJob, Job, JobCondition } from '../../schema/generated/batch-v1.js';
import { cronJobColumns, jobColumns } from './columns/batch.js';
import { ageOf, spanOf, timeOf } from './format/age.js';
import { containerCells } from './format/containers.js';
import { formatLabelSelector } from './format/labels.js';
import { printer, type PrintersByResource, type View } from './printer.js';

const jobs = printer<Job>({
  columns: jobColumns,
  cells: (job, now) => [
    job.metadata?.name ?? '',
    jobStatus(job),
    completions(job),
    jobDuration(job, now),
    ageOf(job.metadata?.creationTimestamp, now),
    ...containerCells(job.spec?.template?.spec?.containers),
    formatLabelSelector(job.spec?.selector),
  ],
});

function jobStatus({ metadata, status }: View<Job>): string {
  const conditions = status?.conditions ?? [];
  if (holds(conditions, 'Complete')) return 'Complete';
  if (holds(conditions, 'Failed')) return 'Failed';
  if (metadata?.deletionTimestamp != null) return 'Terminating';
  if (holds(conditions, 'Suspended')) return 'Suspended';
  if (holds(conditions, 'FailureTarget')) return 'FailureTarget';
  return holds(conditions, 'SuccessCriteriaMet') ? 'SuccessCriteriaMet' : 'Running';
}

function holds(conditions: readonly View<JobCondition>[], type: string): boolean {
  return conditions.find((condition) => condition.type === type)?.status === 'True';
}

/** `2/5`; without a number to reach, one success ends the job: `0/1 of 3`. */
function completions({ spec, status }: View<Job>): string {
  const succeeded = String(status?.succeeded ?? 0);
  if (spec?.completions != null) return `${succeeded}/${String(spec.completions)}`;
  const parallelism = spec?.parallelism ?? 0;
  return parallelism > 1 ? `${succeeded}/1 of ${String(parallelism)}` : `${succeeded}/1`;
}

function jobDuration({ status }: View<Job>, now: number): string {
  const start = timeOf(status?.startTime);
  return start === undefined ? '' : spanOf((timeOf(status?.completionTime) ?? now) - start);
}

const cronJobs = printer<CronJob>({
  columns: cronJobColumns,
  cells({ metadata, spec, status }, now) {
    const job = spec?.jobTemplate?.spec;
    return [
      metadata?.name ?? '',
      spec?.schedule ?? '',
      spec?.timeZone ?? '<none>',
      spec?.suspend == null ? '<unset>' : spec.suspend ? 'True' : 'False',
      status?.active?.length ?? 0,
      status?.lastScheduleTime == null ? '<none>' : ageOf(status.lastScheduleTime, now),
      ageOf(metadata?.creationTimestamp, now),
      ...containerCells(job?.template?.spec?.containers),
      formatLabelSelector(job?.selector),
    ];
  },
});

export const batchPrinters: PrintersByResource = { cronjobs: cronJobs, jobs };
