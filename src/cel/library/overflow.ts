import { CelError, Duration, Timestamp, type CelValue } from '../values/value.js';

export const MAX_INT64 = (1n << 63n) - 1n;
const MAX_UINT64 = (1n << 64n) - 1n;
const INT_OVERFLOW = new CelError('integer overflow');
const UINT_OVERFLOW = new CelError('unsigned integer overflow');
const TIMESTAMP_OVERFLOW = new CelError('timestamp overflow');
/** 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z in seconds: beyond are no timestamps. */
const FIRST_SECOND = -62135596800n;
const LAST_SECOND = 253402300799n;

export function inInt64(value: bigint): CelValue {
  return value > MAX_INT64 || value < -MAX_INT64 - 1n ? INT_OVERFLOW : value;
}

export function inUint64(value: bigint): CelValue {
  return value > MAX_UINT64 || value < 0n ? UINT_OVERFLOW : value;
}

/** cel-go has a text for durations, too, but never uses it. */
export function inDuration(nanos: bigint): CelValue {
  return nanos > MAX_INT64 || nanos < -MAX_INT64 - 1n ? INT_OVERFLOW : new Duration(nanos);
}

/** `offset`: as in `Timestamp`. */
export function inTimestamp(nanos: bigint, offset = 0): CelValue {
  const beyond = nanos < FIRST_SECOND * 1_000_000_000n || nanos >= (LAST_SECOND + 1n) * 1_000_000_000n;
  return beyond ? TIMESTAMP_OVERFLOW : new Timestamp(nanos, offset);
}
