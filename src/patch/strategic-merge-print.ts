import type { JsonValue } from '../schema/type.js';

/**
 * A JSON value as Go's fmt prints it with `%v` (and `%+v`), which is how errors
 * about strategic merge patches show maps: `map[a:1 b:[x y] c:<nil>]`, keys
 * sorted. Whole numbers print as int64 as far as they fit.
 */
export function goMapString(value: JsonValue | undefined): string {
  return print(value, 'v');
}

/** The same for `%s`, which marks what is no string: `%!s(int64=5)`. */
export function goStringVerb(value: JsonValue | undefined): string {
  return value === null || value === undefined ? '%!s(<nil>)' : print(value, 's');
}

function print(value: JsonValue | undefined, verb: 'v' | 's'): string {
  if (typeof value === 'string') return value;
  if (value === undefined || value === null) return '<nil>';
  if (typeof value === 'boolean') return verb === 'v' ? String(value) : `%!s(bool=${String(value)})`;
  if (typeof value === 'number') {
    return verb === 'v' ? goNumber(value) : `%!s(${isInt64(value) ? 'int64' : 'float64'}=${goNumber(value)})`;
  }
  if (Array.isArray(value)) return `[${value.map((item) => print(item, verb)).join(' ')}]`;
  const keys = Object.keys(value).filter((key) => value[key] !== undefined);
  return `map[${keys
    .sort()
    .map((key) => `${key}:${print(value[key], verb)}`)
    .join(' ')}]`;
}

/** Go's reflect.Type of a decoded JSON value, as errors name it. */
export function goValueType(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return '%!s(<nil>)';
  if (Array.isArray(value)) return '[]interface {}';
  if (typeof value === 'object') return 'map[string]interface {}';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return isInt64(value) ? 'int64' : 'float64';
  return 'string';
}

/** 2^63: the decoder keeps whole numbers below it as int64. */
const INT64_END = 9223372036854775808;

/** Would the decoder keep this number as an int64? */
export function isInt64(value: number): boolean {
  return Number.isInteger(value) && value < INT64_END && value >= -INT64_END;
}

/** int64 in digits; float64 as `%v` does, with an exponent below 1e-4 and from 1e6 on. */
function goNumber(value: number): string {
  if (isInt64(value)) return Object.is(value, -0) ? '0' : BigInt(value).toString();
  const [digits = '', exponent = '0'] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(value);
  return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}
