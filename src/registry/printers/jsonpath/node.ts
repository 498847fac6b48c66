/** A step of a path: each takes the values found so far to the next ones. */
export type PathNode =
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'wildcard' }
  | { readonly kind: 'recursive' }
  | ({ readonly kind: 'slice' } & Slice)
  | { readonly kind: 'union'; readonly paths: readonly Path[] }
  | { readonly kind: 'filter'; readonly left: Path; readonly operator: string; readonly right: Path }
  /** A constant; numbers and booleans stand once for each value found so far, text only once. */
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'literal'; readonly value: GoNumber | boolean }
  /** `range` and `end` of kubectl's templates, and words that mean nothing; neither makes sense in a single path. */
  | { readonly kind: 'identifier'; readonly name: string };

/** Steps in their order. */
export type Path = readonly PathNode[];

/** Bounds of `[start:end:step]`; undefined where left out. */
export interface Slice {
  readonly start: number | undefined;
  readonly end: number | undefined;
  readonly step: number | undefined;
  /** `[n]`: the end was derived from the start. */
  readonly single: boolean;
}

/** A number of the path: Go has other types for these than for numbers of an object, and doesn't compare integers with fractions. */
export class GoNumber {
  constructor(
    readonly kind: 'int' | 'float',
    readonly value: number,
  ) {}
}

/** The path can't be parsed. */
export class PathSyntaxError extends Error {
  override readonly name = 'PathSyntaxError';
}

/** Would Go have decoded the number as int64? Whole fractions lose their point when they are stored. */
export function isInt(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) <= 2 ** 63;
}
