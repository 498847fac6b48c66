import type { CelType } from '../types/type.js';
import type { CelValue } from '../values/value.js';
import type { SizeAt } from './cost.js';
import { AUTHORIZATION_COST, LIST_COST, REGEX, STRUCT_COST, TRAVERSAL } from './cost-factors.js';
import { capped, fixed, MAX_UINT64, ONE, plus, scale, times, UNKNOWN, ZERO, type Estimate } from './estimate.js';

/** A part of an expression as costs see it (Go: checker.AstNode). */
export interface CostNode {
  readonly path: readonly string[];
  readonly type: CelType;
  /** Known from the expression itself. */
  readonly size: Estimate | undefined;
  readonly literal: CelValue | undefined;
}

/** One overload that may be called. */
export interface CallToEstimate {
  readonly name: string;
  readonly overload: string;
  readonly target: CostNode | undefined;
  readonly args: readonly CostNode[];
}

/** What the call itself costs, arguments not counted, and how large its result may be. */
export interface CallEstimate {
  readonly cost: Estimate;
  readonly size?: Estimate | undefined;
}

type Estimator = (call: CallToEstimate, sizeOf: (node: CostNode) => Estimate, sizeAt: SizeAt) => CallEstimate | undefined;

/** The longest pattern of a named format that costs are counted with, and a format's own length. */
const MAX_FORMAT_PATTERN = 128;
const MAX_FORMAT = 64;

/**
 * The estimate for a call (Go: library.CostEstimator.EstimateCallCost, the estimators of cel-go's
 * lists and sets, and checker.coster.functionCost); undefined where every call costs 1.
 */
export function estimateCall(call: CallToEstimate, sizeAt: SizeAt): CallEstimate | undefined {
  const sizeOf = (node: CostNode): Estimate => node.size ?? (node.path.length > 0 ? sizeAt(node.path) : undefined) ?? UNKNOWN;
  for (const [table, key] of [
    [LISTS_AND_SETS, call.overload.replace(/^list_.+_sort$/, 'list_sort').replace(/^list_.+_sortByAssociatedKeys$/, 'list_sort_by')],
    [KUBERNETES, call.name],
    [STANDARD, call.overload],
  ] as const) {
    const estimate = Object.hasOwn(table, key) ? table[key]?.(call, sizeOf, sizeAt) : undefined;
    if (estimate !== undefined) return estimate;
  }
  return undefined;
}

const one: Estimator = () => ({ cost: ONE });

/** Goes once through the first argument. */
const traversesArg: Estimator = ({ args: [first] }, sizeOf) => first && { cost: scale(sizeOf(first), TRAVERSAL) };

const traversesArgTwice: Estimator = ({ args: [first] }, sizeOf) => first && { cost: scale(sizeOf(first), 2 * TRAVERSAL) };

const traversesOnlyArg: Estimator = ({ args }, sizeOf) => {
  const [first] = args;
  if (first === undefined || args.length !== 1) return undefined;
  const size = sizeOf(first);
  return { cost: scale(size, TRAVERSAL), size };
};

/** Makes a text of the target that is about as long. */
const rewritesTarget: Estimator = ({ target }, sizeOf) => {
  if (target === undefined) return undefined;
  const size = sizeOf(target);
  return { cost: scale(size, TRAVERSAL), size };
};

/** Compares each item, texts by their length. */
const goesThroughItems: Estimator = ({ target }, sizeOf) => {
  if (target === undefined) return undefined;
  const item = itemOf(target);
  if (item === undefined) return { cost: scale(sizeOf(target), TRAVERSAL) };
  const isText = item.type.kind === 'string' || item.type.kind === 'bytes';
  return { cost: times(sizeOf(target), isText ? plus(ONE, scale(sizeOf(item), TRAVERSAL)) : ONE) };
};

const selector: Estimator = ({ args }, sizeOf) => {
  const [first] = args;
  if (first === undefined || args.length !== 1) return undefined;
  return { cost: selectorCost(sizeOf(first)) };
};

/** A selector of this length: parsing it, and what its requirements take. */
export function selectorCost(length: Estimate): Estimate {
  const requirements = scale(scale(length, 0.5), LIST_COST + STRUCT_COST);
  return plus(plus(fixed(LIST_COST), scale(length, TRAVERSAL)), requirements);
}

const replace: Estimator = ({ target, args: [from, to] }, sizeOf) => {
  if (target === undefined || from === undefined || to === undefined) return undefined;
  const size = sizeOf(target);
  const most = replacements(size.max, sizeOf(from).min, sizeOf(to).max <= sizeOf(from).min);
  const fewest = replacements(size.min, sizeOf(from).max, sizeOf(from).max <= sizeOf(to).min);
  const count: Estimate = { min: fewest.count, max: most.count };
  const kept: Estimate = { min: fewest.kept, max: most.kept };
  return { cost: scale(size, 2 * TRAVERSAL), size: plus(times(count, sizeOf(to)), kept) };
};

