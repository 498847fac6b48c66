import { goFloat } from '../../apimachinery/go-format.js';
import { parseDuration } from '../../apimachinery/duration.js';
import { parseInt64, parseUint64 } from '../../apimachinery/strconv.js';
import { parseInstant } from '../../apimachinery/time.js';
import { free, type Implementation, type Library } from '../types/functions.js';
import { BOOL, BYTES, DOUBLE, DURATION, DYN, INT, param, STRING, TIMESTAMP, typeOf, UINT, type CelType } from '../types/type.js';
import { Bytes } from '../values/bytes.js';
import { durationText, timestampText } from '../values/text.js';
import { CelError, Duration, Timestamp, typeOfValue, Uint, type CelValue } from '../values/value.js';
import { inInt64, inTimestamp, inUint64, MAX_INT64 } from './overflow.js';

const SECOND = 1_000_000_000n;

function conversionError(value: CelValue, to: CelType): CelError {
  return new CelError(`type conversion error from '${typeOfValue(value).name}' to '${to.name}'`);
}

function toBool(value: CelValue): CelValue {
  if (typeof value === 'boolean') return value;
  // Go: strconv.ParseBool
  if (typeof value === 'string') {
    if (/^(?:1|t|T|TRUE|true|True)$/.test(value)) return true;
    if (/^(?:0|f|F|FALSE|false|False)$/.test(value)) return false;
  }
  return conversionError(value, BOOL);
}

function toBytes(value: CelValue): CelValue {
  if (value instanceof Bytes) return value;
  return typeof value === 'string' ? new Bytes(Buffer.from(value)) : conversionError(value, BYTES);
}

const FLOAT = /^[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|(?:[iI][nN][fF](?:[iI][nN][iI][tT][yY])?))$|^[nN][aA][nN]$/;

function toDouble(value: CelValue): CelValue {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Uint) return Number(value.value);
  if (typeof value === 'string' && FLOAT.test(value)) {
    if (/inf/i.test(value)) return value.startsWith('-') ? -Infinity : Infinity;
    return /nan/i.test(value) ? NaN : finite(Number(value), value);
  }
  return conversionError(value, DOUBLE);
}

function finite(number: number, value: CelValue): CelValue {
  return Number.isFinite(number) ? number : conversionError(value, DOUBLE);
}

function toInt(value: CelValue): CelValue {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return doubleToInteger(value, inInt64, 'integer overflow');
  if (value instanceof Uint) return inInt64(value.value);
  if (value instanceof Timestamp) return floorDivide(value.nanos, SECOND);
  if (value instanceof Duration) return value.nanos;
  if (typeof value === 'string') {
    const parsed = parseInt64(value);
    if (typeof parsed === 'bigint') return parsed;
  }
  return conversionError(value, INT);
}

/** cel-go takes a double for an integer only strictly within the bounds of int64. */
function doubleToInteger(value: number, check: (value: bigint) => CelValue, overflow: string): CelValue {
  if (!Number.isFinite(value)) return new CelError(overflow);
  const whole = BigInt(Math.trunc(value));
  return check === inInt64 && (whole >= MAX_INT64 || whole <= -MAX_INT64 - 1n) ? new CelError(overflow) : check(whole);
}

function toUint(value: CelValue): CelValue {
  if (value instanceof Uint) return value;
  if (typeof value === 'bigint') return asUint(inUint64(value));
  if (typeof value === 'number') return asUint(doubleToInteger(value, inUint64, 'unsigned integer overflow'));
  if (typeof value === 'string') {
    const parsed = parseUint64(value);
    if (typeof parsed === 'bigint') return new Uint(parsed);
  }
  return conversionError(value, UINT);
}

function asUint(value: CelValue): CelValue {
  return typeof value === 'bigint' ? new Uint(value) : value;
}

