import { goTimeQuote } from './go-format.js';

/** Thrown for a malformed time; the message is Go's time.ParseError. */
export class TimeError extends Error {
  override readonly name = 'TimeError';
}

/** A moment with nanoseconds, as MicroTime and protobuf need it. */
export interface Instant {
  /** Whole seconds since the epoch, rounded down. */
  readonly seconds: number;
  /** 0 to 999,999,999. */
  readonly nanos: number;
  /** Seconds that the zone it was written in is ahead of UTC; absent if none. */
  readonly offset?: number;
}

/** The layouts of metav1.Time and metav1.MicroTime. */
export type TimeLayout = 'time' | 'microTime';

/** What else times are parsed by: `localTime` has no zone, and stands for UTC. */
export type ParsedLayout = TimeLayout | 'localTime';

const LAYOUTS: Readonly<Record<ParsedLayout, string>> = {
  time: '2006-01-02T15:04:05Z07:00',
  microTime: '2006-01-02T15:04:05.000000Z07:00',
  localTime: '2006-01-02T15:04:05',
};

/** Seconds of 0001-01-01T00:00:00Z, Go's zero time, which JSON shows as null. */
const ZERO_SECONDS = -62135596800;

/** Whether this is Go's zero time (`IsZero`). */
export function isZeroTime(instant: Instant): boolean {
  return instant.seconds === ZERO_SECONDS && instant.nanos === 0;
}

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function daysIn(month: number, year: number): number {
  if (month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)) return 29;
  return DAYS[month - 1] ?? 0;
}

function secondsOf(year: number, month: number, day: number, hour: number, minute: number, second: number): number {
  const seconds = Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
  if (year >= 100) return seconds;
  // Date.UTC takes 0 to 99 for years of the 20th century.
  return new Date(0).setUTCFullYear(year, month - 1, day) / 1000 + hour * 3600 + minute * 60 + second;
}

/** Two digits at an offset as a number; NaN if they are none. */
function two(text: string, at: number): number {
  const high = text.charCodeAt(at) - 0x30;
  const low = text.charCodeAt(at + 1) - 0x30;
  return high >= 0 && high <= 9 && low >= 0 && low <= 9 ? high * 10 + low : NaN;
}

/** Whether a text starts with a date and time of the form `2006-01-02T15:04:05`. */
function hasDateTime(text: string): boolean {
  if (text.charCodeAt(4) !== 0x2d || text.charCodeAt(7) !== 0x2d || text.charCodeAt(10) !== 0x54) return false;
  if (text.charCodeAt(13) !== 0x3a || text.charCodeAt(16) !== 0x3a) return false;
  const month = two(text, 5);
  const day = two(text, 8);
  if (!(month >= 1 && month <= 12 && day >= 1 && two(text, 11) < 24 && two(text, 14) < 60 && two(text, 17) < 60)) return false;
  const year = two(text, 0) * 100 + two(text, 2);
  return year >= 0 && (day <= 28 || day <= daysIn(month, year));
}

/** Seconds of a text that `hasDateTime`. */
function dateTimeSeconds(text: string): number {
  return secondsOf(two(text, 0) * 100 + two(text, 2), two(text, 5), two(text, 8), two(text, 11), two(text, 14), two(text, 17));
}

/** Parses a time in one of the layouts. Throws TimeError with Go's text. */
export function parseInstant(text: string, layout: ParsedLayout = 'time'): Instant {
  if (layout === 'time' && text.length === 20 && text.charCodeAt(19) === 0x5a && hasDateTime(text)) {
    return { seconds: dateTimeSeconds(text), nanos: 0 };
  }
  return new TimeParser(text, layout).parse();
}

/** Parses a metav1.Time to milliseconds since the epoch. Throws TimeError with Go's text. */
export function parseTime(text: string): number {
  const { seconds, nanos } = parseInstant(text);
  return seconds * 1000 + Math.floor(nanos / 1_000_000);
}

/** Parses a metav1.MicroTime to milliseconds since the epoch, fractions included. Throws TimeError with Go's text. */
export function parseMicroTime(text: string): number {
  const { seconds, nanos } = parseInstant(text, 'microTime');
  return seconds * 1000 + Math.floor(nanos / 1000) / 1000;
}

let lastSecond = NaN;
let lastText = '';

/** A moment (milliseconds since the epoch) as metav1.Time is written: whole seconds, UTC. */
export function formatTime(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  if (seconds !== lastSecond) {
    lastText = `${dateTimeText(seconds)}Z`;
    lastSecond = seconds;
  }
  return lastText;
}

/** A moment (milliseconds since the epoch) as metav1.MicroTime is written: six decimals, UTC. */
export function formatMicroTime(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  return microText(seconds, Math.floor((milliseconds - seconds * 1000) * 1000));
}

/** An instant in the form of its layout; what is finer is cut off. */
export function formatInstant(instant: Instant, layout: TimeLayout): string {
  return layout === 'time' ? `${dateTimeText(instant.seconds)}Z` : microText(instant.seconds, Math.floor(instant.nanos / 1000));
}

function microText(seconds: number, micros: number): string {
  return `${dateTimeText(seconds)}.${String(micros).padStart(6, '0')}Z`;
}