/** How often a text is replaced, and how much of the original stays. */
function replacements(size: bigint, from: bigint, keepsLength: boolean): { count: bigint; kept: bigint } {
  if (from === 0n) return { count: size < MAX_UINT64 ? size + 1n : size, kept: size };
  if (keepsLength) return { count: 0n, kept: size };
  return { count: BigInt(Math.ceil(Number(size) / Number(from))), kept: 0n };
}

const split: Estimator = ({ target, args: [, limit] }, sizeOf) => {
  if (target === undefined) return undefined;
  const size = sizeOf(target);
  const max = typeof limit?.literal === 'bigint' ? BigInt.asUintN(64, limit.literal) : size.max;
  return { cost: scale(size, 2 * TRAVERSAL), size: { min: 0n, max } };
};

const join: Estimator = ({ target, args: [separator] }, sizeOf) => {
  if (target === undefined) return undefined;
  const count = sizeOf(target);
  const item = itemOf(target);
  let size = item === undefined ? ZERO : times(count, sizeOf(item));
  if (separator !== undefined) size = plus(size, times(sizeOf(separator), { min: less(count.min), max: less(count.max) }));
  return { cost: scale(size, TRAVERSAL), size };
};

function less(count: bigint): bigint {
  return count > 0n ? count - 1n : 0n;
}

const find: Estimator = ({ target, args: [pattern] }, sizeOf) => {
  if (target === undefined || pattern === undefined) return undefined;
  const size = sizeOf(target);
  return { cost: times(scale(plus(size, ONE), TRAVERSAL), scale(sizeOf(pattern), REGEX)), size: { min: 0n, max: size.max } };
};

const ADDRESS: Estimate = { min: 4n, max: 16n };

const containsIp: Estimator = ({ overload, args: [other] }, sizeOf) => {
  if (other === undefined) return undefined;
  const cost = scale(plus(ADDRESS, ADDRESS), TRAVERSAL);
  return { cost: overload === 'cidr_contains_ip_string' ? plus(cost, scale(sizeOf(other), TRAVERSAL)) : cost };
};

const containsCidr: Estimator = ({ overload, args: [other] }, sizeOf) => {
  if (other === undefined) return undefined;
  const cost = plus(plus(scale(plus(ADDRESS, ADDRESS), TRAVERSAL), scale(ADDRESS, TRAVERSAL)), ONE);
  return { cost: overload === 'cidr_contains_cidr_string' ? plus(cost, scale(sizeOf(other), TRAVERSAL)) : cost };
};

const validateFormat: Estimator = ({ args: [text] }, sizeOf) =>
  text && { cost: scale(scale(sizeOf(text), TRAVERSAL), MAX_FORMAT_PATTERN * REGEX) };

/** Equality of what has no size, or a bounded one. */
const kubernetesEquality: Estimator = ({ args: [left, right] }) => {
  if (left === undefined || right === undefined || !left.type.equals(right.type)) return undefined;
  switch (left.type.name) {
    case 'kubernetes.NamedFormat':
      return { cost: scale({ min: 1n, max: BigInt(MAX_FORMAT) }, TRAVERSAL) };
    case 'kubernetes.URL':
      return { cost: scale({ min: 1n, max: (right.size ?? ONE).max }, TRAVERSAL) };
    default:
      return CONSTANT_SIZE.has(left.type.name) ? { cost: ONE } : undefined;
  }
};

const CONSTANT_SIZE: ReadonlySet<string> = new Set([
  'kubernetes.Quantity',
  'kubernetes.Semver',
  'kubernetes.authorization.Authorizer',
  'kubernetes.authorization.Decision',
  'kubernetes.authorization.GroupCheck',
  'kubernetes.authorization.PathCheck',
  'kubernetes.authorization.ResourceCheck',
  'net.CIDR',
  'net.IP',
]);

function each(names: string, estimator: Estimator): Record<string, Estimator> {
  return Object.fromEntries(names.split(' ').map((name) => [name, estimator]));
}

/** By the function's name. */
const KUBERNETES: Readonly<Record<string, Estimator>> = {
  check: () => ({ cost: fixed(AUTHORIZATION_COST) }),
  ...each('serviceAccount path group resource subresource namespace name allowed reason error errored', one),
  ...each('fieldSelector labelSelector', selector),
  ...each('isSorted sum max min indexOf lastIndexOf', goesThroughItems),
  ...each('url jsonpatch.escapeKey', traversesOnlyArg),
  ...each('lowerAscii upperAscii substring trim', rewritesTarget),
  replace,
  split,
  join,
  ...each('find findAll', find),
  ...each('cidr isIP isCIDR quantity isQuantity semver isSemver', traversesArg),
  ip: (call, ...rest) => (call.overload === 'cidr_ip' ? { cost: ONE } : traversesArg(call, ...rest)),
  'ip.isCanonical': traversesArgTwice,
  ...each('masked prefixLength family isUnspecified isLoopback isLinkLocalMulticast isLinkLocalUnicast isGlobalUnicast', one),
  containsIP: containsIp,
  containsCIDR: containsCidr,
  validate: validateFormat,
  'format.named': one,
  ...each('sign asInteger isInteger asApproximateFloat isGreaterThan isLessThan compareTo add sub major minor patch', one),
  ...each('getScheme getHostname getHost getPort getEscapedPath getQuery', one),
  '_==_': kubernetesEquality,
};

