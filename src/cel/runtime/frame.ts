import type { CelValue } from '../values/value.js';

/** Values of the variables of an expression; undefined for those that have none. */
export type Resolve = (name: string) => CelValue | undefined;

/** Thrown when an expression has cost more than it may; what it has cost by then is in the frame. */
export class CostLimitExceeded extends Error {
  override readonly message = 'operation cancelled: actual cost limit exceeded';
}

/** One evaluation: its variables, those of macros, and what it has cost. */
export class Frame {
  cost = 0;
  readonly locals: CelValue[] = [];

  constructor(
    readonly resolve: Resolve,
    private readonly limit: number,
  ) {}

  charge(amount: number): void {
    this.cost += amount;
    if (this.cost > this.limit) throw new CostLimitExceeded();
  }
}

/** Evaluates a part of an expression. */
export type Evaluate = (frame: Frame) => CelValue;
