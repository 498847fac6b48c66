import { describe, expect, it } from 'vitest';
import { nextActivation, NEVER } from '../../src/apimachinery/cron-next.js';
import { parseCronSchedule } from '../../src/apimachinery/cron.js';

/** What robfig/cron says: schedule, time zone, moment, next activation. */
const CASES: readonly (readonly [string, string, string, string])[] = [
  ['5 4 * 2 *', 'Australia/Lord_Howe', '2026-05-17T09:16:50.051Z', '2027-01-31T17:05:00.000Z'],
  ['15 10 1 * 1', 'Australia/Lord_Howe', '2028-10-01T16:14:51.000Z', '2028-10-01T23:15:00.000Z'],
  ['5 4 * 2 *', 'Europe/Berlin', '2018-04-30T10:27:07.000Z', '2019-02-01T03:05:00.000Z'],
  ['0 0 29 2 *', 'UTC', '2024-04-11T11:11:09.000Z', '2028-02-29T00:00:00.000Z'],
  ['59 23 31 12 *', 'Australia/Lord_Howe', '2024-06-28T16:10:58.932Z', '2024-12-31T12:59:00.000Z'],
  ['15 10 1 * 1', 'Africa/Cairo', '2021-11-10T03:58:04.000Z', '2021-11-15T08:15:00.000Z'],
  ['5 4 * 2 *', 'America/New_York', '2028-12-21T12:19:29.721Z', '2029-02-01T09:05:00.000Z'],
  ['0 */6 * * 1-5', 'Australia/Lord_Howe', '2026-11-18T07:35:11.000Z', '2026-11-18T13:00:00.000Z'],
  ['*/5 * * * *', 'America/New_York', '2027-11-11T02:23:26.000Z', '2027-11-11T02:25:00.000Z'],
  ['0 0 29 2 *', '', '2017-10-17T01:43:16.000Z', '2020-02-29T00:00:00.000Z'],
  ['0 1 * * 0', 'Australia/Lord_Howe', '2021-02-09T01:47:42.788Z', '2021-02-13T14:00:00.000Z'],
  ['0 0 * * *', 'Europe/Berlin', '2017-07-09T04:00:24.343Z', '2017-07-09T22:00:00.000Z'],
  ['5 4 * 2 *', 'Asia/Beirut', '2021-04-01T19:00:43.000Z', '2022-02-01T02:05:00.000Z'],
  ['59 23 31 12 *', '', '2025-03-25T11:07:30.071Z', '2025-12-31T23:59:00.000Z'],
  ['5 4 * 2 *', 'America/Sao_Paulo', '2024-03-17T08:29:38.805Z', '2025-02-01T07:05:00.000Z'],
  ['0 */6 * * 1-5', 'Europe/Berlin', '2016-03-14T18:13:31.000Z', '2016-03-14T23:00:00.000Z'],
  ['@hourly', '', '2020-01-02T19:36:39.364Z', '2020-01-02T20:00:00.000Z'],
  ['@weekly', 'America/New_York', '2017-10-09T15:46:30.000Z', '2017-10-15T04:00:00.000Z'],
  ['@every 90s', 'Australia/Lord_Howe', '2015-06-01T16:24:31.788Z', '2015-06-01T16:26:01.000Z'],
  ['0 */6 * * 1-5', 'Africa/Cairo', '2027-02-04T00:47:52.000Z', '2027-02-04T04:00:00.000Z'],
  ['59 23 31 12 *', 'Asia/Beirut', '2022-08-25T14:44:53.176Z', '2022-12-31T21:59:00.000Z'],
  ['*/5 * * * *', 'Asia/Beirut', '2019-04-19T04:05:43.000Z', '2019-04-19T04:10:00.000Z'],
  ['0 0 * * *', 'America/New_York', '2015-10-06T10:54:42.000Z', '2015-10-07T04:00:00.000Z'],
  ['0 1 * * 0', 'America/Sao_Paulo', '2028-01-04T01:48:04.247Z', '2028-01-09T04:00:00.000Z'],
  ['0 0 29 2 *', 'Asia/Kolkata', '2026-03-09T08:03:30.000Z', '2028-02-28T18:30:00.000Z'],
  ['15 10 1 * 1', 'America/Sao_Paulo', '2016-10-01T00:48:16.000Z', '2016-10-01T13:15:00.000Z'],
  ['1,31 0-3 * 3,10,11 0', 'Australia/Lord_Howe', '2017-02-18T23:37:26.000Z', '2017-03-04T13:01:00.000Z'],
  ['30 2 * * *', 'Asia/Kolkata', '2020-10-16T03:23:48.000Z', '2020-10-16T21:00:00.000Z'],
  ['15 10 1 * 1', 'America/New_York', '2025-09-12T19:26:18.751Z', '2025-09-15T14:15:00.000Z'],
  ['0 0 31 2 *', 'America/New_York', '2025-12-12T03:15:23.411Z', 'never'],
  ['0 0 31 2 *', 'Africa/Cairo', '2022-04-14T08:23:13.442Z', 'never'],
  ['@hourly', 'Africa/Cairo', '2015-01-22T13:32:30.299Z', '2015-01-22T14:00:00.000Z'],
  ['@weekly', 'Australia/Lord_Howe', '2018-10-08T09:04:25.000Z', '2018-10-13T13:00:00.000Z'],
  ['1,31 0-3 * 3,10,11 0', 'UTC', '2021-09-25T17:30:32.933Z', '2021-10-03T00:01:00.000Z'],
  ['30 2 * * *', 'Asia/Beirut', '2015-02-09T11:03:41.000Z', '2015-02-10T00:30:00.000Z'],
  ['15 10 1 * 1', 'Asia/Beirut', '2019-11-23T06:26:24.865Z', '2019-11-25T08:15:00.000Z'],
  ['@hourly', 'Asia/Beirut', '2025-03-29T21:24:33.000Z', '2025-03-29T22:00:00.000Z'],
  ['@hourly', 'America/Sao_Paulo', '2016-04-10T15:51:43.000Z', '2016-04-10T16:00:00.000Z'],
  ['0 0 29 2 *', 'America/New_York', '2026-02-23T12:10:31.531Z', '2028-02-29T05:00:00.000Z'],
  ['1,31 0-3 * 3,10,11 0', 'Europe/Berlin', '2017-10-17T01:05:19.152Z', '2017-10-21T22:01:00.000Z'],
  ['@every 90s', '', '2024-02-20T01:34:39.000Z', '2024-02-20T01:36:09.000Z'],
  ['0 0 31 2 *', 'Asia/Kolkata', '2019-12-12T17:24:07.278Z', 'never'],
  ['*/5 * * * *', 'America/Sao_Paulo', '2015-10-22T02:16:58.100Z', '2015-10-22T02:20:00.000Z'],
  ['0 0 * * *', 'Africa/Cairo', '2022-02-14T23:00:48.378Z', '2022-02-15T22:00:00.000Z'],
];

describe('nextActivation', () => {
  it.each(CASES)('of %s in "%s" after %s is %s', (schedule, zone, after, next) => {
    const found = nextActivation(parseCronSchedule(zone === '' ? schedule : `TZ=${zone} ${schedule}`), Date.parse(after));
    expect(found === NEVER ? 'never' : new Date(found).toISOString()).toBe(next);
  });

  it('is after the moment, also if that is an activation itself', () => {
    const noon = Date.UTC(2026, 0, 1, 12);
    expect(nextActivation(parseCronSchedule('*/5 * * * *'), noon)).toBe(noon + 300_000);
  });

  it('skips an hour that a change of the clock leaves out', () => {
    const next = nextActivation(parseCronSchedule('TZ=Europe/Berlin 30 2 * * *'), Date.UTC(2026, 2, 28, 12));
    expect(new Date(next).toISOString()).toBe('2026-03-30T00:30:00.000Z');
  });
});