function dateTimeText(seconds: number): string {
  const text = new Date(seconds * 1000).toISOString();
  if (text.length === 24) return text.slice(0, 19);
  // Years beyond four digits: an ISO string has a sign and six digits, Go's has as many as are needed.
  return (
    (text.startsWith('-') ? '-' : '') +
    text
      .slice(1)
      .replace(/^0{1,2}(?=\d{4})/, '')
      .slice(0, -5)
  );
}

/**
 * What the server returns for a time that a client wrote; null for the zero
 * time. The usual form is recognised without parsing. Throws TimeError.
 */
export function canonicalTime(text: string, layout: TimeLayout = 'time'): string | null {
  const plain = layout === 'time' ? text.length === 20 && text.charCodeAt(19) === 0x5a : isPlainMicro(text);
  // The zero time and what is before it is left to the slow road.
  if (plain && !text.startsWith('000') && hasDateTime(text)) return text;
  const instant = parseInstant(text, layout);
  return isZeroTime(instant) ? null : formatInstant(instant, layout);
}

function isPlainMicro(text: string): boolean {
  if (text.length !== 27 || text.charCodeAt(19) !== 0x2e || text.charCodeAt(26) !== 0x5a) return false;
  return !Number.isNaN(two(text, 20) + two(text, 22) + two(text, 24));
}

function isDigitAt(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0x30 && code <= 0x39;
}

/** Go's time.Parse for the two layouts, step by step, so that errors name the same element. */
class TimeParser {
  private rest: string;

  constructor(
    private readonly text: string,
    private readonly layout: ParsedLayout,
  ) {
    this.rest = text;
  }

  parse(): Instant {
    const year = this.year();
    this.literal('-');
    const month = this.number('01', 'month', 1, 12, true);
    this.literal('-');
    const day = this.number('02', 'day', 0, 99, true);
    this.literal('T');
    const hour = this.number('15', 'hour', 0, 23, false);
    this.literal(':');
    const minute = this.number('04', 'minute', 0, 59, true);
    this.literal(':');
    const second = this.number('05', 'second', 0, 59, true);
    const nanos = this.layout === 'microTime' ? this.exactFraction() : this.anyFraction();
    const offset = this.layout === 'localTime' ? 0 : this.zone();
    if (this.rest !== '') throw this.problem(`: extra text: ${goTimeQuote(this.rest)}`);
    if (day < 1 || day > daysIn(month, year)) throw this.problem(': day out of range');
    const seconds = secondsOf(year, month, day, hour, minute, second) - offset;
    return offset === 0 ? { seconds, nanos } : { seconds, nanos, offset };
  }

  private problem(message: string): TimeError {
    return new TimeError(`parsing time ${goTimeQuote(this.text)}${message}`);
  }

  private unparsable(element: string, at: string): TimeError {
    return this.problem(` as ${goTimeQuote(LAYOUTS[this.layout])}: cannot parse ${goTimeQuote(at)} as ${goTimeQuote(element)}`);
  }

  private literal(character: string): void {
    if (!this.rest.startsWith(character)) throw this.unparsable(character, this.rest);
    this.rest = this.rest.slice(1);
  }

  private year(): number {
    const hold = this.rest;
    // atoi takes a sign, but the first character must be a digit.
    if (!/^[0-9]{4}/.test(hold)) throw this.unparsable('2006', hold);
    this.rest = hold.slice(4);
    return Number(hold.slice(0, 4));
  }

  private number(element: string, name: string, min: number, max: number, fixed: boolean): number {
    const hold = this.rest;
    const digits = isDigitAt(hold, 0) ? (isDigitAt(hold, 1) ? 2 : 1) : 0;
    if (digits === 0 || (fixed && digits === 1)) throw this.unparsable(element, hold);
    this.rest = hold.slice(digits);
    const value = Number(hold.slice(0, digits));
    if (value < min || value > max) throw this.problem(`: ${name} out of range`);
    return value;
  }

  /** A fraction may follow the seconds although the layout has none. */
  private anyFraction(): number {
    const { rest } = this;
    if ((rest[0] !== '.' && rest[0] !== ',') || !isDigitAt(rest, 1)) return 0;
    let end = 2;
    while (isDigitAt(rest, end)) end++;
    this.rest = rest.slice(end);
    return nanosOf(rest.slice(1, end));
  }

  private exactFraction(): number {
    const { rest } = this;
    if (!/^[.,][0-9]{6}/.test(rest)) throw this.unparsable('.000000', rest);
    this.rest = rest.slice(7);
    return nanosOf(rest.slice(1, 7));
  }

  /** Seconds east of UTC. */
  private zone(): number {
    const hold = this.rest;
    if (hold.startsWith('Z')) {
      this.rest = hold.slice(1);
      return 0;
    }
    if (hold.length < 6 || hold[3] !== ':') throw this.unparsable('Z07:00', hold);
    const hours = two(hold, 1);
    const minutes = Number.isNaN(hours) ? NaN : two(hold, 4);
    this.rest = hold.slice(6);
    if (minutes > 60) throw this.problem(': time zone offset minute out of range');
    if (hours > 24) throw this.problem(': time zone offset hour out of range');
    const offset = (hours * 60 + minutes) * 60;
    if (Number.isNaN(offset) || (hold[0] !== '+' && hold[0] !== '-')) throw this.unparsable('Z07:00', hold);
    return hold[0] === '-' ? -offset : offset;
  }
}

function nanosOf(digits: string): number {
  return Number(digits.slice(0, 9).padEnd(9, '0'));
}
