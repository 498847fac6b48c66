import { DurationError, parseDuration } from '../../../apimachinery/duration.js';
import { isV4, parseAddress, parseNetwork } from '../../../apimachinery/ip.js';
import { isEmail } from './email.js';
import { isRequestUri } from './request-uri.js';

/** Checks of string formats by normalised name (Go: kube-openapi strfmt). */
const FORMATS: ReadonlyMap<string, (text: string) => boolean> = new Map<string, (text: string) => boolean>([
  ['bsonobjectid', (text) => /^[0-9a-fA-F]{24}$/.test(text)],
  ['uri', isRequestUri],
  ['email', isEmail],
  ['hostname', isHostname],
  ['ipv4', (text) => text.includes('.') && parseAddress(text) !== undefined],
  ['ipv6', isIpv6],
  ['cidr', (text) => parseNetwork(text) !== undefined],
  ['mac', isMac],
  ['uuid', (text) => /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i.test(text)],
  ['uuid3', (text) => /^[0-9a-f]{8}-?[0-9a-f]{4}-?3[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i.test(text)],
  ['uuid4', (text) => /^[0-9a-f]{8}-?[0-9a-f]{4}-?4[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$/i.test(text)],
  ['uuid5', (text) => /^[0-9a-f]{8}-?[0-9a-f]{4}-?5[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$/i.test(text)],
  ['isbn', (text) => isIsbn10(text) || isIsbn13(text)],
  ['isbn10', isIsbn10],
  ['isbn13', isIsbn13],
  ['creditcard', isCreditCard],
  ['ssn', (text) => Buffer.byteLength(text) === 11 && /^[0-9]{3}[- ]?[0-9]{2}[- ]?[0-9]{4}$/.test(text)],
  ['hexcolor', (text) => /^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/.test(text)],
  ['rgbcolor', isRgbColor],
  ['byte', (text) => /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/.test(text)],
  ['password', () => true],
  ['date', isDate],
  ['duration', isDuration],
  ['datetime', isDateTime],
  ['k8sshortname', (text) => text.length <= 63 && isDashed(text)],
  ['k8slongname', (text) => text.length <= 253 && text.split('.').every(isDashed)],
]);

/** The check for a string format; undefined for formats that the server doesn't know, and ignores. */
export function formatCheck(format: string): ((text: string) => boolean) | undefined {
  return FORMATS.get(format.replaceAll('-', ''));
}

/** Whether the server knows a format for a type; others give a warning and no more. */
export function isKnownFormat(format: string, type: string): boolean {
  if (type === '' || type === 'string') return formatCheck(format) !== undefined;
  if (type === 'integer') return format === 'int32' || format === 'int64';
  return type === 'number' && (format === 'float' || format === 'double');
}

const HOST_START = /^[a-zA-Z0-9\p{S}\p{L}]/u;
const HOST_SINGLE = /^[a-zA-Z0-9\p{S}\p{L}](?:-?[a-zA-Z0-9\p{S}\p{L}]{0,62})?$/u;
const HOST_LABEL = /^[a-zA-Z0-9\p{S}\p{L}](?:[a-zA-Z0-9\-\p{S}\p{L}]{0,61}[a-zA-Z0-9\p{S}\p{L}])?$/u;
const HOST_TOP = /^[a-zA-Z\p{L}]{2,63}$/u;

/** RFC 1034 with symbols and letters of all scripts, as kube-openapi has it. */
function isHostname(text: string): boolean {
  if (Buffer.byteLength(text) > 255 || !HOST_START.test(text)) return false;
  const labels = text.split('.');
  if (labels.some((label) => Buffer.byteLength(label) > 63)) return false;
  if (labels.length === 1) return HOST_SINGLE.test(text);
  return HOST_TOP.test(labels[labels.length - 1] ?? '') && labels.slice(0, -1).every((label) => HOST_LABEL.test(label));
}

/** Strict, as net.ParseIP: no leading zeros. */
function isIpv6(text: string): boolean {
  if (!text.includes(':')) return false;
  const address = parseAddress(text);
  return address !== undefined && !address.leadingZeros && (address.v6 || isV4(address));
}

const MAC_LENGTHS: ReadonlySet<number> = new Set([6, 8, 20]);

/** Go's net.ParseMAC: octets by colons or dashes, or groups of four digits by dots. */
function isMac(text: string): boolean {
  const separator = text[2] === ':' || text[2] === '-' ? text[2] : '.';
  const groups = text.split(separator);
  const size = separator === '.' ? 4 : 2;
  const octets = (groups.length * size) / 2;
  return MAC_LENGTHS.has(octets) && groups.every((group) => group.length === size && /^[0-9a-fA-F]+$/.test(group));
}

function isIsbn10(text: string): boolean {
  const digits = text.replace(/[\t\n\f\r -]+/g, '');
  if (!/^(?:[0-9]{9}X|[0-9]{10})$/.test(digits)) return false;
  let sum = 0;
  for (let i = 0; i < 10; i++) sum += (i + 1) * (digits[i] === 'X' ? 10 : Number(digits[i]));
  return sum % 11 === 0;
}

function isIsbn13(text: string): boolean {
  const digits = text.replace(/[\t\n\f\r -]+/g, '');
  if (!/^[0-9]{13}$/.test(digits)) return false;
  let sum = 0;
  for (let i = 0; i < 12; i++) sum += (i % 2 === 0 ? 1 : 3) * Number(digits[i]);
  return Number(digits[12]) === (10 - (sum % 10)) % 10;
}

const CREDIT_CARD =
  /^(?:4[0-9]{12}(?:[0-9]{3})?|5[1-5][0-9]{14}|6(?:011|5[0-9][0-9])[0-9]{12}|3[47][0-9]{13}|3(?:0[0-5]|[68][0-9])[0-9]{11}|(?:2131|1800|35[0-9]{3})[0-9]{11})$/;

function isCreditCard(text: string): boolean {
  const digits = text.replace(/[^0-9]+/g, '');
  if (!CREDIT_CARD.test(digits)) return false;
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled >= 10 ? (doubled % 10) + 1 : doubled;
  }
  return sum % 10 === 0;
}

function isRgbColor(text: string): boolean {
  const parts = /^rgb\(([^()]*)\)$/.exec(text)?.[1]?.split(',');
  // 1\d\d? and [1-9]\d? let 100 to 199 through, and 200 to 255.
  return (
    parts?.length === 3 &&
    parts.every((part) => /^(?:0|[1-9][0-9]?|1[0-9][0-9]?|2[0-4][0-9]|25[0-5])$/.test(part.replace(/^[\t\n\f\r ]+|[\t\n\f\r ]+$/g, '')))
  );
}

/** A day that exists, as `2006-01-02`. */
function isDate(text: string): boolean {
  const [, year, month, day] = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/.exec(text) ?? [];
  if (year === undefined) return false;
  const m = Number(month);
  const d = Number(day);
  return m >= 1 && m <= 12 && d >= 1 && d <= daysOf(Number(year), m);
}

function daysOf(year: number, month: number): number {
  if (month !== 2) return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
}

const TIME_OF_DAY = /^([0-9]{2}):([0-9]{2}):([0-9]{2})(.[0-9]+)?(z|([+-][0-9]{2}:[0-9]{2}))$/;

function isDateTime(text: string): boolean {
  if (text.length < 4) return false;
  const [date = '', time] = text.toLowerCase().split('t');
  if (time === undefined || !isDate(date)) return false;
  const [, hour = '', minute = '', second = ''] = TIME_OF_DAY.exec(time) ?? [];
  return hour !== '' && hour <= '23' && minute <= '59' && second <= '59';
}

/** Nanoseconds of units by their names, the last of which may be longer: `days`, `seconds`. */
const UNITS: readonly (readonly [bigint, ...(readonly string[])])[] = [
  [1n, 'ns', 'nano'],
  [1_000n, 'us', 'µs', 'micro'],
  [1_000_000n, 'ms', 'milli'],
  [1_000_000_000n, 's', 'sec'],
  [60_000_000_000n, 'm', 'min'],
  [3_600_000_000_000n, 'h', 'hr', 'hour'],
  [86_400_000_000_000n, 'd', 'day'],
  [604_800_000_000_000n, 'w', 'wk', 'week'],
];

/** Nanoseconds of one of Go's durations, or Scala's such as `3 days`; undefined for other texts (Go: strfmt.ParseDuration). */
export function looseDuration(text: string): bigint | undefined {
  try {
    return parseDuration(text);
  } catch (error) {
    if (!(error instanceof DurationError)) throw error;
  }
  let total: bigint | undefined;
  for (const [, digits = '', name = ''] of text.matchAll(/([0-9]+)[\t\n\f\r ]*([A-Za-zµ]+)/g)) {
    if (digits.length > 18 && BigInt(digits) >= 2n ** 63n) return undefined;
    const unit = unitOf(name.toLowerCase());
    if (unit !== undefined) total = BigInt.asIntN(64, (total ?? 0n) + BigInt(digits) * unit);
  }
  return total;
}

function unitOf(name: string): bigint | undefined {
  return UNITS.find(([, ...names]) => names.includes(name) || name.startsWith(names[names.length - 1] ?? ''))?.[0];
}

function isDuration(text: string): boolean {
  return looseDuration(text) !== undefined;
}

/** Lower-case letters and digits, with dashes in between. */
function isDashed(text: string): boolean {
  return /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/.test(text);
}
