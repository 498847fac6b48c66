import type { Call, Comprehension, Expr, List, MapLiteral, Select } from '../syntax/ast.js';
import type { CelType, Kind } from '../types/type.js';
import { ERROR, unwrapOptional } from '../types/type.js';
import { Bytes } from '../values/bytes.js';
import { codePointCount } from '../values/value.js';
import type { Checked } from './checker.js';
import { LIST_COST, MAP_COST, STRUCT_COST, TRAVERSAL } from './cost-factors.js';
import { fixed, MAX_UINT64, ONE, plus, scale, times, union, UNKNOWN, ZERO, type Estimate } from './estimate.js';
import { estimateCall, type CallEstimate, type CostNode } from './call-cost.js';

/** How large the value at a path may be: the variable's name, then fields, `@items`, `@keys`, `@values`; undefined if nobody knows. */
export type SizeAt = (path: readonly string[]) => Estimate | undefined;

/** Keys and values of a list or map that an expression makes. */
interface EntrySize {
  readonly container: 'list' | 'map';
  readonly key: Estimate;
  readonly value: Estimate;
}

interface LocalVariable {
  readonly path: readonly string[];
  readonly size: Estimate | undefined;
  readonly entrySize: EntrySize | undefined;
}

/** The cheapest and the dearest way that evaluating an expression may go (Go: checker.Cost with Kubernetes' estimator). */
export function estimateCost(checked: Checked, sizeAt: SizeAt): Estimate {
  return new Coster(checked, sizeAt).cost(checked.expr);
}

class Coster {
  private readonly paths = new Map<Expr, readonly string[]>();
  private readonly sizes = new Map<Expr, Estimate>();
  private readonly entrySizes = new Map<Expr, EntrySize>();
  private readonly locals = new Map<string, LocalVariable[]>();

  constructor(
    private readonly checked: Checked,
    private readonly sizeAt: SizeAt,
  ) {}

  cost(expr: Expr): Estimate {
    switch (expr.kind) {
      case 'ident':
        this.paths.set(expr, this.local(expr.name)?.path ?? [expr.name]);
        return ONE;
      case 'select':
        return this.costOfSelect(expr);
      case 'call':
        return this.costOfCall(expr);
      case 'list':
        return this.costOfList(expr);
      case 'map':
        return this.costOfMap(expr);
      case 'struct':
        return plus(this.sum(expr.fields.map(({ value }) => value)), fixed(STRUCT_COST));
      case 'comprehension':
        return isBinding(expr) ? this.costOfBinding(expr) : this.costOfComprehension(expr);
      default:
        return ZERO;
    }
  }

  private sum(exprs: readonly Expr[]): Estimate {
    return exprs.reduce((total, expr) => plus(total, this.cost(expr)), ZERO);
  }

  private typeOf(expr: Expr): CelType {
    return this.checked.types.get(expr) ?? ERROR;
  }

  private local(name: string): LocalVariable | undefined {
    return this.locals.get(name)?.at(-1);
  }

  private push(name: string, variable: LocalVariable): void {
    const stack = this.locals.get(name);
    if (stack === undefined) this.locals.set(name, [variable]);
    else stack.push(variable);
  }

  private pop(name: string): void {
    this.locals.get(name)?.pop();
  }

  private pathOf(expr: Expr): readonly string[] {
    const variable = expr.kind === 'ident' ? this.local(expr.name) : undefined;
    return variable?.path ?? this.paths.get(expr) ?? [];
  }

  private costOfSelect(expr: Select): Estimate {
    const operand = this.cost(expr.operand);
    if (expr.test) return operand;
    this.paths.set(expr, [...this.pathOf(expr.operand), expr.field]);
    return SELECTABLE.has(this.typeOf(expr.operand).kind) ? plus(operand, ONE) : operand;
  }

