import { compareKeys } from '../../schema/sort-keys.js';
import { CelType } from '../types/type.js';
import { Bytes } from './bytes.js';
import { CelError, CelList, CelMap, CelObject, Duration, noSuchOverload, Optional, Timestamp, Uint, type CelValue } from './value.js';

/** A number of any of the three types; undefined for the rest. */
export function numberOf(value: CelValue): bigint | number | undefined {
  if (typeof value === 'bigint' || typeof value === 'number') return value;
  return value instanceof Uint ? value.value : undefined;
}

/** `a == b`: values of different types differ, but numbers are compared by what they are (cel-spec: Equality). */
export function equal(a: CelValue, b: CelValue): CelValue {
  if (a === b) return typeof a !== 'number' || !Number.isNaN(a);
  const left = numberOf(a);
  if (left !== undefined) {
    const right = numberOf(b);
    return right !== undefined && left == right;
  }
  if (typeof a !== 'object' || a === null) return false;
  if (b === null) return false;
  return equalObjects(a, b);
}

function equalObjects(a: CelValue & object, b: CelValue): CelValue {
  if (a instanceof CelError) return a;
  if (b instanceof CelError) return b;
  if (a instanceof CelList) return b instanceof CelList && equalLists(a, b);
  if (a instanceof CelMap) return b instanceof CelMap && equalMaps(a, b);
  if (a instanceof CelObject) return a.equals(b);
  if (a instanceof Bytes) return b instanceof Bytes && a.equals(b);
  if (a instanceof Timestamp) return b instanceof Timestamp && a.nanos === b.nanos;
  if (a instanceof Duration) return b instanceof Duration && a.nanos === b.nanos;
  if (a instanceof CelType) return b instanceof CelType && a.name === b.name;
  if (a instanceof Optional) {
    if (!(b instanceof Optional)) return false;
    return a.value === undefined || b.value === undefined ? a.value === b.value : equal(a.value, b.value);
  }
  return false;
}

function equalLists(a: CelList, b: CelList): CelValue {
  const own = a.equalTo(b);
  if (own !== undefined) return own;
  if (a.size !== b.size) return false;
  for (let i = 0; i < a.size; i++) {
    const same = equal(a.at(i), b.at(i));
    if (same !== true) return same;
  }
  return true;
}

function equalMaps(a: CelMap, b: CelMap): CelValue {
  const own = a.equalTo(b);
  if (own !== undefined) return own;
  if (a.size !== b.size) return false;
  for (const key of a.keys()) {
    const other = b.find(key);
    if (other === undefined) return false;
    const same = equal(a.find(key) as CelValue, other);
    if (same !== true) return same;
  }
  return true;
}

/** Order of two values of one ordered type, or of two numbers: negative, 0 or positive; an error for all else. */
export function compare(a: CelValue, b: CelValue): number | CelError {
  const left = numberOf(a);
  if (left !== undefined) {
    const right = numberOf(b);
    if (right === undefined) return noSuchOverload(a, b);
    if (Number.isNaN(left) || Number.isNaN(right)) return new CelError('NaN values cannot be ordered');
    return left < right ? -1 : left > right ? 1 : 0;
  }
  if (typeof a === 'string' && typeof b === 'string') return compareKeys(a, b);
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  if (a instanceof Bytes && b instanceof Bytes) return a.compare(b);
  if ((a instanceof Timestamp && b instanceof Timestamp) || (a instanceof Duration && b instanceof Duration))
    return a.nanos < b.nanos ? -1 : a.nanos > b.nanos ? 1 : 0;
  return noSuchOverload(a, b);
}
