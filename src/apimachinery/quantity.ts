/**
 * Fixed-point amounts such as `100m`, `16Mi` or `1e3` (Go:
 * k8s.io/apimachinery/pkg/api/resource). Exact at any precision: a number
 * while the unscaled value is a safe integer, a BigInt beyond that.
 */

/** Which family of suffixes a quantity was written in, and is printed in. */
export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

/** Thrown by `parseQuantity`; the message is the real server's. */
export class QuantityError extends Error {
  override readonly name = 'QuantityError';
}

const FORMAT_WRONG = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const NUMERIC_WRONG = 'unable to parse numeric part of quantity';
const SUFFIX_WRONG = "unable to parse quantity's suffix";

const DECIMAL_SUFFIXES: readonly (readonly [string, number])[] = [
  ['n', -9],
  ['u', -6],
  ['m', -3],
  ['', 0],
  ['k', 3],
  ['M', 6],
  ['G', 9],
  ['T', 12],
  ['P', 15],
  ['E', 18],
];
const BINARY_SUFFIXES: readonly (readonly [string, number])[] = [
  ['Ki', 10],
  ['Mi', 20],
  ['Gi', 30],
  ['Ti', 40],
  ['Pi', 50],
  ['Ei', 60],
];
const DECIMAL_EXPONENT_OF = new Map(DECIMAL_SUFFIXES);
const BINARY_EXPONENT_OF = new Map(BINARY_SUFFIXES);
const DECIMAL_SUFFIX_OF = new Map(DECIMAL_SUFFIXES.map(([suffix, exponent]) => [exponent, suffix]));
const BINARY_SUFFIX_OF = new Map(BINARY_SUFFIXES.map(([suffix, exponent]) => [exponent, suffix]));

const NANO = -9;
/** The most decimal digits that any int64 can hold. */
const INT64_DIGITS = 18;
const MAX_INT64 = 2n ** 63n - 1n;
const MIN_INT64 = -(2n ** 63n);
/**
 * Above this distance of exponents two amounts are not brought to one scale:
 * `1e2147483647` is legal and must not allocate gigabytes.
 */
const MAX_SHIFT = 4096;

/** An integer: a number when it is a safe one, else a BigInt. */
type Int = number | bigint;

function small(value: bigint): Int {
  return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value;
}

function fitsInt64(value: Int): boolean {
  return typeof value === 'number' || (value >= MIN_INT64 && value <= MAX_INT64);
}

function isZeroInt(value: Int): boolean {
  return typeof value === 'number' ? value === 0 : value === 0n;
}

function shiftLeft(value: Int, digits: number): Int {
  if (digits === 0) return value;
  if (typeof value === 'number' && digits <= 15) {
    const product = value * 10 ** digits;
    if (Number.isSafeInteger(product)) return product;
  }
  return small(BigInt(value) * 10n ** BigInt(digits));
}

/** Divides by 10^digits, rounding away from zero. */
function shiftRight(value: Int, digits: number): { readonly value: Int; readonly exact: boolean } {
  if (isZeroInt(value)) return { value: 0, exact: true };
  if (typeof value === 'number' && digits <= 15) {
    const divisor = 10 ** digits;
    const rest = value % divisor;
    const whole = (value - rest) / divisor;
    return rest === 0 ? { value: whole, exact: true } : { value: whole + Math.sign(value), exact: false };
  }
  const big = BigInt(value);
  if (digits > digitCount(value)) return { value: big < 0n ? -1 : 1, exact: false };
  const divisor = 10n ** BigInt(digits);
  const rest = big % divisor;
  const whole = big / divisor;
  if (rest === 0n) return { value: small(whole), exact: true };
  return { value: small(whole + (big < 0n ? -1n : 1n)), exact: false };
}

function digitCount(value: Int): number {
  const text = value.toString();
  return text.startsWith('-') ? text.length - 1 : text.length;
}

/** The digits of a value without the zeros at their end, which are counted. */
function stripTens(value: Int): { readonly digits: string; readonly tens: number } {
  const text = value.toString();
  let end = text.length;
  while (end > 1 && text.charCodeAt(end - 1) === 0x30) end--;
  return { digits: end === text.length ? text : text.slice(0, end), tens: text.length - end };
}

/** An immutable amount. */
export class Quantity {
  private constructor(
    private readonly unscaled: Int,
    /** The amount is `unscaled` × 10^`scale`. */
    private readonly scale: number,
    readonly format: QuantityFormat,
    /**
     * True where the real server keeps an arbitrary-precision decimal instead
     * of an int64 with a scale; CEL's `isInteger` can tell.
     */
    private readonly decimal: boolean,
    private text: string | undefined,
  ) {}

  static readonly ZERO = new Quantity(0, 0, 'DecimalSI', false, '0');

