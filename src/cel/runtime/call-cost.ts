import { AUTHORIZATION_COST, LIST_COST, REGEX, TRAVERSAL } from '../checker/cost-factors.js';
import { fixed } from '../checker/estimate.js';
import { selectorCost } from '../checker/call-cost.js';
import { AUTHORIZATION_TYPES } from '../library/authorizer.js';
import { FormatValue } from '../library/named-format.js';
import { Bytes } from '../values/bytes.js';
import { CelList, CelMap, CelObject, sizeOfValue, typeOfValue, type CelValue } from '../values/value.js';

/** What a call costs by its arguments: it is paid for before it is made. */
export type CallCost = (args: readonly CelValue[]) => number;

const one: CallCost = () => 1;

function size(value: CelValue | undefined): number {
  return value === undefined ? 1 : sizeOfValue(value);
}

function traversal(amount: number, factor = TRAVERSAL): number {
  return Math.ceil(amount * factor);
}

const traverses: CallCost = ([first]) => traversal(size(first));
const traversesTwice: CallCost = ([first]) => traversal(size(first), 2 * TRAVERSAL);

/** Each part of a value once (Go: library.traversalCost). */
function treeCost(value: CelValue): number {
  if (typeof value === 'string') return Math.floor(Buffer.byteLength(value) * TRAVERSAL);
  if (value instanceof Bytes) return Math.floor(value.data.length * TRAVERSAL);
  if (value instanceof CelList) return value.toArray().reduce<number>((total, item) => total + treeCost(item), 0);
  if (value instanceof CelMap)
    return value.keys().reduce<number>((total, key) => total + treeCost(key) + treeCost(value.find(key) ?? null), 0);
  return 1;
}

const wholeTree: CallCost = ([first]) => (first === undefined ? 0 : treeCost(first));

const patternCost: CallCost = ([text, pattern]) => traversal(1 + size(text)) * Math.ceil(size(pattern) * REGEX);

const selector: CallCost = ([, text]) => Number(selectorCost(fixed(size(text))).max);

const KUBERNETES_OBJECTS: ReadonlySet<string> = new Set([
  ...AUTHORIZATION_TYPES.map(({ name }) => name),
  'kubernetes.NamedFormat',
  'kubernetes.Quantity',
  'kubernetes.Semver',
  'kubernetes.URL',
  'net.CIDR',
  'net.IP',
]);

function validateCost([format, text]: readonly CelValue[]): number {
  const patternSize = format instanceof FormatValue ? format.patternSize : 0;
  return traversal(1 + size(text)) * Math.ceil(patternSize * REGEX);
}

function containsCost(withMask: boolean, parsed: string): (overload: string) => CallCost {
  return (overload) =>
    ([cidr, other]) => {
      const mask = withMask ? traversal(size(cidr)) + 1 : 0;
      return traversal(2 * size(cidr)) + mask + (overload === parsed ? traversal(size(other)) : 0);
    };
}

function each(names: string, cost: CallCost): Record<string, (overload: string) => CallCost> {
  return Object.fromEntries(names.split(' ').map((name) => [name, () => cost]));
}

/** By the function's name (Go: library.CostEstimator.CallCost). */
const KUBERNETES: Readonly<Record<string, (overload: string) => CallCost>> = {
  check: () => () => AUTHORIZATION_COST,
  ...each('serviceAccount path group resource subresource namespace name allowed reason error errored', one),
  ...each('fieldSelector labelSelector', selector),
  ...each('isSorted sum max min indexOf lastIndexOf', wholeTree),
  ...each('url lowerAscii upperAscii substring trim jsonpatch.escapeKey cidr isIP isCIDR quantity isQuantity semver isSemver', traverses),
  ...each('replace split ip.isCanonical', traversesTwice),
  join:
    () =>
    ([list, separator]) =>
      traversal(joinedSize(list, separator), 2 * TRAVERSAL),
  ...each('find findAll', patternCost),
  ip: (overload) => (overload === 'cidr_ip' ? one : traverses),
  containsIP: containsCost(false, 'cidr_contains_ip_string'),
  containsCIDR: containsCost(true, 'cidr_contains_cidr_string'),
  validate: () => validateCost,
};

