import { free, type Implementation, type Library, type Overload } from '../types/functions.js';
import {
  BOOL,
  BYTES,
  DOUBLE,
  DURATION,
  INT,
  listOf,
  mapOf,
  param,
  STRING,
  TIMESTAMP,
  UINT,
  type CelType,
  type Kind,
} from '../types/type.js';
import { Bytes } from '../values/bytes.js';
import { includes } from '../values/collections.js';
import { compare } from '../values/equality.js';
import { CelError, CelList, CelMap, Duration, noSuchOverload, Timestamp, typeOfValue, Uint, type CelValue } from '../values/value.js';
import { inDuration, inInt64, inTimestamp, inUint64 } from './overflow.js';

const A = param('A');
const B = param('B');
const LIST_A = listOf(A);
const MAP_AB = mapOf(A, B);

type IntOperation = (a: bigint, b: bigint) => bigint | CelError;
type DoubleOperation = (a: number, b: number) => number;

/** Arithmetic on two numbers of one type; undefined for the rest. */
function numeric(a: CelValue, b: CelValue, ints: IntOperation, doubles: DoubleOperation | undefined): CelValue | undefined {
  if (typeof a === 'bigint' && typeof b === 'bigint') {
    const result = ints(a, b);
    return typeof result === 'bigint' ? inInt64(result) : result;
  }
  if (typeof a === 'number' && typeof b === 'number') return doubles?.(a, b);
  if (!(a instanceof Uint && b instanceof Uint)) return undefined;
  const result = ints(a.value, b.value);
  if (typeof result !== 'bigint') return result;
  const checked = inUint64(result);
  return typeof checked === 'bigint' ? new Uint(checked) : checked;
}

function add(a: CelValue, b: CelValue): CelValue {
  const sum = numeric(
    a,
    b,
    (x, y) => x + y,
    (x, y) => x + y,
  );
  if (sum !== undefined) return sum;
  if (typeof a === 'string' && typeof b === 'string') return a + b;
  if (a instanceof CelList && b instanceof CelList) return a.concat(b);
  if (a instanceof Bytes && b instanceof Bytes) return a.concat(b);
  if (a instanceof Duration && b instanceof Duration) return inDuration(a.nanos + b.nanos);
  if (a instanceof Timestamp && b instanceof Duration) return inTimestamp(a.nanos + b.nanos, a.offset);
  if (a instanceof Duration && b instanceof Timestamp) return inTimestamp(a.nanos + b.nanos, b.offset);
  return noSuchOverload(a, b);
}

function subtract(a: CelValue, b: CelValue): CelValue {
  const difference = numeric(
    a,
    b,
    (x, y) => x - y,
    (x, y) => x - y,
  );
  if (difference !== undefined) return difference;
  if (a instanceof Timestamp && b instanceof Duration) return inTimestamp(a.nanos - b.nanos, a.offset);
  if ((a instanceof Timestamp && b instanceof Timestamp) || (a instanceof Duration && b instanceof Duration))
    return inDuration(a.nanos - b.nanos);
  return noSuchOverload(a, b);
}

function multiply(a: CelValue, b: CelValue): CelValue {
  return (
    numeric(
      a,
      b,
      (x, y) => x * y,
      (x, y) => x * y,
    ) ?? noSuchOverload(a, b)
  );
}

const DIVISION_BY_ZERO = new CelError('division by zero');
const MODULUS_BY_ZERO = new CelError('modulus by zero');

function divide(a: CelValue, b: CelValue): CelValue {
  return (
    numeric(
      a,
      b,
      (x, y) => (y === 0n ? DIVISION_BY_ZERO : x / y),
      (x, y) => x / y,
    ) ?? noSuchOverload(a, b)
  );
}

function modulo(a: CelValue, b: CelValue): CelValue {
  return numeric(a, b, (x, y) => (y === 0n ? MODULUS_BY_ZERO : x % y), undefined) ?? noSuchOverload(a, b);
}

function negate(value: CelValue): CelValue {
  if (typeof value === 'bigint') return inInt64(-value);
  return typeof value === 'number' ? -value : noSuchOverload(value);
}

function not(value: CelValue): CelValue {
  return typeof value === 'boolean' ? !value : noSuchOverload(value);
}

function ordering(test: (order: number) => boolean): Implementation {
  return (a, b) => {
    const order = compare(a as CelValue, b as CelValue);
    return typeof order === 'number' ? test(order) : order;
  };
}

function isIn(value: CelValue, container: CelValue): CelValue {
  if (container instanceof CelList) return includes(container, value);
  if (container instanceof CelMap) return container.find(value) !== undefined;
  return noSuchOverload(value, container);
}

/** Overloads by suffix: operands of one type, or left, right and result. */
function arithmetic(name: string, ...types: readonly (readonly [string, CelType, CelType?, CelType?])[]): Overload[] {
  return types.map(([suffix, left, right = left, result = left]) => free(`${name}_${suffix}`, [left, right], result));
}

const NUMBERS = [
  ['double', DOUBLE],
  ['int64', INT],
  ['uint64', UINT],
] as const;