  /** `value` × 10^`scale`. The value must be a safe integer or a BigInt. */
  static of(value: number | bigint, scale = 0, format: QuantityFormat = 'DecimalSI'): Quantity {
    const unscaled = typeof value === 'bigint' ? small(value) : value;
    return new Quantity(unscaled, scale, format, !fitsInt64(unscaled), undefined);
  }

  /** Parses what a user wrote. Throws QuantityError with the real server's text. */
  static parse(text: string): Quantity {
    if (text === '') throw new QuantityError(FORMAT_WRONG);
    if (text === '0') return Quantity.ZERO;

    const parts = split(text);
    const { base, exponent, format } = interpretSuffix(parts.suffix);
    const digits = parts.whole.length + parts.fraction.length;

    let precision: number;
    let multiplier = 1n;
    if (base === 10) {
      precision = INT64_DIGITS - digits;
    } else if (parts.fraction === '') {
      precision = 15 - parts.whole.length - Math.trunc((exponent * 3) / 10) - 1;
      multiplier = 1n << BigInt(exponent);
    } else {
      precision = -1;
    }

    if (precision >= 0) {
      const scale = (base === 10 ? exponent : 0) - parts.fraction.length;
      if (scale >= NANO) {
        const shifted = parts.whole + parts.fraction;
        const mantissa = BigInt(shifted);
        const product = mantissa * multiplier;
        if (product <= MAX_INT64) {
          const canonical =
            format === 'BinarySI' ? (mantissa & 7n) !== 0n : scale % 3 === 0 && !shifted.endsWith('000') && shifted[0] !== '0';
          return new Quantity(small(parts.positive ? product : -product), scale, format, false, canonical ? text : undefined);
        }
      }
    }
    return Quantity.parseExact(parts, base, exponent, format);
  }

  /** The slow road: too long, too small or fractional binary amounts. */
  private static parseExact(parts: QuantityParts, base: 2 | 10, exponent: number, format: QuantityFormat): Quantity {
    if (!parts.anyDigit) throw new QuantityError(NUMERIC_WRONG);
    let unscaled: Int = small(BigInt(parts.whole + parts.fraction));
    let scale = -parts.fraction.length;
    if (base === 10) scale += exponent;
    else unscaled = small(BigInt(unscaled) << BigInt(exponent));

    if (scale < NANO) {
      unscaled = shiftRight(unscaled, NANO - scale).value;
      scale = NANO;
    }
    let amount = new Quantity(unscaled, scale, format, true, undefined);
    if (format === 'BinarySI') {
      if (amount.compare(MAX_BINARY) > 0) amount = new Quantity(MAX_INT64, 0, format, true, undefined);
      else if (amount.sign() > 0 && amount.compare(ONE) < 0) amount = new Quantity(unscaled, scale, 'DecimalSI', true, undefined);
    }
    return parts.positive ? amount : amount.neg();
  }

  sign(): -1 | 0 | 1 {
    return this.unscaled > 0 ? 1 : this.unscaled < 0 ? -1 : 0;
  }

  isZero(): boolean {
    return isZeroInt(this.unscaled);
  }

  compare(other: Quantity): -1 | 0 | 1 {
    if (this.scale === other.scale) return order(this.unscaled, other.unscaled);
    const sign = this.sign();
    const otherSign = other.sign();
    if (sign !== otherSign || sign === 0) return order(sign, otherSign);
    // Position of the leading digit: decides unless both agree, and then the shift is bounded by the digits.
    const magnitude = digitCount(this.unscaled) + this.scale;
    const otherMagnitude = digitCount(other.unscaled) + other.scale;
    if (magnitude !== otherMagnitude) return (magnitude < otherMagnitude ? -sign : sign) as -1 | 1;
    const scale = Math.min(this.scale, other.scale);
    return order(shiftLeft(this.unscaled, this.scale - scale), shiftLeft(other.unscaled, other.scale - scale));
  }

  equals(other: Quantity): boolean {
    return this.compare(other) === 0;
  }

  /** The sum; a zero takes the other's format. */
  add(other: Quantity): Quantity {
    const format = this.isZero() ? other.format : this.format;
    if (other.isZero()) return new Quantity(this.unscaled, this.scale, format, this.decimal || other.decimal, undefined);
    if (this.isZero()) return new Quantity(other.unscaled, other.scale, format, this.decimal || other.decimal, undefined);
    if (Math.abs(this.scale - other.scale) > MAX_SHIFT) {
      // The lesser amount is far below the last digit of the greater one.
      const greater = this.scale > other.scale ? this : other;
      return new Quantity(greater.unscaled, greater.scale, format, true, undefined);
    }
    const scale = Math.min(this.scale, other.scale);
    const left = shiftLeft(this.unscaled, this.scale - scale);
    const right = shiftLeft(other.unscaled, other.scale - scale);
    const sum = typeof left === 'number' && typeof right === 'number' ? left + right : undefined;
    const exact = sum !== undefined && Number.isSafeInteger(sum) ? sum : small(BigInt(left) + BigInt(right));
    const decimal = this.decimal || other.decimal || !fitsInt64(left) || !fitsInt64(right) || !fitsInt64(exact);
    return new Quantity(exact, scale, format, decimal, undefined);
  }

