import { zoneOffset } from '../../../apimachinery/zone-offset.js';
import { formatTime } from '../../../apimachinery/time.js';
import { newControllerRef } from '../../../component-helpers/controller-ref.js';
import type { Job } from '../job/types.js';
import { CRON_JOB_KIND, type CronJob } from './types.js';

const SCHEDULED = 'batch.kubernetes.io/cronjob-scheduled-timestamp';

/** The name of the job for a scheduled moment: it ends in minutes since the epoch, so that there is one at most. */
export function jobName({ metadata: { name = '' } }: CronJob, moment: number): string {
  return `${name}-${String(Math.trunc(moment / 60_000))}`;
}

/** The job for a scheduled moment (Go: getJobFromTemplate2). */
export function jobOf(cronJob: CronJob, moment: number): Job {
  const { metadata, spec } = cronJob.spec.jobTemplate;
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: jobName(cronJob, moment),
      ...(metadata.labels === undefined ? {} : { labels: metadata.labels }),
      annotations: { ...metadata.annotations, [SCHEDULED]: localTime(moment, cronJob.spec.timeZone ?? '') },
      ownerReferences: [newControllerRef(cronJob, CRON_JOB_KIND)],
    },
    spec,
    status: {},
  };
}

/** RFC 3339 with the offset of a zone. */
function localTime(moment: number, timeZone: string): string {
  const offset = zoneOffset(timeZone, moment);
  const text = formatTime(moment + offset);
  if (offset === 0) return text;
  const minutes = Math.abs(offset) / 60_000;
  const two = (value: number): string => String(Math.trunc(value)).padStart(2, '0');
  return `${text.slice(0, -1)}${offset < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A moment as Events tell it: `Mon, 02 Jan 2006 15:04:05 +0000` (RFC 1123). */
export function eventTime(moment: number): string {
  const date = new Date(moment);
  const day = `${DAYS[date.getUTCDay()] ?? ''}, ${String(date.getUTCDate()).padStart(2, '0')} ${MONTHS[date.getUTCMonth()] ?? ''}`;
  return `${day} ${String(date.getUTCFullYear())} ${formatTime(moment).slice(11, 19)} +0000`;
}
