import { free, member, type Implementation, type Library, type Overload } from '../types/functions.js';
import { BOOL, BYTES, DOUBLE, DURATION, DYN, INT, listOf, mapOf, param, STRING, TIMESTAMP, UINT, type CelType } from '../types/type.js';
import { includes, ValueList, ValueMap } from '../values/collections.js';
import { compare, equal } from '../values/equality.js';
import type { CelMap } from '../values/value.js';
import { CelError, CelList, Duration, isError, noSuchOverload, typeOfValue, Uint, type CelValue } from '../values/value.js';
import { OPERATOR_IMPLEMENTATIONS } from './operators.js';

const A = param('A');
const LIST_A = listOf(A);
const T = listOf(param('T'));
const COMPARABLE: readonly (readonly [string, CelType])[] = [
  ['int', INT],
  ['uint', UINT],
  ['double', DOUBLE],
  ['bool', BOOL],
  ['duration', DURATION],
  ['timestamp', TIMESTAMP],
  ['string', STRING],
  ['bytes', BYTES],
];
const ZEROS: Readonly<Record<string, CelValue>> = { int: 0n, uint: new Uint(0n), double: 0, duration: new Duration(0n) };

function isSorted(list: CelValue): CelValue {
  let previous: CelValue | undefined;
  for (const item of list as CelList) {
    if (previous !== undefined) {
      const order = compare(previous, item);
      // What can't be compared is passed over, as upstream does.
      if (typeof order === 'number' && order > 0) return false;
    }
    previous = item;
  }
  return true;
}

function sum(zero: CelValue): Implementation {
  const add = OPERATOR_IMPLEMENTATIONS['_+_'] as Implementation;
  return (list) => {
    let total = zero;
    for (const item of list as CelList) {
      total = add(total, item);
      if (isError(total)) return total;
    }
    return total;
  };
}

/** The item that no other comes before (sign -1) or after (sign 1). */
function extreme(name: string, sign: 1 | -1): Implementation {
  return (list) => {
    let best: CelValue | undefined;
    for (const item of list as CelList) {
      if (best !== undefined) {
        const order = compare(item, best);
        if (typeof order !== 'number' || order * sign <= 0) continue;
      }
      best = item;
    }
    return best ?? new CelError(`${name} called on empty list`);
  };
}

function indexOf(list: CelValue, item: CelValue): CelValue {
  return BigInt((list as CelList).toArray().findIndex((other) => equal(other, item) === true));
}

function lastIndexOf(list: CelValue, item: CelValue): CelValue {
  return BigInt((list as CelList).toArray().findLastIndex((other) => equal(other, item) === true));
}

/** Kubernetes' functions for lists (Go: library.Lists). */
export const KUBERNETES_LISTS: Library = {
  isSorted: COMPARABLE.map(([name, type]) => member(`list_${name}_is_sorted_bool`, [listOf(type)], BOOL, isSorted)),
  sum: COMPARABLE.flatMap(([name, type]) => {
    const zero = ZEROS[name];
    return zero === undefined ? [] : [member(`list_${name}_sum_${name}`, [listOf(type)], type, sum(zero))];
  }),
  max: COMPARABLE.map(([name, type]) => member(`list_${name}_max_${name}`, [listOf(type)], type, extreme('max', 1))),
  min: COMPARABLE.map(([name, type]) => member(`list_${name}_min_${name}`, [listOf(type)], type, extreme('min', -1))),
  indexOf: [member('list_a_index_of_int', [LIST_A, A], INT, indexOf)],
  lastIndexOf: [member('list_a_last_index_of_int', [LIST_A, A], INT, lastIndexOf)],
};

function slice(list: CelValue, from: CelValue, to: CelValue): CelValue {
  const items = list as CelList;
  const [start, end] = [from as bigint, to as bigint];
  const what = `cannot slice(${start.toString()}, ${end.toString()})`;
  if (start < 0n || end < 0n) return new CelError(`${what}, negative indexes not supported`);
  if (start > end) return new CelError(`${what}, start index must be less than or equal to end index`);
  if (BigInt(items.size) < end) return new CelError(`${what}, list is length ${String(items.size)}`);
  return new ValueList(items.toArray().slice(Number(start), Number(end)));
}

function flatten(list: CelValue, depth: CelValue = 1n): CelValue {
  if ((depth as bigint) < 0n) return new CelError('level must be non-negative');
  const out: CelValue[] = [];
  const visit = (items: CelList, left: bigint): void => {
    for (const item of items) {
      if (item instanceof CelList && left > 0n) visit(item, left - 1n);
      else out.push(item);
    }
  };
  visit(list as CelList, depth as bigint);
  return new ValueList(out);
}