/** Cost of a call that makes a list of this size. */
function allocates(factor: number, size: Estimate): CallEstimate {
  return { cost: plus(plus(scale(size, factor), ONE), fixed(LIST_COST)), size };
}

function intOr(node: CostNode | undefined, otherwise: bigint): bigint {
  if (typeof node?.literal !== 'bigint') return otherwise;
  return node.literal < 0n ? 0n : node.literal;
}

const sets =
  (factor: number): Estimator =>
  ({ args: [left, right] }, sizeOf) =>
    left && right && { cost: plus(scale(times(sizeOf(left), sizeOf(right)), factor), ONE) };

function sortCost(list: CostNode | undefined, overload: string, sizeOf: (node: CostNode) => Estimate): CallEstimate | undefined {
  if (list === undefined) return undefined;
  const size = sizeOf(list);
  return allocates(/^list_(?:string|bytes)_/.test(overload) ? 2 + TRAVERSAL : 2, times(size, size));
}

const flatten: Estimator = ({ target, args: [depth] }, sizeOf) =>
  target && allocates(depth === undefined ? 1 : Number(intOr(depth, MAX_UINT64)), sizeOf(target));

/** By overload. */
const LISTS_AND_SETS: Readonly<Record<string, Estimator>> = {
  list_slice: ({ target, args: [start, end] }, sizeOf) =>
    target && allocates(1, fixed(BigInt.asUintN(64, intOr(end, sizeOf(target).max) - intOr(start, 0n)))),
  list_flatten: flatten,
  list_flatten_int: flatten,
  lists_range: ({ args: [count] }) => allocates(1, fixed(intOr(count, MAX_UINT64))),
  list_reverse: ({ target }, sizeOf) => target && allocates(1, sizeOf(target)),
  list_distinct: ({ target }, sizeOf) => target && allocates(2, times(sizeOf(target), sizeOf(target))),
  list_sort: ({ target, overload }, sizeOf) => sortCost(target, overload, sizeOf),
  list_sort_by: ({ args: [keys], overload }, sizeOf) => sortCost(keys, overload, sizeOf),
  list_sets_contains_list: sets(1),
  list_sets_intersects_list: sets(1),
  list_sets_equivalent_list: sets(2),
};

/** Sizes here are only those that the expression itself tells: nothing asks the schema. */
function known(node: CostNode): Estimate {
  return node.size ?? UNKNOWN;
}

const comparison: Estimator = ({ args: [left, right] }) => {
  if (left === undefined || right === undefined) return undefined;
  const max = known(left).max < known(right).max ? known(left).max : known(right).max;
  return { cost: scale({ min: max > 0n ? 1n : 0n, max }, TRAVERSAL) };
};

/** By overload. */
const STANDARD: Readonly<Record<string, Estimator>> = {
  string_format: ({ target }) => target && { cost: scale(known(target), TRAVERSAL) },
  string_to_bytes: ({ args: [text] }) =>
    text && { cost: scale(known(text), TRAVERSAL), size: { min: known(text).min, max: BigInt.asUintN(64, known(text).max * 4n) } },
  bytes_to_string: ({ args: [bytes] }) =>
    bytes && { cost: scale(known(bytes), TRAVERSAL), size: { min: known(bytes).min / 4n, max: known(bytes).max } },
  strings_quote: ({ args: [text] }) =>
    text && {
      cost: scale(known(text), TRAVERSAL),
      size: { min: capped(known(text).min + 2n), max: BigInt.asUintN(64, known(text).max * 2n + 2n) },
    },
  ...each('starts_with_string ends_with_string', ({ args: [part] }) => part && { cost: scale(known(part), TRAVERSAL) }),
  in_list: ({ args: [, list] }) => list && { cost: scale(known(list), 1) },
  matches_string: ({ target, args: [pattern] }) =>
    target && pattern && { cost: times(scale(plus(known(target), ONE), TRAVERSAL), scale(known(pattern), REGEX)) },
  contains_string: ({ target, args: [part] }) =>
    target && part && { cost: times(scale(known(target), TRAVERSAL), scale(known(part), TRAVERSAL)) },
  ...each(
    'less_string greater_string less_equals_string greater_equals_string less_bytes greater_bytes less_equals_bytes greater_equals_bytes equals not_equals',
    comparison,
  ),
};

/** The items of a list as a node; undefined for what has none. */
function itemOf(list: CostNode): CostNode | undefined {
  const [type] = list.type.params;
  if (type === undefined) return undefined;
  return { path: list.path.length > 0 ? [...list.path, '@items'] : [], type, size: undefined, literal: undefined };
}
