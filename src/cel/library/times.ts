import { isTimeZone } from '../../apimachinery/time-zones.js';
import { zoneOffset } from '../../apimachinery/zone-offset.js';
import { member, type Library, type Overload } from '../types/functions.js';
import { DURATION, INT, STRING, TIMESTAMP } from '../types/type.js';
import type { Duration, Timestamp } from '../values/value.js';
import { CelError, type CelValue } from '../values/value.js';
import { floorDivide } from './conversions.js';

const MILLISECOND = 1_000_000n;

/** A moment's parts in some time zone, as numbers. */
type Part = (local: Date) => number;

const PARTS: Readonly<Record<string, readonly [string, Part]>> = {
  getFullYear: ['year', (local) => local.getUTCFullYear()],
  getMonth: ['month', (local) => local.getUTCMonth()],
  getDayOfYear: ['day_of_year', dayOfYear],
  getDayOfMonth: ['day_of_month', (local) => local.getUTCDate() - 1],
  getDate: ['day_of_month_1_based', (local) => local.getUTCDate()],
  getDayOfWeek: ['day_of_week', (local) => local.getUTCDay()],
  getHours: ['hours', (local) => local.getUTCHours()],
  getMinutes: ['minutes', (local) => local.getUTCMinutes()],
  getSeconds: ['seconds', (local) => local.getUTCSeconds()],
  getMilliseconds: ['milliseconds', (local) => local.getUTCMilliseconds()],
};

function dayOfYear(local: Date): number {
  const start = new Date(0).setUTCFullYear(local.getUTCFullYear(), 0, 1);
  return Math.floor((local.getTime() - start) / 86_400_000);
}

/** What one unit of a duration is, in nanoseconds. */
const UNITS: Readonly<Record<string, bigint>> = {
  getHours: 3_600_000_000_000n,
  getMinutes: 60_000_000_000n,
  getSeconds: 1_000_000_000n,
  getMilliseconds: MILLISECOND,
};

function localTime({ nanos }: Timestamp, zone: string): Date | CelError {
  const utc = Number(floorDivide(nanos, MILLISECOND));
  const offset = offsetOf(zone, utc);
  return typeof offset === 'number' ? new Date(utc + offset) : offset;
}

/** Milliseconds that a zone is ahead of UTC at a moment: a name, or hours and minutes such as `-07:00`. */
function offsetOf(zone: string, utc: number): number | CelError {
  if (zone === '' || zone === 'UTC') return 0;
  const [, sign, hours, minutes] = /^([+-]?)([0-9]{2}):([0-9]{2})$/.exec(zone) ?? [];
  if (hours !== undefined) return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
  if (!isTimeZone(zone) || zone === 'Local') return new CelError(`unknown time zone ${zone}`);
  return zoneOffset(zone, utc);
}

function overloads(name: string, suffix: string, part: Part): Overload[] {
  const read = (value: CelValue, zone: string): CelValue => {
    const local = localTime(value as Timestamp, zone);
    return local instanceof Date ? BigInt(part(local)) : local;
  };
  const list = [
    member(`timestamp_to_${suffix}`, [TIMESTAMP], INT, (value) => read(value as CelValue, '')),
    member(`timestamp_to_${suffix}${name === 'getSeconds' ? '_tz' : '_with_tz'}`, [TIMESTAMP, STRING], INT, (value, zone) =>
      read(value as CelValue, zone as string),
    ),
  ];
  const unit = UNITS[name];
  if (unit !== undefined) list.push(member(`duration_to_${suffix}`, [DURATION], INT, (value) => (value as Duration).nanos / unit));
  return list;
}

/** Accessors of timestamps and durations. */
export const TIMES: Library = Object.fromEntries(
  Object.entries(PARTS).map(([name, [suffix, part]]) => [name, overloads(name, suffix, part)]),
);