function sortBy(list: CelValue, by: CelValue): CelValue {
  const items = (list as CelList).toArray();
  const keys = (by as CelList).toArray();
  if (items.length !== keys.length) {
    const counts = `${String(items.length)} and ${String(keys.length)}`;
    return new CelError(
      `@sortByAssociatedKeys() expected a list of the same size as the associated keys list, but got ${counts} elements respectively`,
    );
  }
  const [first] = keys;
  if (first === undefined) return list;
  if (isError(noOrder(first))) return new CelError('list elements must be comparable');
  if (keys.some((key) => typeOfValue(key).name !== typeOfValue(first).name)) return new CelError('list elements must have the same type');
  const order = keys.map((_, i) => i).sort((a, b) => Number(compare(keys[a] as CelValue, keys[b] as CelValue)));
  return new ValueList(order.map((i) => items[i] as CelValue));
}

function noOrder(value: CelValue): CelValue {
  const order = compare(value, value);
  return typeof order === 'number' ? true : order;
}

/** `lists.range(n)`; what costs more than an expression may is not made at all. */
const MAX_RANGE = 1_000_000n;

function range(count: CelValue): CelValue {
  const length = count as bigint;
  if (length > MAX_RANGE) return new CelError('operation cancelled: actual cost limit exceeded');
  return new ValueList(Array.from({ length: Math.max(0, Number(length)) }, (_, i) => BigInt(i)));
}

/** Quadratic, as costs have it. */
function distinct(list: CelValue): CelValue {
  const seen = new Set<CelValue>();
  let out: CelList = ValueList.EMPTY;
  for (const item of list as CelList) {
    if (typeof item === 'string' || typeof item === 'boolean') {
      if (seen.has(item)) continue;
      seen.add(item);
    } else if (includes(out, item)) continue;
    out = out.concat(new ValueList([item])) as CelList;
  }
  return out;
}

function sorts(id: (name: string) => string, args: (type: CelType) => CelType[], run: Implementation): Overload[] {
  return COMPARABLE.map(([, type]) => member(id(type.name), args(type), args(type)[0] ?? DYN, run));
}

/** cel-go's extension library for lists, version 3 (ext.Lists). */
export const LISTS: Library = {
  slice: [member('list_slice', [T, INT, INT], T, slice)],
  flatten: [member('list_flatten', [listOf(T)], T, flatten), member('list_flatten_int', [listOf(DYN), INT], listOf(DYN), flatten)],
  sort: sorts(
    (name) => `list_${name}_sort`,
    (type) => [listOf(type)],
    (list) => sortBy(list as CelValue, list as CelValue),
  ),
  '@sortByAssociatedKeys': sorts(
    (name) => `list_${name}_sortByAssociatedKeys`,
    (type) => [T, listOf(type)],
    sortBy,
  ),
  'lists.range': [free('lists_range', [INT], listOf(INT), range)],
  reverse: [member('list_reverse', [T], T, (list) => new ValueList((list as CelList).toArray().reverse()))],
  distinct: [member('list_distinct', [T], T, distinct)],
};

function containsAll(list: CelValue, sublist: CelValue): boolean {
  return (sublist as CelList).toArray().every((item) => includes(list as CelList, item));
}

/** cel-go's extension library for sets (ext.Sets). */
export const SETS: Library = {
  'sets.contains': [free('list_sets_contains_list', [T, T], BOOL, containsAll)],
  'sets.equivalent': [free('list_sets_equivalent_list', [T, T], BOOL, (a, b) => containsAll(a, b) && containsAll(b, a))],
  'sets.intersects': [
    free('list_sets_intersects_list', [T, T], BOOL, (a, b) => (a as CelList).toArray().some((item) => includes(b as CelList, item))),
  ],
};

const MAP_KV = mapOf(param('K'), param('V'));

function insert(map: CelValue, key: CelValue, value: CelValue): CelValue {
  return map instanceof ValueMap ? map.insert(key, value) : noSuchOverload(map, key, value);
}

function insertAll(map: CelValue, added: CelValue): CelValue {
  let out = map;
  for (const key of (added as CelMap).keys()) {
    out = insert(out, key, (added as CelMap).find(key) as CelValue);
    if (isError(out)) return out;
  }
  return out;
}

/** What macros over two variables call. */
export const MAP_INSERT: Library = {
  'cel.@mapInsert': [
    free('@mapInsert_map_key_value', [MAP_KV, param('K'), param('V')], MAP_KV, insert),
    free('@mapInsert_map_map', [MAP_KV, MAP_KV], MAP_KV, insertAll),
  ],
};