  /** The difference; a zero takes the other's format. */
  sub(other: Quantity): Quantity {
    return this.add(other.neg());
  }

  neg(): Quantity {
    const unscaled = typeof this.unscaled === 'number' ? (this.unscaled === 0 ? 0 : -this.unscaled) : -this.unscaled;
    return new Quantity(unscaled, this.scale, this.format, this.decimal, undefined);
  }

  /** The product with an integer. */
  mul(factor: number | bigint): Quantity {
    const product = small(BigInt(this.unscaled) * BigInt(factor));
    return new Quantity(product, this.scale, this.format, this.decimal || !fitsInt64(product), undefined);
  }

  /** The same amount at a scale of at least `scale`, rounded away from zero (-3 keeps thousandths). */
  roundUp(scale: number): Quantity {
    if (this.scale >= scale) return this;
    const { value } = shiftRight(this.unscaled, scale - this.scale);
    return new Quantity(value, scale, this.format, this.decimal, undefined);
  }

  /** In units of 10^scale, rounded away from zero. Beyond 2^53 the nearest double. */
  scaledValue(scale: number): number {
    if (this.scale < scale) return Number(shiftRight(this.unscaled, scale - this.scale).value);
    const shift = this.scale - scale;
    if (shift > 308) return this.sign() * Infinity;
    return Number(shiftLeft(this.unscaled, shift));
  }

  /** Whole units, rounded away from zero: bytes, cores, pods. */
  value(): number {
    return this.scaledValue(0);
  }

  /** Thousandths, rounded away from zero: millicores. */
  milliValue(): number {
    return this.scaledValue(-3);
  }

  /** Go's AsInt64: undefined unless the server holds an int64 without fraction or overflow. */
  asInt64(): bigint | undefined {
    if (this.decimal || this.scale < 0) return undefined;
    if (this.isZero()) return 0n;
    if (this.scale > INT64_DIGITS) return undefined;
    const value = BigInt(shiftLeft(this.unscaled, this.scale));
    return fitsInt64(value) ? value : undefined;
  }

  /** The nearest double that Go's AsApproximateFloat64 gives. */
  approximateNumber(): number {
    const base = Number(this.unscaled);
    return this.scale === 0 ? base : base * 10 ** this.scale;
  }

  /** The canonical form; a parsed text that counts as canonical is kept as it was written. */
  toString(): string {
    return (this.text ??= this.print());
  }

  toJSON(): string {
    return this.toString();
  }

  /** Undefined if there is a fraction (or the number is too long to write out). */
  private asWhole(): bigint | undefined {
    if (this.scale > MAX_SHIFT) return undefined;
    if (this.scale >= 0) return BigInt(shiftLeft(this.unscaled, this.scale));
    const { value, exact } = shiftRight(this.unscaled, -this.scale);
    return exact ? BigInt(value) : undefined;
  }

  private print(): string {
    if (this.isZero()) return '0';
    if (this.format === 'BinarySI' && (this.compare(MINUS_KIBI) <= 0 || this.compare(KIBI) >= 0)) {
      const whole = this.asWhole();
      if (whole !== undefined) return printBinary(whole);
    }
    const stripped = stripTens(this.unscaled);
    let exponent = this.scale + stripped.tens;
    const excess = ((exponent % 3) + 3) % 3;
    exponent -= excess;
    const number = stripped.digits + '0'.repeat(excess);
    if (this.format === 'DecimalExponent') return exponent === 0 ? number : `${number}e${String(exponent)}`;
    // The real server prints no suffix where it has none for the exponent (1000E).
    return number + (DECIMAL_SUFFIX_OF.get(exponent) ?? '');
  }
}

const ONE = Quantity.of(1);
const KIBI = Quantity.of(1024);
const MINUS_KIBI = Quantity.of(-1024);
const MAX_BINARY = Quantity.of(MAX_INT64);

function order(a: Int, b: Int): -1 | 0 | 1 {
  return a < b ? -1 : a > b ? 1 : 0;
}

function printBinary(value: bigint): string {
  let rest = value;
  let exponent = 0;
  while (rest !== 0n && rest % 1024n === 0n) {
    rest /= 1024n;
    exponent += 10;
  }
  return rest.toString() + (BINARY_SUFFIX_OF.get(exponent) ?? '');
}

