/** Completion indexes from `first` to `last`, both included. */
export interface Interval {
  readonly first: number;
  readonly last: number;
}

/** Ascending intervals without overlap, as jobs write them: `1,3-5,7`. Immutable. */
export class Intervals {
  static readonly NONE = new Intervals([]);

  private constructor(readonly all: readonly Interval[]) {}

  /**
   * Reads a field of a job; indexes that the job doesn't have any more are left
   * out (Go: parseIndexesFromString).
   */
  static parse(text: string, completions: number): Intervals {
    const found: Interval[] = [];
    for (const part of text === '' ? [] : text.split(',')) {
      const [first = NaN, last = first] = part.split('-').map(numberOf);
      if (Number.isNaN(first) || Number.isNaN(last)) continue;
      if (first >= completions) break;
      found.push({ first, last: Math.min(last, completions - 1) });
    }
    return new Intervals(joined(found));
  }

  /** The indexes, in any order. */
  static of(indexes: Iterable<number>): Intervals {
    const sorted = [...new Set(indexes)].sort((a, b) => a - b);
    return new Intervals(joined(sorted.map((index) => ({ first: index, last: index }))));
  }

  /** How many indexes there are. */
  get total(): number {
    return this.all.reduce((total, { first, last }) => total + last - first + 1, 0);
  }

  has(index: number): boolean {
    let low = 0;
    let high = this.all.length;
    while (high > low) {
      const middle = (low + high) >> 1;
      if ((this.all[middle]?.last ?? 0) >= index) high = middle;
      else low = middle + 1;
    }
    const found = this.all[low];
    return found !== undefined && found.first <= index;
  }

  with(other: Intervals): Intervals {
    if (other.all.length === 0) return this;
    return new Intervals(joined([...this.all, ...other.all].sort((a, b) => a.first - b.first)));
  }

  /** How many indexes are in both. */
  countCommon(other: Intervals): number {
    let count = 0;
    for (let i = 0, j = 0; i < this.all.length && j < other.all.length;) {
      const [a, b] = [this.all[i], other.all[j]];
      if (a === undefined || b === undefined) break;
      count += Math.max(0, Math.min(a.last, b.last) - Math.max(a.first, b.first) + 1);
      if (a.last <= b.last) i++;
      if (b.last <= a.last) j++;
    }
    return count;
  }

  /** The first `count` indexes below `completions` that aren't in here. */
  firstMissing(count: number, completions: number): number[] {
    const missing: number[] = [];
    let candidate = 0;
    const fill = (end: number): void => {
      for (; candidate < end && missing.length < count; candidate++) missing.push(candidate);
    };
    for (const { first, last } of this.all) {
      fill(Math.min(first, completions));
      candidate = Math.max(candidate, last + 1);
    }
    fill(completions);
    return missing;
  }

  toString(): string {
    return this.all.map(({ first, last }) => textOf(first, last)).join(',');
  }
}

function textOf(first: number, last: number): string {
  if (first === last) return String(first);
  return `${String(first)}${last === first + 1 ? ',' : '-'}${String(last)}`;
}

function numberOf(text: string): number {
  return /^\d+$/.test(text) ? Number(text) : NaN;
}

/** Joins what touches or overlaps; sorted by first. */
function joined(intervals: readonly Interval[]): Interval[] {
  const out: { first: number; last: number }[] = [];
  for (const { first, last } of intervals) {
    const before = out.at(-1);
    if (before === undefined || first > before.last + 1) out.push({ first, last });
    else before.last = Math.max(before.last, last);
  }
  return out;
}
