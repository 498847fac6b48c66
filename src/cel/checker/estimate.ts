/** The largest unsigned integer of 64 bits: estimates stay there instead of overflowing. */
export const MAX_UINT64 = (1n << 64n) - 1n;
const TWO_TO_64 = 2 ** 64;

/** A range of costs or sizes (Go: checker.CostEstimate and checker.SizeEstimate). */
export interface Estimate {
  readonly min: bigint;
  readonly max: bigint;
}

export const ZERO: Estimate = { min: 0n, max: 0n };
export const ONE: Estimate = { min: 1n, max: 1n };
export const UNKNOWN: Estimate = { min: 0n, max: MAX_UINT64 };

export function fixed(value: number | bigint): Estimate {
  const exact = BigInt(value);
  return { min: exact, max: exact };
}

export function plus(a: Estimate, b: Estimate): Estimate {
  return { min: capped(a.min + b.min), max: capped(a.max + b.max) };
}

export function times(a: Estimate, b: Estimate): Estimate {
  return { min: capped(a.min * b.min), max: capped(a.max * b.max) };
}

/** Times a factor in doubles, rounded up. */
export function scale(a: Estimate, factor: number): Estimate {
  return { min: scaleOne(a.min, factor), max: scaleOne(a.max, factor) };
}

export function union(a: Estimate, b: Estimate): Estimate {
  return { min: a.min < b.min ? a.min : b.min, max: a.max > b.max ? a.max : b.max };
}

export function capped(value: bigint): bigint {
  return value > MAX_UINT64 ? MAX_UINT64 : value;
}

function scaleOne(value: bigint, factor: number): bigint {
  const product = Math.ceil(Number(value) * factor);
  return product >= TWO_TO_64 ? MAX_UINT64 : BigInt(product);
}
