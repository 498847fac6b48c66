import type { Expr } from './ast.js';

/** A chain of one operator as a balanced tree of calls with two arguments, so that long chains don't nest deeply. */
export function balanced(name: string, terms: readonly Expr[], operators: readonly (number | undefined)[]): Expr {
  const build = (low: number, high: number): Expr => {
    const middle = (low + high + 1) >> 1;
    const left = middle === low ? (terms[middle] as Expr) : build(low, middle - 1);
    const right = middle === high ? (terms[middle + 1] as Expr) : build(middle + 1, high);
    return { kind: 'call', at: operators[middle], target: undefined, name, args: [left, right] };
  };
  return build(0, operators.length - 1);
}
