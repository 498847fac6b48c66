import type { CronField, CronSchedule } from './cron.js';
import { zoneOffset } from './zone-offset.js';

type Fields = Extract<CronSchedule, { readonly form: 'fields' }>;

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Years after which a schedule counts as never. */
const FURTHEST = 5;

/** Go's zero time: the answer for a schedule that never comes, such as the 31st of February. */
export const NEVER = Date.UTC(2000, 0, 1) - 63082281600 * SECOND;

/**
 * The first activation of a schedule after a moment, both in milliseconds since
 * the epoch; NEVER if there is none in five years (Go: cron.Schedule.Next, with
 * its ways around changes of the clock).
 */
export function nextActivation(schedule: CronSchedule, after: number): number {
  if (schedule.form === 'every') return Math.floor(after / SECOND) * SECOND + schedule.seconds * SECOND;
  return new Search(schedule).next(after);
}

/** A walk through time in the schedule's zone; a moment has local fields. */
class Search {
  private readonly zone: string;
  private moment = 0;
  /** The moment shifted so that its UTC fields are the local ones. */
  private local = new Date(0);

  constructor(private readonly schedule: Fields) {
    this.zone = schedule.timeZone ?? '';
  }

  next(after: number): number {
    this.goTo(Math.floor(after / SECOND) * SECOND + SECOND);
    const last = this.local.getUTCFullYear() + FURTHEST;
    while (this.local.getUTCFullYear() <= last)
      if (this.findMonth() && this.findDay() && this.findHour() && this.findMinute()) return this.moment;
    return NEVER;
  }

  /** Whether the smaller fields begin anew: once something was passed over they do. */
  private isMoved = false;

  private goTo(moment: number): void {
    this.moment = moment;
    this.local = new Date(moment + zoneOffset(this.zone, moment));
  }

  /** The moment of local fields; they may be beyond their bounds (Go: time.Date). */
  private goToLocal(year: number, month: number, day: number, hour = 0, minute = 0, second = 0): void {
    const asUtc = Date.UTC(year, month, day, hour, minute, second);
    const guess = asUtc - zoneOffset(this.zone, asUtc);
    this.goTo(asUtc - zoneOffset(this.zone, guess));
  }

  /** Each of these returns false if a larger field has changed and has to be looked at again. */
  private findMonth(): boolean {
    while (!this.schedule.month.values.has(this.local.getUTCMonth() + 1)) {
      const { local } = this;
      const day = this.isMoved ? local.getUTCDate() : 1;
      const time = this.isMoved ? ([local.getUTCHours(), local.getUTCMinutes(), local.getUTCSeconds()] as const) : ([0, 0, 0] as const);
      this.isMoved = true;
      this.goToLocal(local.getUTCFullYear(), local.getUTCMonth() + 1, day, ...time);
      if (this.local.getUTCMonth() === 0) return false;
    }
    return true;
  }

  private findDay(): boolean {
    while (!this.isDayRight()) {
      this.beginDay();
      const { local } = this;
      this.goToLocal(
        local.getUTCFullYear(),
        local.getUTCMonth(),
        local.getUTCDate() + 1,
        local.getUTCHours(),
        local.getUTCMinutes(),
        local.getUTCSeconds(),
      );
      // Where there is no midnight, that of the day is the next moment there is.
      const hour = this.local.getUTCHours();
      if (hour !== 0) this.goTo(this.moment + (hour > 12 ? 24 - hour : -hour) * HOUR);
      if (this.local.getUTCDate() === 1) return false;
    }
    return true;
  }

  private beginDay(): void {
    if (this.isMoved) return;
    this.isMoved = true;
    this.goToLocal(this.local.getUTCFullYear(), this.local.getUTCMonth(), this.local.getUTCDate());
  }

  private isDayRight(): boolean {
    const { dayOfMonth, dayOfWeek } = this.schedule;
    const isDate = has(dayOfMonth, this.local.getUTCDate());
    const isWeekday = has(dayOfWeek, this.local.getUTCDay());
    return dayOfMonth.star || dayOfWeek.star ? isDate && isWeekday : isDate || isWeekday;
  }

  private findHour(): boolean {
    while (!has(this.schedule.hour, this.local.getUTCHours())) {
      if (!this.isMoved) {
        this.isMoved = true;
        const { local } = this;
        this.goToLocal(local.getUTCFullYear(), local.getUTCMonth(), local.getUTCDate(), local.getUTCHours());
      }
      this.goTo(this.moment + HOUR);
      if (this.local.getUTCHours() === 0) return false;
    }
    return true;
  }

  /** Minutes, and the second 0. */
  private findMinute(): boolean {
    while (!has(this.schedule.minute, this.local.getUTCMinutes()) || this.local.getUTCSeconds() !== 0) {
      this.isMoved = true;
      this.goTo(Math.floor(this.moment / MINUTE) * MINUTE + MINUTE);
      if (this.local.getUTCMinutes() === 0) return false;
    }
    return true;
  }
}

function has({ values }: CronField, value: number): boolean {
  return values.has(value);
}
