import { compilePattern } from '../../schema/custom/validation/patterns.js';
import type { Checked } from '../checker/checker.js';
import { qualifiedName } from '../checker/checker.js';
import { LIST_COST, MAP_COST, STRUCT_COST } from '../checker/cost-factors.js';
import type { Call, Comprehension, Expr, List, MapLiteral, Reference, Select, Struct } from '../syntax/ast.js';
import type { FunctionDeclaration } from '../types/functions.js';
import { includes, ValueList, ValueMap } from '../values/collections.js';
import { equal } from '../values/equality.js';
import { CelError, CelList, CelMap, isError, noSuchOverload, Optional, type CelValue } from '../values/value.js';
import { fieldOf, itemOf, missing, within } from './access.js';
import { callCost } from './call-cost.js';
import { fold } from './fold.js';
import type { Evaluate, Frame } from './frame.js';
import { matching, run } from './matching.js';

/** Thrown when a constant part of an expression has no value. */
export class PlanError extends Error {}

/** Makes the object that a struct literal stands for. */
export type MakeStruct = (typeName: string, fields: ReadonlyMap<string, CelValue>) => CelValue;

/** Conversions that are done once if their argument is constant. */
const FOLDED: ReadonlySet<string> = new Set(['bool', 'bytes', 'double', 'duration', 'dyn', 'int', 'string', 'timestamp', 'type', 'uint']);

/**
 * Turns a checked expression into functions that evaluate it and count what that costs
 * (Go: cel-go/interpreter's planner and cost tracker). Throws PlanError.
 */
export function plan(checked: Checked, functions: ReadonlyMap<string, FunctionDeclaration>, makeStruct: MakeStruct): Evaluate {
  return new Planner(checked, functions, makeStruct).plan(checked.expr);
}

class Planner {
  /** Macros' variables, by name, as places in the frame. */
  private readonly scope: { readonly name: string; readonly slot: number }[] = [];
  private slots = 0;

  constructor(
    private readonly checked: Checked,
    private readonly functions: ReadonlyMap<string, FunctionDeclaration>,
    private readonly makeStruct: MakeStruct,
  ) {}

  plan(expr: Expr): Evaluate {
    const constant = this.constant(expr);
    if (constant !== undefined) return () => constant;
    return this.planPart(expr, true);
  }

  /** @param rooted whether the variable that a chain of selections starts from is charged for: in branches of conditions it isn't */
  private planPart(expr: Expr, rooted: boolean): Evaluate {
    switch (expr.kind) {
      case 'ident':
        return this.planIdent(expr.name, rooted);
      case 'select':
        return this.planSelect(expr, rooted);
      case 'call':
        return this.planCall(expr, rooted);
      case 'list':
        return this.planList(expr);
      case 'map':
        return this.planMap(expr);
      case 'struct':
        return this.planStruct(expr);
      case 'comprehension':
        return this.planComprehension(expr);
      default: {
        const constant = this.constant(expr);
        const value = constant === undefined ? new CelError('unspecified expression') : constant;
        return () => value;
      }
    }
  }

  private planBranch(expr: Expr): Evaluate {
    const constant = this.constant(expr);
    return constant === undefined ? this.planPart(expr, false) : () => constant;
  }

  /** The value of what doesn't depend on variables and is made once; undefined for all else. */
  private constant(expr: Expr): CelValue | undefined {
    switch (expr.kind) {
      case 'literal':
        return expr.value;
      case 'ident':
      case 'select':
        return this.checked.references.get(expr)?.type;
      case 'list':
        return expr.optional.size > 0 ? undefined : this.constantList(expr.elements);
      case 'map':
        return this.constantMap(expr);
      case 'call':
        return this.constantCall(expr);
      default:
        return undefined;
    }
  }

  private constantList(elements: readonly Expr[]): CelValue | undefined {
    const values: CelValue[] = [];
    for (const element of elements) {
      const value = this.constant(element);
      if (value === undefined) return undefined;
      values.push(value);
    }
    return values.length === 0 ? ValueList.EMPTY : new ValueList(values);
  }