interface QuantityParts {
  readonly positive: boolean;
  /** Digits before the point without leading zeros; `0` if there are none. */
  readonly whole: string;
  readonly fraction: string;
  readonly suffix: string;
  /** False for forms such as `.` or `-`, which count as 0 but have no number. */
  readonly anyDigit: boolean;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function skipDigits(text: string, from: number): number {
  let at = from;
  while (at < text.length && isDigit(text.charCodeAt(at))) at++;
  return at;
}

/** Splits sign, digits and suffix as leniently as the server's scanner does. */
function split(text: string): QuantityParts {
  const first = text.charCodeAt(0);
  const positive = first !== 0x2d;
  const start = positive && first !== 0x2b ? 0 : 1;
  let at = start;
  while (at < text.length && text.charCodeAt(at) === 0x30) at++;
  if (at === text.length) return { positive, whole: '0', fraction: '', suffix: '', anyDigit: true };

  const wholeEnd = skipDigits(text, at);
  const whole = wholeEnd === at ? '0' : text.slice(at, wholeEnd);
  let end = wholeEnd;
  let fraction = '';
  if (text.charCodeAt(end) === 0x2e) {
    end = skipDigits(text, wholeEnd + 1);
    fraction = text.slice(wholeEnd + 1, end);
  }
  return { positive, whole, fraction, suffix: scanSuffix(text, end), anyDigit: wholeEnd > start || fraction !== '' };
}

function scanSuffix(text: string, from: number): string {
  let at = from;
  while (at < text.length && SUFFIX_LETTERS.includes(text.charAt(at))) at++;
  if (at < text.length && (text[at] === '-' || text[at] === '+')) at++;
  if (skipDigits(text, at) !== text.length) throw new QuantityError(FORMAT_WRONG);
  return text.slice(from);
}

const SUFFIX_LETTERS = 'eEinumkKMGTP';

function interpretSuffix(suffix: string): { readonly base: 2 | 10; readonly exponent: number; readonly format: QuantityFormat } {
  const decimal = DECIMAL_EXPONENT_OF.get(suffix);
  if (decimal !== undefined) return { base: 10, exponent: decimal, format: 'DecimalSI' };
  const binary = BINARY_EXPONENT_OF.get(suffix);
  if (binary !== undefined) return { base: 2, exponent: binary, format: 'BinarySI' };
  if (!/^[eE][-+]?[0-9]+$/.test(suffix)) throw new QuantityError(SUFFIX_WRONG);
  const digits = suffix.replace(/^[eE]\+?/, '');
  const parsed = digits.length > 20 && !/^-?0*[0-9]{1,19}$/.test(digits) ? undefined : BigInt(digits);
  if (parsed === undefined || !fitsInt64(parsed)) throw new QuantityError(SUFFIX_WRONG);
  // The server keeps the low 32 bits of the exponent.
  return { base: 10, exponent: Number(BigInt.asIntN(32, parsed)), format: 'DecimalExponent' };
}

/** Parses what a user wrote. Throws QuantityError with the real server's text. */
export function parseQuantity(text: string): Quantity {
  return Quantity.parse(text);
}

/** What a user wrote as a quantity, if it is one. */
export function quantityIn(text: string): Quantity | undefined {
  try {
    return Quantity.parse(text);
  } catch (error) {
    if (error instanceof QuantityError) return undefined;
    throw error;
  }
}

/** A quantity in JSON: a string, blanks around it allowed, or a number. */
export function parseQuantityJson(value: string | number): Quantity {
  return Quantity.parse(typeof value === 'number' ? String(value) : value.trim());
}

/**
 * The text that the server stores and returns for a quantity. The usual forms
 * (`100m`, `16Mi`, `1`) are recognised without parsing.
 */
export function canonicalQuantity(value: string | number): string {
  if (typeof value === 'string' && isPlainlyCanonical(value)) return value;
  return parseQuantityJson(value).toString();
}

function isPlainlyCanonical(text: string): boolean {
  const length = text.length;
  const first = text.charCodeAt(0);
  if (first < 0x31 || first > 0x39) return text === '0';
  let at = 1;
  let number = first - 0x30;
  for (; at < length; at++) {
    const code = text.charCodeAt(at);
    if (!isDigit(code)) break;
    number = number * 10 + code - 0x30;
  }
  if (at > 6) return false;
  switch (length - at) {
    case 0:
      return number % 1000 !== 0;
    case 1:
      return 'mkMGTP'.includes(text.charAt(at)) && number % 1000 !== 0;
    case 2:
      return text[at + 1] === 'i' && 'KMGT'.includes(text.charAt(at)) && number % 1024 !== 0;
    default:
      return false;
  }
}