  private costOfCall(expr: Call): Estimate {
    const [first] = expr.args;
    if (expr.name === 'dyn' && first !== undefined) {
      const cost = plus(ONE, this.cost(first));
      this.copySizes(expr, first);
      return cost;
    }
    const costs = expr.args.map((arg) => this.cost(arg));
    const args = expr.args.map((arg) => this.nodeOf(arg));
    const reference = this.checked.references.get(expr);
    const overloads = reference?.overloads ?? [];
    if (overloads.length === 0) return ZERO;
    const name = reference?.name ?? expr.name;
    // A name with dots was found to be a function's: then there is nothing that it is called on.
    const target = expr.target !== undefined && name === expr.name ? expr.target : undefined;
    const targetCost = target === undefined ? ZERO : this.cost(target);
    const targetNode = target && this.nodeOf(target);
    let range: Estimate = { min: MAX_UINT64, max: 0n };
    let size: Estimate | undefined;
    for (const overload of overloads) {
      const estimate = this.costOfOverload(expr, { name, overload, target: targetNode, args }, costs);
      range = union(range, estimate.cost);
      if (estimate.size !== undefined) size = size === undefined ? estimate.size : union(size, estimate.size);
      if (overload === 'index_list' || overload === 'index_map') {
        size = first && this.entrySizeOf(first)?.value;
        if (first !== undefined) this.paths.set(expr, [...this.pathOf(first), overload === 'index_list' ? '@items' : '@values']);
      }
      size ??= this.sizeOf(expr);
    }
    this.setSize(expr, size);
    return plus(targetCost, range);
  }

  private costOfOverload(expr: Call, call: Parameters<typeof estimateCall>[0], costs: readonly Estimate[]): CallEstimate {
    const estimate = estimateCall(call, this.sizeAt);
    if (estimate !== undefined) return { ...estimate, cost: plus(estimate.cost, costs.reduce(plus, ZERO)) };
    const [first = ZERO, second = ZERO, third = ZERO] = costs;
    switch (call.overload) {
      case 'logical_or':
      case 'logical_and':
        return { cost: { min: first.min, max: plus(first, second).max } };
      case 'conditional': {
        const [, yes, no] = expr.args as [Expr, Expr, Expr];
        this.setEntrySize(expr, unionOfEntries(this.entrySizeOf(yes), this.entrySizeOf(no)));
        return { cost: plus(first, union(second, third)), size: union(this.sizeOrUnknown(yes), this.sizeOrUnknown(no)) };
      }
      case 'add_string':
      case 'add_bytes':
      case 'add_list': {
        const [left, right] = expr.args as [Expr, Expr];
        this.setEntrySize(expr, unionOfEntries(this.entrySizeOf(left), this.entrySizeOf(right)));
        const size = plus(this.sizeOrUnknown(left), this.sizeOrUnknown(right));
        const own = call.overload === 'add_list' ? ONE : scale(size, TRAVERSAL);
        return { cost: plus(own, plus(first, second)), size };
      }
      default:
        return { cost: plus(ONE, costs.reduce(plus, ZERO)) };
    }
  }

  private costOfList(expr: List): Estimate {
    let value: Estimate = { min: expr.elements.length === 0 ? 0n : MAX_UINT64, max: 0n };
    let cost = fixed(LIST_COST);
    for (const element of expr.elements) {
      cost = plus(cost, this.cost(element));
      value = union(value, this.sizeOrUnknown(element));
    }
    this.entrySizes.set(expr, { container: 'list', key: ONE, value });
    return cost;
  }

  private costOfMap(expr: MapLiteral): Estimate {
    const none: Estimate = { min: expr.entries.length === 0 ? 0n : MAX_UINT64, max: 0n };
    let sizes: EntrySize = { container: 'map', key: none, value: none };
    let cost = fixed(MAP_COST);
    for (const { key, value } of expr.entries) {
      cost = plus(cost, plus(this.cost(key), this.cost(value)));
      sizes = { container: 'map', key: union(sizes.key, this.sizeOrUnknown(key)), value: union(sizes.value, this.sizeOrUnknown(value)) };
    }
    this.entrySizes.set(expr, sizes);
    return cost;
  }

  private costOfComprehension(expr: Comprehension): Estimate {
    let cost = plus(this.cost(expr.range), this.cost(expr.init));
    this.pushValue(expr.accumulator, expr.init);
    const names = this.pushIteration(expr);
    const each = plus(this.cost(expr.step), this.cost(expr.condition));
    for (const name of names) this.pop(name);
    cost = plus(cost, this.cost(expr.result));
    this.pop(expr.accumulator);
    const count = this.sizeOrUnknown(expr.range);
    cost = plus(cost, times(count, each));
    if (expr.init.kind === 'literal') this.setSize(expr, this.sizeOf(expr.init));
    else if (expr.init.kind === 'list' || expr.init.kind === 'map') {
      this.setSize(expr, count);
      this.setEntrySize(expr, this.entrySizeOf(expr.step));
    }
    return cost;
  }

