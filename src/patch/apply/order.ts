import type { Json } from '../../schema/type.js';
import { isList, MAX_DEPTH, member, NestingError, type ReadonlyJsonObject } from './json.js';

/** Strings by their UTF-8 bytes, which is how Go orders them. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return utf8Rank(x) - utf8Rank(y);
  }
  return a.length - b.length;
}

/** Surrogates (of characters beyond the 16-bit plane) come after every other code unit. */
function utf8Rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

const NUMBER = 0;
const STRING = 1;
const BOOLEAN = 2;
const LIST = 3;
const OBJECT = 4;
const NULL = 5;

function rank(value: Json): number {
  if (typeof value === 'string') return STRING;
  if (typeof value === 'number') return NUMBER;
  if (typeof value === 'boolean') return BOOLEAN;
  if (value === null) return NULL;
  return isList(value) ? LIST : OBJECT;
}

/** A total order of JSON values: numbers, strings, booleans, lists, objects, null (structured-merge-diff, package value). */
export function compareValues(a: Json, b: Json, depth = 0): number {
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const kind = rank(a) - rank(b);
  if (kind !== 0) return kind;
  if (typeof a === 'boolean') return Number(a) - Number(b);
  if (depth > MAX_DEPTH) throw new NestingError();
  if (isList(a) && isList(b)) return compareLists(a, b, depth + 1);
  if (a === null || b === null) return 0;
  return compareObjects(a as ReadonlyJsonObject, b as ReadonlyJsonObject, depth + 1);
}

function compareLists(a: readonly Json[], b: readonly Json[], depth: number): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const order = compareValues(a[i] as Json, b[i] as Json, depth);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareObjects(a: ReadonlyJsonObject, b: ReadonlyJsonObject, depth: number): number {
  const names = Object.keys(a).sort(compareText);
  const others = Object.keys(b).sort(compareText);
  for (let i = 0; i < names.length && i < others.length; i++) {
    const name = names[i] as string;
    const other = others[i] as string;
    const order = compareText(name, other) || compareValues(member(a, name) ?? null, member(b, other) ?? null, depth);
    if (order !== 0) return order;
  }
  return names.length - others.length;
}