/** Characters that `join` makes. */
function joinedSize(list: CelValue | undefined, separator: CelValue | undefined): number {
  if (!(list instanceof CelList) || list.size === 0) return 0;
  const between = separator === undefined ? 0 : sizeOfValue(separator) * (list.size - 1);
  return list.toArray().reduce<number>((total, item) => total + sizeOfValue(item), between);
}

function allocates(amount: number, factor: number): number {
  return Math.floor(amount * factor) + 1 + LIST_COST;
}

/** The cost of a list that a call makes. */
function makesList(sizeOfList: (args: readonly CelValue[]) => number): CallCost {
  return (args) => allocates(sizeOfList(args), 1);
}

/** Items of a slice; an error counts as one. */
function slicedSize([list, start, end]: readonly CelValue[]): number {
  const isValid = typeof start === 'bigint' && typeof end === 'bigint' && 0n <= start && start <= end && end <= BigInt(size(list));
  return isValid ? Number(end - start) : 1;
}

function asNumber(value: CelValue | undefined): number {
  return typeof value === 'bigint' ? Math.max(0, Number(value)) : 0;
}

function selfComparison(list: CelValue | undefined): number {
  const count = size(list);
  const first = list instanceof CelList && count > 0 ? list.at(0) : undefined;
  const isText = typeof first === 'string' || first instanceof Bytes;
  return allocates(count * count, isText ? 2 + TRAVERSAL : 2);
}

const flattens: CallCost = ([list, depth]) => allocates(size(list), depth === undefined ? 1 : asNumber(depth));

function sets(factor: number): CallCost {
  return ([a, b]) => 1 + Math.floor(size(a) * size(b) * factor);
}

/** By overload: cel-go's lists and sets. */
const LISTS_AND_SETS: Readonly<Record<string, CallCost>> = {
  list_slice: makesList(slicedSize),
  list_flatten: flattens,
  list_flatten_int: flattens,
  lists_range: makesList(([count]) => asNumber(count)),
  list_reverse: makesList(([list]) => (list instanceof CelList ? list.size : 1)),
  list_distinct: ([list]) => selfComparison(list),
  list_sort: ([list]) => selfComparison(list),
  list_sort_by: ([, keys]) => selfComparison(keys),
  list_sets_contains_list: sets(1),
  list_sets_intersects_list: sets(1),
  list_sets_equivalent_list: sets(2),
};

const smaller: CallCost = ([a, b]) => traversal(Math.min(size(a), size(b)));

function all(names: string, cost: CallCost): Record<string, CallCost> {
  return Object.fromEntries(names.split(' ').map((name) => [name, cost]));
}

/** By overload: the language's own functions (Go: interpreter.CostTracker.costCall). */
const STANDARD: Readonly<Record<string, CallCost>> = {
  ...all('starts_with_string ends_with_string string_to_bytes bytes_to_string strings_quote string_format', traverses),
  in_list: ([, list]) => size(list),
  ...all(
    'less_string greater_string less_equals_string greater_equals_string less_bytes greater_bytes less_equals_bytes greater_equals_bytes equals not_equals',
    smaller,
  ),
  ...all('add_string add_bytes', ([a, b]) => traversal(size(a) + size(b))),
  matches_string: patternCost,
  contains_string: ([text, part]) => traversal(size(text)) * traversal(size(part)),
};

/** How a call of a function is charged; `overload` is empty if several may be called. */
export function callCost(name: string, overload: string): CallCost {
  const key = overload.replace(/^list_.+_sort$/, 'list_sort').replace(/^list_.+_sortByAssociatedKeys$/, 'list_sort_by');
  if (Object.hasOwn(LISTS_AND_SETS, key)) return LISTS_AND_SETS[key] ?? one;
  if (Object.hasOwn(KUBERNETES, name)) return KUBERNETES[name]?.(overload) ?? one;
  const standard = Object.hasOwn(STANDARD, overload) ? (STANDARD[overload] ?? one) : one;
  if (name !== '_==_') return standard;
  return (args) => {
    const [left] = args;
    const isOpaque = left instanceof CelObject && KUBERNETES_OBJECTS.has(typeOfValue(left).name);
    return isOpaque ? 1 : standard(args);
  };
}
