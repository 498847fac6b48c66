import { goQuote } from '../../apimachinery/field-error.js';
import { parseInt64 } from '../../apimachinery/strconv.js';

/** A text that isn't a list of completion indexes; the message says why. */
export class IndexesError extends Error {
  override readonly name = 'IndexesError';
}

interface Interval {
  readonly first: number;
  readonly last: number;
}

/**
 * How many indexes a text such as `0,3-5,8` names; they must increase and be
 * below `completions`. Throws IndexesError (Go: validateIndexesFormat).
 */
export function countIndexes(text: string, completions: number): number {
  if (text === '') return 0;
  let previous: number | undefined;
  let total = 0;
  for (const part of text.split(',')) {
    const { first, last } = parseInterval(part, completions);
    if (previous !== undefined && previous >= first) throw notIncreasing(previous, first);
    total += last - first + 1;
    previous = last;
  }
  return total;
}

/** The first index that both texts name, if there is one; parts that can't be read are skipped. */
export function firstCommonIndex(completed: string, failed: string, completions: number): number | undefined {
  if (completed === '' || failed === '') return undefined;
  const left = readableIntervals(completed, completions);
  const right = readableIntervals(failed, completions);
  let i = 0;
  let j = 0;
  for (;;) {
    const a = left[i];
    const b = right[j];
    if (a === undefined || b === undefined) return undefined;
    if (a.first <= b.last && b.first <= a.last) return Math.max(a.first, b.first);
    if (a.first <= b.first) i++;
    else j++;
  }
}

function readableIntervals(text: string, completions: number): Interval[] {
  const intervals: Interval[] = [];
  for (const part of text.split(',')) {
    try {
      intervals.push(parseInterval(part, completions));
    } catch (error) {
      if (!(error instanceof IndexesError)) throw error;
    }
  }
  return intervals;
}

function parseInterval(text: string, completions: number): Interval {
  const limits = text.split('-');
  if (limits.length > 2) {
    throw new IndexesError(
      `the fragment ${goQuote(text)} violates the requirement that an index interval can have at most two parts separated by '-'`,
    );
  }
  const first = parseIndex(limits[0] ?? '', completions);
  if (limits[1] === undefined) return { first, last: first };
  const last = parseIndex(limits[1], completions);
  if (first >= last) throw notIncreasing(first, last);
  return { first, last };
}

function parseIndex(text: string, completions: number): number {
  const index = parseInt64(text, 64, 'Atoi');
  if (typeof index === 'string') throw new IndexesError(`cannot convert string to integer for index: ${goQuote(text)}`);
  if (index >= BigInt(completions)) throw new IndexesError(`too large index: ${goQuote(text)}`);
  return Number(index);
}

function notIncreasing(previous: number, current: number): IndexesError {
  return new IndexesError(`non-increasing order, previous: ${String(previous)}, current: ${String(current)}`);
}
