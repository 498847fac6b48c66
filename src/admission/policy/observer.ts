/** What became of an expression's refusal (Go: admission/plugin/policy/validating/metrics). */
export type Enforcement = 'allow' | 'deny' | 'audit' | 'warn';

/** What went wrong with an expression, as metrics tell it. */
export type ExpressionError = 'compile_error' | 'invalid_error' | 'out_of_budget' | 'no_error';

/** A policy and the binding by which it applied. */
export interface Applied {
  readonly policy: string;
  readonly binding: string;
}

/** What policies do to requests, for metrics. Durations are in seconds. */
export interface PolicyObserver {
  /** Monotonic, for durations. */
  seconds(): number;
  /** A validation failed. What passes isn't told. */
  validated(applied: Applied, error: ExpressionError, enforcement: Enforcement, seconds: number): void;
  /** A mutation was tried. */
  mutated(applied: Applied, error: ExpressionError, seconds: number): void;
}

/** By the words of a failure (Go: ErrorType): those of an expression that says no count as invalid, too. */
export function expressionError(message: string): ExpressionError {
  if (message.startsWith('compilation')) return 'compile_error';
  return message.startsWith('validation failed due to running out of cost budget') ? 'out_of_budget' : 'invalid_error';
}