  private constantMap({ entries }: MapLiteral): CelValue | undefined {
    const pairs: (readonly [CelValue, CelValue])[] = [];
    for (const { key, value, optional } of entries) {
      const [k, v] = [this.constant(key), this.constant(value)];
      if (optional || k === undefined || v === undefined) return undefined;
      pairs.push([k, v]);
    }
    return ValueMap.of(pairs);
  }

  private constantCall(expr: Call): CelValue | undefined {
    const { name, target, args } = expr;
    const [first, second] = args;
    if (target !== undefined || first === undefined) return undefined;
    const value = FOLDED.has(name) || name === '@in' ? this.constant(first) : undefined;
    if (value === undefined) return undefined;
    if (name === '@in') {
      const list = second !== undefined && isLiteralList(second) ? this.constant(second) : undefined;
      return list instanceof CelList ? includes(list, value) : undefined;
    }
    const declaration = this.functions.get(name);
    if (declaration === undefined || args.length !== 1) return undefined;
    const overload = matching(this.overloadsOf(name, this.checked.references.get(expr)), [value]);
    const result = run(overload, declaration, [value]);
    if (isError(result)) throw new PlanError(result.message);
    return result;
  }

  private planIdent(written: string, rooted: boolean): Evaluate {
    const name = written.startsWith('.') ? written.slice(1) : written;
    const cost = rooted ? 1 : 0;
    const local = written.startsWith('.') ? undefined : this.scope.findLast((variable) => variable.name === name);
    if (local !== undefined) {
      const { slot } = local;
      return (frame) => {
        frame.charge(cost);
        return frame.locals[slot] as CelValue;
      };
    }
    const unknown = new CelError(`no such attribute(s): ${name}`);
    return (frame) => {
      frame.charge(cost);
      const value = frame.resolve(name);
      return value === undefined ? unknown : value;
    };
  }

  /** What selections and indices start from; anything but variables costs one more. */
  private planOperand(expr: Expr, rooted: boolean): Evaluate {
    const isChain =
      expr.kind === 'ident' ||
      (expr.kind === 'select' && !expr.test) ||
      (expr.kind === 'call' && CHAINING.has(expr.name) && expr.target === undefined);
    const constant = this.constant(expr);
    if (isChain && constant === undefined) return this.planPart(expr, rooted);
    const operand = this.plan(expr);
    if (!rooted) return operand;
    return (frame) => {
      const value = operand(frame);
      frame.charge(1);
      return value;
    };
  }

  private planSelect(expr: Select, rooted: boolean): Evaluate {
    const named = this.checked.references.get(expr)?.name;
    if (named !== undefined) return this.planIdent(named, rooted);
    return expr.test ? this.planTest(expr) : this.planField(expr.operand, expr.field, false, rooted);
  }

  private planTest({ operand, field }: Select): Evaluate {
    const evaluate = this.planOperand(operand, true);
    return (frame) => {
      const value = evaluate(frame);
      if (isError(value)) return value;
      const found =
        value instanceof Optional ? (value.value === undefined ? undefined : fieldOf(value.value, field)) : fieldOf(value, field);
      return found !== undefined && isError(found) && !(value instanceof CelMap) ? found : found !== undefined;
    };
  }

  private planField(operand: Expr, field: string, optional: boolean, rooted: boolean): Evaluate {
    const evaluate = this.planOperand(operand, rooted);
    const get = (value: CelValue): CelValue | undefined => fieldOf(value, field);
    const key = new CelError(`no such key: ${field}`);
    return (frame) => qualify(frame, evaluate(frame), get, () => key, optional);
  }

  private planIndex(expr: Call, optional: boolean, rooted: boolean): Evaluate {
    const [operand, index] = expr.args as [Expr, Expr];
    const evaluate = this.planOperand(operand, rooted);
    const evaluateIndex = this.planBranch(index);
    return (frame) => {
      const container = evaluate(frame);
      if (isError(container)) return container;
      const key = evaluateIndex(frame);
      return qualify(
        frame,
        container,
        (value) => itemOf(value, key),
        (value) => missing(value, key),
        optional,
      );
    };
  }

