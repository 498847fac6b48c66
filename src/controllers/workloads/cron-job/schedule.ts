import { nextActivation, NEVER } from '../../../apimachinery/cron-next.js';
import { parseCronSchedule, type CronSchedule } from '../../../apimachinery/cron.js';
import { isTimeZone } from '../../../apimachinery/time-zones.js';
import { parseTime } from '../../../apimachinery/time.js';
import type { CronJob } from './types.js';

/** Moments beyond which a user is told that many were missed. */
const MANY = 100;

/** Both moments in milliseconds since the epoch. */
interface Missed {
  /** Nothing was scheduled up to here, or was done. */
  readonly since: number;
  /** The last scheduled moment that has come. */
  readonly latest: number | undefined;
  readonly count: 'none' | 'few' | 'many';
}

/** A schedule that can't be followed, in the words of an Event. */
export class ScheduleError extends Error {
  override readonly name = 'ScheduleError';
}

/** The schedule in the job's time zone. Throws CronError. */
export function scheduleOf({ spec: { schedule = '', timeZone } }: CronJob): CronSchedule {
  const isOwnZone = schedule.includes('TZ') || timeZone === undefined || !isKnownZone(timeZone);
  return parseCronSchedule(isOwnZone ? schedule : `TZ=${timeZone} ${schedule}`);
}

/** Whether a job can be in the time zone; an empty name is UTC. */
export function isKnownZone(timeZone: string): boolean {
  return timeZone === '' || isTimeZone(timeZone);
}

/**
 * What was scheduled since the last run and has come by now (Go: mostRecentScheduleTime).
 * @param withDeadline whether what is too late to start counts as done
 */
function missedBy(cronJob: CronJob, schedule: CronSchedule, now: number, withDeadline: boolean): Missed {
  const { startingDeadlineSeconds } = cronJob.spec;
  let since = parseTime(cronJob.status.lastScheduleTime ?? cronJob.metadata.creationTimestamp ?? '1970-01-01T00:00:00Z');
  if (withDeadline && startingDeadlineSeconds !== undefined) since = Math.max(since, now - startingDeadlineSeconds * 1000);
  const first = nextActivation(schedule, since);
  const second = nextActivation(schedule, first);
  if (now < first) return { since, latest: undefined, count: 'none' };
  if (now < second) return { since, latest: first, count: 'none' };
  const between = Math.round((second - first) / 1000);
  if (between < 1) throw new ScheduleError('time difference between two schedules is less than 1 second');
  const count = Math.trunc(Math.trunc((now - first) / 1000) / between) + 1;
  // Schedules aren't even: from shortly before the end on they are counted one by one.
  let latest: number | undefined;
  let next = nextActivation(schedule, first + (count - 2) * between * 1000);
  for (; next <= now && next !== NEVER; next = nextActivation(schedule, next)) latest = next;
  return { since, latest, count: count > MANY ? 'many' : 'few' };
}

/** The moment that is to be acted on, and whether many were missed before it. Throws ScheduleError. */
export function dueMoment(
  cronJob: CronJob,
  schedule: CronSchedule,
  now: number,
): { readonly moment: number; readonly isOneOfMany: boolean } | undefined {
  const { latest, count } = missedBy(cronJob, schedule, now, true);
  return latest === undefined ? undefined : { moment: latest, isOneOfMany: count === 'many' };
}

/** Milliseconds until the job has to be looked at again (Go: nextScheduleTimeDuration). */
export function untilNext(cronJob: CronJob, schedule: CronSchedule, now: number): number {
  let from = now;
  try {
    const { since, latest, count } = missedBy(cronJob, schedule, now, false);
    from = latest ?? (count === 'none' ? since : now);
  } catch (error) {
    if (!(error instanceof ScheduleError)) throw error;
  }
  // Our clock never rings early, so that the real controller's tenth of a second on top isn't needed.
  return nextActivation(schedule, from) - now;
}