/** The order of the overloads is that in which error messages and costs see them. */
function comparisons(name: string): Overload[] {
  const pairs: readonly (readonly [string, CelType, CelType])[] = [
    ['bool', BOOL, BOOL],
    ['int64', INT, INT],
    ['int64_double', INT, DOUBLE],
    ['int64_uint64', INT, UINT],
    ['uint64', UINT, UINT],
    ['uint64_double', UINT, DOUBLE],
    ['uint64_int64', UINT, INT],
    ['double', DOUBLE, DOUBLE],
    ['double_int64', DOUBLE, INT],
    ['double_uint64', DOUBLE, UINT],
    ['string', STRING, STRING],
    ['bytes', BYTES, BYTES],
    ['timestamp', TIMESTAMP, TIMESTAMP],
    ['duration', DURATION, DURATION],
  ];
  return pairs.map(([suffix, left, right]) => free(`${name}_${suffix}`, [left, right], BOOL));
}

/** The operators of the language (cel-spec: langdef, List of Standard Definitions). */
export const OPERATORS: Library = {
  '_?_:_': [free('conditional', [BOOL, A, A], A)],
  '_&&_': [free('logical_and', [BOOL, BOOL], BOOL)],
  '_||_': [free('logical_or', [BOOL, BOOL], BOOL)],
  '!_': [free('logical_not', [BOOL], BOOL)],
  '@not_strictly_false': [free('not_strictly_false', [BOOL], BOOL)],
  '_==_': [free('equals', [A, A], BOOL)],
  '_!=_': [free('not_equals', [A, A], BOOL)],
  '_+_': [
    ...arithmetic(
      'add',
      ['bytes', BYTES],
      ['double', DOUBLE],
      ['duration_duration', DURATION],
      ['duration_timestamp', DURATION, TIMESTAMP, TIMESTAMP],
      ['timestamp_duration', TIMESTAMP, DURATION],
      ['int64', INT],
      ['list', LIST_A],
      ['string', STRING],
      ['uint64', UINT],
    ),
  ],
  '_/_': arithmetic('divide', ...NUMBERS),
  '_%_': arithmetic('modulo', ['int64', INT], ['uint64', UINT]),
  '_*_': arithmetic('multiply', ...NUMBERS),
  '-_': [free('negate_double', [DOUBLE], DOUBLE), free('negate_int64', [INT], INT)],
  '_-_': arithmetic(
    'subtract',
    ['double', DOUBLE],
    ['duration_duration', DURATION],
    ['int64', INT],
    ['timestamp_duration', TIMESTAMP, DURATION],
    ['timestamp_timestamp', TIMESTAMP, TIMESTAMP, DURATION],
    ['uint64', UINT],
  ),
  '_<_': comparisons('less'),
  '_<=_': comparisons('less_equals'),
  '_>_': comparisons('greater'),
  '_>=_': comparisons('greater_equals'),
  '_[_]': [free('index_list', [LIST_A, INT], A), free('index_map', [MAP_AB, A], B)],
  '@in': [free('in_list', [A, LIST_A], BOOL), free('in_map', [A, MAP_AB], BOOL)],
};

const ADDABLE: ReadonlySet<Kind> = new Set<Kind>(['bytes', 'double', 'duration', 'int', 'list', 'string', 'timestamp', 'uint']);
const SUBTRACTABLE: ReadonlySet<Kind> = new Set<Kind>(['double', 'duration', 'int', 'timestamp', 'uint']);
const NUMERIC: ReadonlySet<Kind> = new Set<Kind>(['double', 'int', 'uint']);
const WHOLE: ReadonlySet<Kind> = new Set<Kind>(['int', 'uint']);
const ORDERED: ReadonlySet<Kind> = new Set<Kind>(['bool', 'bytes', 'double', 'duration', 'int', 'string', 'timestamp', 'uint']);

/** Refuses a left operand of a type that has no such operator at all, which messages tell apart. */
function guarded(name: string, kinds: ReadonlySet<Kind>, run: Implementation): Implementation {
  const refusal = new CelError(`no such overload: ${name}`);
  return (a, b) => (kinds.has(typeOfValue(a as CelValue).kind) ? run(a as CelValue, b as CelValue) : refusal);
}

/** What operators do whatever the types; those that the planner evaluates itself have none. */
export const OPERATOR_IMPLEMENTATIONS: Readonly<Record<string, Implementation>> = {
  '!_': not,
  '_+_': guarded('_+_', ADDABLE, add),
  '_/_': guarded('_/_', NUMERIC, divide),
  '_%_': guarded('_%_', WHOLE, modulo),
  '_*_': guarded('_*_', NUMERIC, multiply),
  '-_': negate,
  '_-_': guarded('_-_', SUBTRACTABLE, subtract),
  '_<_': guarded(
    '_<_',
    ORDERED,
    ordering((order) => order < 0),
  ),
  '_<=_': guarded(
    '_<=_',
    ORDERED,
    ordering((order) => order <= 0),
  ),
  '_>_': guarded(
    '_>_',
    ORDERED,
    ordering((order) => order > 0),
  ),
  '_>=_': guarded(
    '_>=_',
    ORDERED,
    ordering((order) => order >= 0),
  ),
  '@in': isIn,
};