  private planCall(expr: Call, rooted: boolean): Evaluate {
    const { args } = expr;
    if (expr.target === undefined) {
      switch (expr.name) {
        case '_[_]':
          return this.planIndex(expr, false, rooted);
        case '_[?_]':
          return this.planIndex(expr, true, rooted);
        case '_?._': {
          const [operand, field] = args as [Expr, Expr];
          return this.planField(operand, field.kind === 'literal' ? String(field.value) : '', true, rooted);
        }
        case '_?_:_':
          return this.planConditional(args as [Expr, Expr, Expr]);
        case '_&&_':
          return this.planLogic(args, false);
        case '_||_':
          return this.planLogic(args, true);
        case '@not_strictly_false': {
          const evaluate = this.plan(args[0] as Expr);
          return (frame) => {
            const value = evaluate(frame);
            frame.charge(1);
            return value !== false;
          };
        }
      }
    }
    return this.planFunction(expr);
  }

  private planConditional([condition, yes, no]: readonly [Expr, Expr, Expr]): Evaluate {
    const test = this.plan(condition);
    const branches = [this.planBranch(yes), this.planBranch(no)] as const;
    return (frame) => {
      const value = test(frame);
      if (typeof value !== 'boolean') return noSuchOverload(value);
      return branches[value ? 0 : 1](frame);
    };
  }

  /** `||` and `&&` are decided by either side, whatever the other one comes to. */
  private planLogic(args: readonly Expr[], decisive: boolean): Evaluate {
    const terms = args.map((arg) => this.plan(arg));
    return (frame) => {
      let fault: CelError | undefined;
      for (const term of terms) {
        const value = term(frame);
        if (value === decisive) return decisive;
        if (typeof value !== 'boolean') fault ??= noSuchOverload(value);
      }
      return fault ?? !decisive;
    };
  }

  private overloadsOf(name: string, reference: Reference | undefined): FunctionDeclaration['overloads'] {
    const overloads = this.functions.get(name)?.overloads ?? [];
    return overloads.filter(({ id }) => reference?.overloads?.includes(id) === true);
  }

  private planFunction(expr: Call): Evaluate {
    const reference = this.checked.references.get(expr);
    const name = reference?.name ?? expr.name;
    const isNamespaced = expr.target !== undefined && name !== expr.name && qualifiedName(expr.target) !== undefined;
    const operands = expr.target === undefined || isNamespaced ? expr.args : [expr.target, ...expr.args];
    const args = operands.map((arg) => this.plan(arg));
    if (name === 'or' || name === 'orValue') return planOr(name, args);
    const declaration = this.functions.get(name);
    if (declaration === undefined) throw new PlanError(`no such function: ${name}`);
    const overloads = this.overloadsOf(name, reference);
    const only = overloads.length === 1 ? (overloads[0]?.id ?? '') : '';
    const cost = name === '@in' && isLiteralList(expr.args[1]) ? () => 0 : callCost(name, only);
    const run = this.implementation(declaration, overloads);
    this.tryPattern(name, operands);
    return (frame) => {
      const values = args.map((arg) => arg(frame));
      frame.charge(cost(values));
      return values.find(isError) ?? run(values);
    };
  }

  /** Literal patterns are compiled before anything runs. */
  private tryPattern(name: string, [, pattern]: readonly Expr[]): void {
    if (!TAKES_PATTERN.has(name) || pattern?.kind !== 'literal' || typeof pattern.value !== 'string') return;
    try {
      compilePattern(pattern.value);
    } catch (error) {
      throw new PlanError((error as Error).message);
    }
  }

  private implementation(declaration: FunctionDeclaration, overloads: FunctionDeclaration['overloads']): (args: CelValue[]) => CelValue {
    const { name, singleton } = declaration;
    if (name === '_==_') return ([a, b]) => equal(a as CelValue, b as CelValue);
    if (name === '_!=_') {
      return ([a, b]) => {
        const same = equal(a as CelValue, b as CelValue);
        return typeof same === 'boolean' ? !same : same;
      };
    }
    if (singleton !== undefined) return (args) => singleton(...args);
    return (args) => run(matching(overloads, args), declaration, args);
  }

  private planList({ elements, optional }: List): Evaluate {
    const items = elements.map((element) => this.plan(element));
    return (frame) => {
      frame.charge(LIST_COST);
      const values: CelValue[] = [];
      for (const [i, item] of items.entries()) {
        const value = item(frame);
        if (isError(value)) return value;
        if (!optional.has(i)) values.push(value);
        else if (!(value instanceof Optional)) return notOptional(value, `index ${String(i)}`);
        else if (value.value !== undefined) values.push(value.value);
      }
      return new ValueList(values);
    };
  }

