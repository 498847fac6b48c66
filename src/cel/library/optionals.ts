import { free, member, type Library } from '../types/functions.js';
import { BOOL, DYN, INT, listOf, mapOf, optionalOf, param, STRING } from '../types/type.js';
import { Bytes } from '../values/bytes.js';
import { ValueList } from '../values/collections.js';
import { StructValue } from '../values/struct.js';
import { CelError, CelList, CelMap, Duration, Optional, Timestamp, Uint, type CelValue } from '../values/value.js';

const V = param('V');
const LIST_V = listOf(V);
const MAP_KV = mapOf(param('K'), V);
const OPTIONAL_V = optionalOf(V);

function isZero(value: CelValue): boolean {
  if (value === null || value === false || value === '' || value === 0 || value === 0n) return true;
  if (value instanceof Uint) return value.value === 0n;
  if (value instanceof Bytes) return value.data.length === 0;
  if (value instanceof CelList || value instanceof CelMap) return value.size === 0;
  if (value instanceof Duration) return value.nanos === 0n;
  if (value instanceof Timestamp) return value.nanos === -62135596800n * 1_000_000_000n;
  if (value instanceof StructValue) return value.fields.size === 0;
  return value instanceof Optional && (value.value === undefined || isZero(value.value));
}

function valueOf(optional: CelValue): CelValue {
  const { value } = optional as Optional;
  return value === undefined ? NO_VALUE : value;
}

const NO_VALUE = new CelError('optional.none() dereference');

function unwrap(list: CelValue): CelValue {
  const out: CelValue[] = [];
  for (const item of list as CelList) {
    if (!(item instanceof Optional)) return new CelError(`value ${String(item)} is not optional`);
    if (item.value !== undefined) out.push(item.value);
  }
  return new ValueList(out);
}

function itemAt(list: CelValue, index: number): Optional {
  const items = list as CelList;
  return items.size === 0 ? Optional.NONE : new Optional(items.at(index < 0 ? items.size + index : index));
}

/** The library of optional values (cel-go: cel.OptionalTypes). `or`, `orValue`, `.?` and `[?]` are the planner's. */
export const OPTIONALS: Library = {
  'optional.of': [free('optional_of', [V], OPTIONAL_V, (value) => new Optional(value))],
  'optional.ofNonZeroValue': [
    free('optional_ofNonZeroValue', [V], OPTIONAL_V, (value) => (isZero(value as CelValue) ? Optional.NONE : new Optional(value))),
  ],
  'optional.none': [free('optional_none', [], OPTIONAL_V, () => Optional.NONE)],
  value: [member('optional_value', [OPTIONAL_V], V, valueOf)],
  hasValue: [member('optional_hasValue', [OPTIONAL_V], BOOL, (optional) => (optional as Optional).value !== undefined)],
  or: [member('optional_or_optional', [OPTIONAL_V, OPTIONAL_V], OPTIONAL_V)],
  orValue: [member('optional_orValue_value', [OPTIONAL_V, V], V)],
  '_?._': [free('select_optional_field', [DYN, STRING], OPTIONAL_V)],
  '_[?_]': [
    free('list_optindex_optional_int', [LIST_V, INT], OPTIONAL_V),
    free('optional_list_optindex_optional_int', [optionalOf(LIST_V), INT], OPTIONAL_V),
    free('map_optindex_optional_value', [MAP_KV, param('K')], OPTIONAL_V),
    free('optional_map_optindex_optional_value', [optionalOf(MAP_KV), param('K')], OPTIONAL_V),
  ],
  '_[_]': [
    free('optional_list_index_int', [optionalOf(LIST_V), INT], OPTIONAL_V),
    free('optional_map_index_value', [optionalOf(MAP_KV), param('K')], OPTIONAL_V),
  ],
  last: [member('list_last', [LIST_V], OPTIONAL_V, (list) => itemAt(list as CelValue, -1))],
  first: [member('list_first', [LIST_V], OPTIONAL_V, (list) => itemAt(list as CelValue, 0))],
  'optional.unwrap': [free('optional_unwrap', [listOf(OPTIONAL_V)], LIST_V, unwrap)],
  unwrapOpt: [member('optional_unwrapOpt', [listOf(OPTIONAL_V)], LIST_V, unwrap)],
};