  /** A value under a name, which costs nothing more. */
  private costOfBinding(expr: Comprehension): Estimate {
    let cost = plus(this.cost(expr.range), this.cost(expr.init));
    this.pushValue(expr.accumulator, expr.init);
    cost = plus(cost, this.cost(expr.result));
    this.pop(expr.accumulator);
    this.copySizes(expr, expr.result);
    return cost;
  }

  private pushValue(name: string, expr: Expr): void {
    this.push(name, { path: this.pathOf(expr), size: this.sizeOf(expr), entrySize: this.entrySizeOf(expr) });
  }

  private pushIteration({ range, variable, variable2 }: Comprehension): string[] {
    const sizes = this.entrySizeOf(range);
    const isList = (sizes?.container ?? this.typeOf(range).kind) === 'list';
    const path = this.pathOf(range);
    const pushPart = (name: string, part: string, size: Estimate | undefined): void => {
      this.push(name, { path: [...path, part], size, entrySize: undefined });
    };
    if (variable2 === undefined) {
      if (isList) pushPart(variable, '@items', sizes?.value);
      else pushPart(variable, '@keys', sizes?.key);
      return [variable];
    }
    pushPart(variable, isList ? '@indices' : '@keys', sizes?.key);
    pushPart(variable2, isList ? '@items' : '@values', sizes?.value);
    return [variable, variable2];
  }

  private nodeOf(expr: Expr): CostNode {
    const path = this.pathOf(expr);
    return {
      // What macros accumulate is nothing that a schema knows.
      path: path[0]?.startsWith('@') === true ? [] : path,
      type: this.typeOf(expr),
      size: this.sizeOf(expr),
      literal: expr.kind === 'literal' ? expr.value : undefined,
    };
  }

  private setSize(expr: Expr, size: Estimate | undefined): void {
    if (size !== undefined) this.sizes.set(expr, size);
  }

  private setEntrySize(expr: Expr, size: EntrySize | undefined): void {
    if (size !== undefined) this.entrySizes.set(expr, size);
  }

  private copySizes(to: Expr, from: Expr): void {
    this.setSize(to, this.sizeOf(from));
    this.setEntrySize(to, this.entrySizeOf(from));
  }

  private sizeOrUnknown(expr: Expr): Estimate {
    return this.sizeOf(expr) ?? UNKNOWN;
  }

  private sizeOf(expr: Expr): Estimate | undefined {
    const known = this.sizes.get(expr) ?? sizeOfLiteral(expr);
    if (known !== undefined) return known;
    const path = this.pathOf(expr);
    const told = path.length === 0 ? undefined : this.sizeAt(path);
    if (told !== undefined) {
      this.sizes.set(expr, told);
      return told;
    }
    if (isScalar(this.typeOf(expr))) return ONE;
    return expr.kind === 'ident' ? this.local(expr.name)?.size : undefined;
  }

  private entrySizeOf(expr: Expr): EntrySize | undefined {
    return this.entrySizes.get(expr) ?? (expr.kind === 'ident' ? this.local(expr.name)?.entrySize : undefined);
  }
}

const SELECTABLE: ReadonlySet<Kind> = new Set<Kind>(['map', 'struct', 'param']);
const SCALAR: ReadonlySet<Kind> = new Set<Kind>(['bool', 'double', 'duration', 'int', 'timestamp', 'uint']);

function isScalar(type: CelType): boolean {
  const inner = unwrapOptional(type);
  return inner === undefined ? SCALAR.has(type.kind) : isScalar(inner);
}

function isBinding({ range, condition, accumulator }: Comprehension): boolean {
  const overNothing = range.kind === 'list' && range.elements.length === 0;
  return overNothing && condition.kind === 'literal' && condition.value === false && accumulator !== '__result__';
}

function sizeOfLiteral(expr: Expr): Estimate | undefined {
  if (expr.kind === 'list') return fixed(expr.elements.length);
  if (expr.kind === 'map') return fixed(expr.entries.length);
  if (expr.kind !== 'literal') return undefined;
  const { value } = expr;
  if (typeof value === 'string') return fixed(codePointCount(value));
  return value instanceof Bytes ? fixed(value.data.length) : ONE;
}

function unionOfEntries(a: EntrySize | undefined, b: EntrySize | undefined): EntrySize | undefined {
  if (a === undefined || b === undefined) return undefined;
  return { container: a.container, key: union(a.key, b.key), value: union(a.value, b.value) };
}