/** `string(value)` */
export function toText(value: CelValue): CelValue {
  switch (typeof value) {
    case 'string':
      return value;
    case 'boolean':
    case 'bigint':
      return String(value);
    case 'number':
      return goFloat(value);
    default:
      return objectToText(value);
  }
}

function objectToText(value: CelValue): CelValue {
  if (value instanceof Uint) return value.value.toString();
  if (value instanceof Bytes) {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value.data);
    } catch {
      return new CelError('invalid UTF-8 in bytes, cannot convert to string');
    }
  }
  if (value instanceof Timestamp) return timestampText(value);
  if (value instanceof Duration) return durationText(value.nanos);
  return conversionError(value, STRING);
}

/** `timestamp(value)`; integers are seconds. */
export function toTimestamp(value: CelValue): CelValue {
  if (value instanceof Timestamp) return value;
  if (typeof value === 'bigint') return inTimestamp(value * SECOND);
  if (typeof value !== 'string') return conversionError(value, TIMESTAMP);
  try {
    const { seconds, nanos, offset } = parseInstant(value);
    return inTimestamp(BigInt(seconds) * SECOND + BigInt(nanos), offset);
  } catch {
    return conversionError(value, TIMESTAMP);
  }
}

/** `duration(value)`; from integers there is none, although the checker lets them through. */
export function toDuration(value: CelValue): CelValue {
  if (value instanceof Duration) return value;
  if (typeof value !== 'string') return conversionError(value, DURATION);
  try {
    return new Duration(parseDuration(value));
  } catch {
    return conversionError(value, DURATION);
  }
}

/** Rounded down. */
export function floorDivide(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  return value % by < 0n ? quotient - 1n : quotient;
}

function conversions(to: CelType, convert: Implementation, from: readonly (readonly [string, CelType])[]): Library[string] {
  return from.map(([id, type]) => free(id, [type], to, convert));
}

const A = param('A');

export const CONVERSIONS: Library = {
  type: [free('type', [A], typeOf(A), (value) => typeOfValue(value))],
  bool: conversions(BOOL, toBool, [
    ['bool_to_bool', BOOL],
    ['string_to_bool', STRING],
  ]),
  bytes: conversions(BYTES, toBytes, [
    ['bytes_to_bytes', BYTES],
    ['string_to_bytes', STRING],
  ]),
  double: conversions(DOUBLE, toDouble, [
    ['double_to_double', DOUBLE],
    ['int64_to_double', INT],
    ['string_to_double', STRING],
    ['uint64_to_double', UINT],
  ]),
  duration: conversions(DURATION, toDuration, [
    ['duration_to_duration', DURATION],
    ['int64_to_duration', INT],
    ['string_to_duration', STRING],
  ]),
  dyn: [free('to_dyn', [A], DYN, (value) => value)],
  int: conversions(INT, toInt, [
    ['int64_to_int64', INT],
    ['double_to_int64', DOUBLE],
    ['duration_to_int64', DURATION],
    ['string_to_int64', STRING],
    ['timestamp_to_int64', TIMESTAMP],
    ['uint64_to_int64', UINT],
  ]),
  string: conversions(STRING, toText, [
    ['string_to_string', STRING],
    ['bool_to_string', BOOL],
    ['bytes_to_string', BYTES],
    ['double_to_string', DOUBLE],
    ['duration_to_string', DURATION],
    ['int64_to_string', INT],
    ['timestamp_to_string', TIMESTAMP],
    ['uint64_to_string', UINT],
  ]),
  timestamp: conversions(TIMESTAMP, toTimestamp, [
    ['timestamp_to_timestamp', TIMESTAMP],
    ['int64_to_timestamp', INT],
    ['string_to_timestamp', STRING],
  ]),
  uint: conversions(UINT, toUint, [
    ['uint64_to_uint64', UINT],
    ['double_to_uint64', DOUBLE],
    ['int64_to_uint64', INT],
    ['string_to_uint64', STRING],
  ]),
};
