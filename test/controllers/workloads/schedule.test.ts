import { describe, expect, it } from 'vitest';
import { eventTime, jobName, jobOf } from '../../../src/controllers/workloads/cron-job/job-of.js';
import { dueMoment, scheduleOf, untilNext } from '../../../src/controllers/workloads/cron-job/schedule.js';
import type { CronJob } from '../../../src/controllers/workloads/cron-job/types.js';

const NOON = Date.UTC(2026, 0, 1, 12);
const MINUTE = 60_000;
const cronJob = (spec: Partial<CronJob['spec']> = {}, status: CronJob['status'] = {}): CronJob => ({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name: 'tick', uid: 'u', creationTimestamp: '2026-01-01T12:00:00Z' },
  spec: { schedule: '*/5 * * * *', jobTemplate: { metadata: {}, spec: { template: { metadata: {}, spec: {} } } }, ...spec },
  status,
});
const due = (given: CronJob, now: number) => dueMoment(given, scheduleOf(given), now);

describe('the schedule of a cron job', () => {
  it('is due at the moment itself, and not before', () => {
    expect(due(cronJob(), NOON + 5 * MINUTE - 1)).toBeUndefined();
    expect(due(cronJob(), NOON + 5 * MINUTE)).toEqual({ moment: NOON + 5 * MINUTE, isOneOfMany: false });
    expect(untilNext(cronJob(), scheduleOf(cronJob()), NOON)).toBe(5 * MINUTE);
  });

  it('catches up with the last of those that were missed', () => {
    const given = cronJob({}, { lastScheduleTime: '2026-01-01T12:05:00Z' });
    expect(due(given, NOON + 31 * MINUTE)).toEqual({ moment: NOON + 30 * MINUTE, isOneOfMany: false });
    expect(due(given, NOON + 24 * 60 * MINUTE)?.isOneOfMany).toBe(true);
  });

  it('forgets what is later than its deadline', () => {
    const given = cronJob({ startingDeadlineSeconds: 30 });
    expect(due(given, NOON + 5 * MINUTE + 29_999)?.moment).toBe(NOON + 5 * MINUTE);
    expect(due(given, NOON + 5 * MINUTE + 30_000)).toBeUndefined();
  });

  it('never comes on the 31st of February', () => {
    expect(() => due(cronJob({ schedule: '0 0 31 2 *' }), NOON)).toThrow('time difference between two schedules is less than 1 second');
  });

  it('gives jobs names and annotations by the moment', () => {
    const given = cronJob({ timeZone: 'America/New_York' });
    expect(jobName(given, NOON)).toBe('tick-29454480');
    expect(jobOf(given, NOON).metadata.annotations).toEqual({
      'batch.kubernetes.io/cronjob-scheduled-timestamp': '2026-01-01T07:00:00-05:00',
    });
    expect(eventTime(NOON)).toBe('Thu, 01 Jan 2026 12:00:00 +0000');
  });
});
