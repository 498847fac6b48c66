import { goTimeQuote } from './go-format.js';

/** Thrown by `parseDuration`; the message is Go's. */
export class DurationError extends Error {
  override readonly name = 'DurationError';
}

const UNITS = new Map<string, bigint>([
  ['ns', 1n],
  ['us', 1_000n],
  ['µs', 1_000n],
  ['μs', 1_000n],
  ['ms', 1_000_000n],
  ['s', 1_000_000_000n],
  ['m', 60_000_000_000n],
  ['h', 3_600_000_000_000n],
]);
const LIMIT = 2n ** 63n;

/** Nanoseconds of a text such as `1h30m` or `1.5s` (Go: time.ParseDuration). Throws DurationError. */
export function parseDuration(text: string): bigint {
  const negative = text.startsWith('-');
  let rest = negative || text.startsWith('+') ? text.slice(1) : text;
  if (rest === '0') return 0n;
  if (rest === '') throw problem('invalid duration', text);
  let total = 0n;
  while (rest !== '') {
    const [, whole = '', point = '', fraction = '', unitName = ''] = PART.exec(rest) ?? [];
    if (whole === '' && fraction === '') throw problem('invalid duration', text);
    // 2^63 has 19 digits, so a longer number is too large and needn't be read.
    const digits = whole.replace(/^0+(?=[0-9])/, '');
    if (digits.length > 19) throw problem('invalid duration', text);
    const value = digits === '' ? 0n : BigInt(digits);
    if (value > LIMIT) throw problem('invalid duration', text);
    if (unitName === '') throw problem('missing unit in duration', text);
    const unit = UNITS.get(unitName);
    if (unit === undefined) throw problem(`unknown unit ${goTimeQuote(unitName)} in duration`, text);
    if (value > LIMIT / unit) throw problem('invalid duration', text);
    total += value * unit + fractionOf(fraction, unit);
    if (total > LIMIT) throw problem('invalid duration', text);
    rest = rest.slice(whole.length + point.length + fraction.length + unitName.length);
  }
  if (negative) return -total;
  if (total === LIMIT) throw problem('invalid duration', text);
  return total;
}

const PART = /^([0-9]*)(\.?)([0-9]*)([^.0-9]*)/;

function problem(message: string, text: string): DurationError {
  return new DurationError(`time: ${message} ${goTimeQuote(text)}`);
}

/** The share of a unit; in doubles, as Go computes it. */
function fractionOf(digits: string, unit: bigint): bigint {
  if (digits === '') return 0n;
  // Go stops at 18 or 19 digits, what an int64 holds.
  let kept = digits.slice(0, 19);
  if (kept.length === 19 && BigInt(kept) > LIMIT) kept = kept.slice(0, 18);
  return BigInt(Math.trunc(Number(kept) * (Number(unit) / 10 ** kept.length)));
}

/** Nanoseconds as Go prints a time.Duration: `1h0m0s`, `1.5s`, `300ms`, `0s`. */
export function formatDuration(nanoseconds: bigint | number): string {
  const value = BigInt(nanoseconds);
  if (value < 0n) return `-${formatDuration(-value)}`;
  if (value === 0n) return '0s';
  if (value < 1_000n) return `${value.toString()}ns`;
  if (value < 1_000_000n) return `${decimal(value, 3)}µs`;
  if (value < 1_000_000_000n) return `${decimal(value, 6)}ms`;
  const minutes = value / 60_000_000_000n;
  const seconds = decimal(value % 60_000_000_000n, 9);
  if (minutes === 0n) return `${seconds}s`;
  const hours = minutes / 60n;
  return hours === 0n ? `${minutes.toString()}m${seconds}s` : `${hours.toString()}h${(minutes % 60n).toString()}m${seconds}s`;
}

function decimal(value: bigint, places: number): string {
  const digits = value.toString().padStart(places + 1, '0');
  const fraction = digits.slice(-places).replace(/0+$/, '');
  const whole = digits.slice(0, -places);
  return fraction === '' ? whole : `${whole}.${fraction}`;
}

/** What the server returns for a metav1.Duration that a client wrote. Throws DurationError. */
export function canonicalDuration(text: string): string {
  return formatDuration(parseDuration(text));
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** A number and its unit with the next finer unit, unless that is zero. */
function pair(value: number, unit: string, rest: number, restUnit: string): string {
  return rest === 0 ? `${String(value)}${unit}` : `${String(value)}${unit}${String(rest)}${restUnit}`;
}

/** Milliseconds in two or three significant figures, as in Age columns: `5d3h` (Go: duration.HumanDuration). */
export function humanDuration(milliseconds: number): string {
  const seconds = Math.trunc(milliseconds / SECOND);
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  if (seconds < 120) return `${String(seconds)}s`;
  const minutes = Math.trunc(milliseconds / MINUTE);
  if (minutes < 10) return pair(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return `${String(minutes)}m`;
  const hours = Math.trunc(milliseconds / HOUR);
  if (hours < 8) return pair(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${String(hours)}h`;
  const days = Math.trunc(hours / 24);
  if (days < 8) return pair(days, 'd', hours % 24, 'h');
  if (days < 2 * 365) return `${String(days)}d`;
  const years = Math.trunc(days / 365);
  if (years < 8) return pair(years, 'y', days % 365, 'd');
  return `${String(years)}y`;
}

/** Milliseconds in one unit: `5d` (Go: duration.ShortHumanDuration). */
export function shortHumanDuration(milliseconds: number): string {
  const seconds = Math.trunc(milliseconds / SECOND);
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  if (seconds < 60) return `${String(seconds)}s`;
  const minutes = Math.trunc(milliseconds / MINUTE);
  if (minutes < 60) return `${String(minutes)}m`;
  const hours = Math.trunc(milliseconds / HOUR);
  if (hours < 24) return `${String(hours)}h`;
  if (hours < 24 * 365) return `${String(Math.trunc(hours / 24))}d`;
  return `${String(Math.trunc(hours / 24 / 365))}y`;
}