  private planMap({ entries }: MapLiteral): Evaluate {
    const planned = entries.map(({ key, value, optional }) => ({ key: this.plan(key), value: this.plan(value), optional }));
    return (frame) => {
      frame.charge(MAP_COST);
      const pairs: (readonly [CelValue, CelValue])[] = [];
      for (const entry of planned) {
        const key = entry.key(frame);
        if (isError(key)) return key;
        const value = entry.value(frame);
        if (isError(value)) return value;
        if (!entry.optional) pairs.push([key, value]);
        else if (!(value instanceof Optional)) return notOptional(value, `key '${String(key)}'`);
        else if (value.value !== undefined) pairs.push([key, value.value]);
      }
      return ValueMap.of(pairs);
    };
  }

  private planStruct(expr: Struct): Evaluate {
    const typeName = this.checked.references.get(expr)?.name ?? expr.typeName;
    const planned = expr.fields.map(({ name, value, optional }) => ({ name, value: this.plan(value), optional }));
    return (frame) => {
      const fields = new Map<string, CelValue>();
      for (const field of planned) {
        const value = field.value(frame);
        if (isError(value)) return value;
        if (!field.optional) fields.set(field.name, value);
        else if (!(value instanceof Optional)) return notOptional(value, `field '${field.name}'`);
        else if (value.value !== undefined) fields.set(field.name, value.value);
      }
      frame.charge(STRUCT_COST);
      return this.makeStruct(typeName, fields);
    };
  }

  private planComprehension(expr: Comprehension): Evaluate {
    const range = this.plan(expr.range);
    const init = this.plan(expr.init);
    const accumulator = this.declare(expr.accumulator);
    const variable = this.declare(expr.variable);
    const variable2 = expr.variable2 === undefined ? undefined : this.declare(expr.variable2);
    const condition = this.plan(expr.condition);
    const step = this.plan(expr.step);
    this.scope.length -= variable2 === undefined ? 1 : 2;
    const result = this.plan(expr.result);
    this.scope.length -= 1;
    return fold({ range, init, condition, step, result, accumulator, variable, variable2 });
  }

  private declare(name: string): number {
    const slot = this.slots++;
    this.scope.push({ name, slot });
    return slot;
  }
}

const TAKES_PATTERN: ReadonlySet<string> = new Set(['find', 'findAll', 'matches']);

/** Calls that go on from their first argument as selections do. */
const CHAINING: ReadonlySet<string> = new Set(['_[_]', '_[?_]', '_?._', '_?_:_']);

/** A list that membership is looked up in, not searched for. */
function isLiteralList(expr: Expr | undefined): boolean {
  return expr?.kind === 'list' && expr.optional.size === 0 && expr.elements.every(({ kind }) => kind === 'literal');
}

/** One step of a chain of selections; a step that leads somewhere costs 1. */
function qualify(
  frame: Frame,
  container: CelValue,
  get: (value: CelValue) => CelValue | undefined,
  absent: (container: CelValue) => CelError,
  optional: boolean,
): CelValue {
  if (isError(container)) return container;
  if (container instanceof Optional) {
    const found = within(container, get);
    if (!(found instanceof Optional) || found.value !== undefined) frame.charge(1);
    return found;
  }
  const found = get(container);
  if (found !== undefined || !optional) frame.charge(1);
  if (found === undefined) return optional ? Optional.NONE : absent(container);
  return optional && !isError(found) ? new Optional(found) : found;
}

/** `or` and `orValue` evaluate the other side only if they need it. */
function planOr(name: 'or' | 'orValue', [left, right]: readonly Evaluate[]): Evaluate {
  return (frame) => {
    const optional = left?.(frame) ?? null;
    if (!(optional instanceof Optional)) return optional;
    if (optional.value === undefined) return right?.(frame) ?? null;
    return name === 'or' ? optional : optional.value;
  };
}

function notOptional(value: CelValue, where: string): CelError {
  return new CelError(`cannot initialize optional list element from non-optional value ${String(value)} (${where})`);
}
