import { DurationError, parseDuration } from './duration.js';
import { parseInt64 } from './strconv.js';
import { locationFault } from './time-zones.js';

/** A schedule that can't be read; the message is the parser's. */
export class CronError extends Error {
  override readonly name = 'CronError';
}

/** The values of one field that match. */
export interface CronField {
  readonly values: ReadonlySet<number>;
  /** Written as `*` or `?`: for days of month and week it matters whether a field says anything. */
  readonly star: boolean;
}

/** When a cron job runs (Go: github.com/robfig/cron/v3, standard form). */
export type CronSchedule =
  | {
      readonly form: 'fields';
      readonly minute: CronField;
      readonly hour: CronField;
      readonly dayOfMonth: CronField;
      readonly month: CronField;
      readonly dayOfWeek: CronField;
      /** From a `TZ=` or `CRON_TZ=` before the fields. */
      readonly timeZone: string | undefined;
    }
  /** `@every 1h30m`: at least one second, whole seconds. */
  | { readonly form: 'every'; readonly seconds: number };

interface Bounds {
  readonly min: number;
  readonly max: number;
  /** Names of values, from `min` on. */
  readonly names?: readonly string[];
}

const MINUTES: Bounds = { min: 0, max: 59 };
const HOURS: Bounds = { min: 0, max: 23 };
const DAYS_OF_MONTH: Bounds = { min: 1, max: 31 };
const MONTHS: Bounds = { min: 1, max: 12, names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'] };
const DAYS_OF_WEEK: Bounds = { min: 0, max: 6, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] };

const DESCRIPTORS: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

/** What Go takes for blanks between fields. */
const BLANKS = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;

/** Reads a schedule of five fields, or one such as `@daily`. Throws CronError. */
export function parseCronSchedule(text: string): CronSchedule {
  if (text === '') throw new CronError('empty spec string');
  const { timeZone, rest } = splitTimeZone(text);
  if (rest.startsWith('@')) return parseDescriptor(rest, timeZone);
  return parseFields(rest, timeZone);
}

function splitTimeZone(text: string): { readonly timeZone: string | undefined; readonly rest: string } {
  if (!text.startsWith('TZ=') && !text.startsWith('CRON_TZ=')) return { timeZone: undefined, rest: text };
  const end = text.indexOf(' ');
  // The parser panics here; the server reports that.
  if (end === -1) throw new CronError('invalid schedule format: runtime error: slice bounds out of range [:-1]');
  const timeZone = text.slice(text.indexOf('=') + 1, end);
  const fault = locationFault(timeZone);
  if (fault !== undefined) throw new CronError(`provided bad location ${timeZone}: ${fault}`);
  return { timeZone, rest: trimmed(text.slice(end)) };
}

function fieldsOf(text: string): string[] {
  return text.split(BLANKS).filter((field) => field !== '');
}

/** Without blanks around it. */
function trimmed(text: string): string {
  const fields = fieldsOf(text);
  const first = fields[0] ?? '';
  const last = fields.at(-1) ?? '';
  return text.slice(text.indexOf(first), text.lastIndexOf(last) + last.length);
}

function parseDescriptor(text: string, timeZone: string | undefined): CronSchedule {
  const fields = Object.hasOwn(DESCRIPTORS, text) ? DESCRIPTORS[text] : undefined;
  if (fields !== undefined) return parseFields(fields, timeZone);
  const every = '@every ';
  if (!text.startsWith(every)) throw new CronError(`unrecognized descriptor: ${text}`);
  try {
    const seconds = Number(parseDuration(text.slice(every.length)) / 1_000_000_000n);
    return { form: 'every', seconds: Math.max(1, seconds) };
  } catch (error) {
    if (error instanceof DurationError) throw new CronError(`failed to parse duration ${text}: ${error.message}`);
    throw error;
  }
}

function parseFields(text: string, timeZone: string | undefined): CronSchedule {
  const fields = fieldsOf(text);
  const [minute = '', hour = '', dayOfMonth = '', month = '', dayOfWeek = ''] = fields;
  if (fields.length !== 5) throw new CronError(`expected exactly 5 fields, found ${String(fields.length)}: [${fields.join(' ')}]`);
  return {
    form: 'fields',
    minute: parseField(minute, MINUTES),
    hour: parseField(hour, HOURS),
    dayOfMonth: parseField(dayOfMonth, DAYS_OF_MONTH),
    month: parseField(month, MONTHS),
    dayOfWeek: parseField(dayOfWeek, DAYS_OF_WEEK),
    timeZone,
  };
}

/** A comma-separated list of ranges; empty ones count for nothing. */
function parseField(text: string, bounds: Bounds): CronField {
  const values = new Set<number>();
  let star = false;
  for (const range of text.split(',')) {
    if (range === '') continue;
    const { start, end, step, any } = parseRange(range, bounds);
    for (let value = start; value <= end; value += step) values.add(value);
    star ||= any;
  }
  return { values, star };
}

interface Range {
  readonly start: number;
  readonly end: number;
  readonly step: number;
  readonly any: boolean;
}

/** `number`, `number-number`, `*`, each with or without `/step`. */
function parseRange(text: string, bounds: Bounds): Range {
  const parts = text.split('/');
  const limits = (parts[0] ?? '').split('-');
  const any = limits[0] === '*' || limits[0] === '?';
  const start = any ? bounds.min : parseNumber(limits[0] ?? '', bounds);
  let end = bounds.max;
  if (!any) {
    if (limits.length > 2) throw new CronError(`too many hyphens: ${text}`);
    end = limits[1] === undefined ? start : parseNumber(limits[1], bounds);
  }
  let step = 1;
  if (parts.length > 2) throw new CronError(`too many slashes: ${text}`);
  if (parts[1] !== undefined) {
    step = parseNumber(parts[1], undefined);
    // `N/step` means from N to the end.
    if (limits.length === 1) end = bounds.max;
  }
  if (start < bounds.min) throw new CronError(`beginning of range (${String(start)}) below minimum (${String(bounds.min)}): ${text}`);
  if (end > bounds.max) throw new CronError(`end of range (${String(end)}) above maximum (${String(bounds.max)}): ${text}`);
  if (start > end) throw new CronError(`beginning of range (${String(start)}) beyond end of range (${String(end)}): ${text}`);
  if (step === 0) throw new CronError(`step of range should be a positive number: ${text}`);
  return { start, end, step, any: any && step === 1 };
}

function parseNumber(text: string, bounds: Bounds | undefined): number {
  const named = bounds?.names?.indexOf(text.toLowerCase()) ?? -1;
  if (bounds !== undefined && named >= 0) return bounds.min + named;
  const value = parseInt64(text, 64, 'Atoi');
  if (typeof value === 'string') throw new CronError(`failed to parse int from ${text}: ${value}`);
  if (value < 0n) throw new CronError(`negative number (${value.toString()}) not allowed: ${text}`);
  return Number(value);
}
