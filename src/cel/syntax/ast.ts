import type { CelType } from '../types/type.js';
import type { CelValue } from '../values/value.js';

/** What every node of an expression has: the place in the source that messages about it point at. */
interface Node {
  /** Offset in code points; undefined where nothing of the source stands for it. */
  readonly at: number | undefined;
}

export interface Literal extends Node {
  readonly kind: 'literal';
  readonly value: CelValue;
}

export interface Ident extends Node {
  readonly kind: 'ident';
  /** With a leading dot as written. */
  readonly name: string;
}

export interface Select extends Node {
  readonly kind: 'select';
  readonly operand: Expr;
  readonly field: string;
  /** `has(operand.field)` */
  readonly test: boolean;
}

export interface Call extends Node {
  readonly kind: 'call';
  readonly target: Expr | undefined;
  readonly name: string;
  readonly args: readonly Expr[];
}

export interface List extends Node {
  readonly kind: 'list';
  readonly elements: readonly Expr[];
  /** Which elements are written with `?`. */
  readonly optional: ReadonlySet<number>;
}

export interface MapEntry extends Node {
  readonly key: Expr;
  readonly value: Expr;
  readonly optional: boolean;
}

export interface MapLiteral extends Node {
  readonly kind: 'map';
  readonly entries: readonly MapEntry[];
}

export interface StructField extends Node {
  readonly name: string;
  readonly value: Expr;
  readonly optional: boolean;
}

export interface Struct extends Node {
  readonly kind: 'struct';
  readonly typeName: string;
  readonly fields: readonly StructField[];
}

/** What macros over lists and maps become (cel-spec: syntax.proto, Comprehension). */
export interface Comprehension extends Node {
  readonly kind: 'comprehension';
  readonly range: Expr;
  readonly variable: string;
  /** Makes it a comprehension over indices or keys, and values. */
  readonly variable2: string | undefined;
  readonly accumulator: string;
  readonly init: Expr;
  readonly condition: Expr;
  readonly step: Expr;
  readonly result: Expr;
}

/** Stands where the source was wrong. */
export interface Unspecified extends Node {
  readonly kind: 'unspecified';
}

export type Expr = Literal | Ident | Select | Call | List | MapLiteral | Struct | Comprehension | Unspecified;

/** What the checker found out about a node. */
export interface Reference {
  /** The full name of a variable or type, where the node names one. */
  readonly name?: string;
  /** A type that is named as a value. */
  readonly type?: CelType;
  /** Overloads that may be called. */
  readonly overloads?: readonly string[];
}

/** Calls `visit` for a node and all below it, parents first. */
export function walk(expr: Expr, visit: (expr: Expr) => void): void {
  visit(expr);
  for (const child of childrenOf(expr)) walk(child, visit);
}

function childrenOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'select':
      return [expr.operand];
    case 'call':
      return expr.target === undefined ? expr.args : [expr.target, ...expr.args];
    case 'list':
      return expr.elements;
    case 'map':
      return expr.entries.flatMap(({ key, value }) => [key, value]);
    case 'struct':
      return expr.fields.map(({ value }) => value);
    case 'comprehension':
      return [expr.range, expr.init, expr.condition, expr.step, expr.result];
    default:
      return [];
  }
}
