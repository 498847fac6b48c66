import { goFloat } from '../../apimachinery/go-format.js';
import { textOfKey } from '../values/collections.js';
import { CelError, CelList, CelMap, isError, Optional, typeOfValue, Uint, type CelValue } from '../values/value.js';

/** A member that isn't there; an error if what was asked has no members. */
export type Missing = undefined | CelError;

/** `value.field`: undefined if it isn't there. */
export function fieldOf(value: CelValue, field: string): CelValue | Missing {
  if (value instanceof CelMap) return value.field(field);
  if (value instanceof CelList) return new CelError("unsupported index type 'string' in list");
  return isError(value) ? value : undefined;
}

/** `value[index]`: undefined if it isn't there. */
export function itemOf(value: CelValue, index: CelValue): CelValue | Missing {
  if (isError(value)) return value;
  if (isError(index)) return index;
  if (value instanceof CelMap) return value.find(index);
  if (!(value instanceof CelList)) return undefined;
  const at = listIndex(index);
  if (isError(at)) return at;
  return at >= 0n && at < BigInt(value.size) ? value.at(Number(at)) : undefined;
}

function listIndex(index: CelValue): bigint | CelError {
  if (typeof index === 'bigint') return index;
  if (index instanceof Uint) return index.value;
  if (typeof index !== 'number') return new CelError(`unsupported index type '${typeOfValue(index).name}' in list`);
  return Number.isInteger(index) ? BigInt(index) : new CelError(`unsupported index value ${goFloat(index)} in list`);
}

/** What it is called that something isn't there. */
export function missing(container: CelValue, key: CelValue): CelError {
  if (container instanceof CelList) return new CelError(`index out of bounds: ${textOfKey(key)}`);
  return new CelError(`no such key: ${textOfKey(key)}`);
}

/** Goes on within an optional, if there is a value; the result is an optional again. */
export function within(optional: Optional, get: (value: CelValue) => CelValue | Missing): CelValue {
  if (optional.value === undefined) return Optional.NONE;
  const found = get(optional.value);
  if (found === undefined) return Optional.NONE;
  return isError(found) ? found : new Optional(found);
}
