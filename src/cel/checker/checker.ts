import type { Call, Comprehension, Expr, List, MapLiteral, Reference, Select, Struct } from '../syntax/ast.js';
import type { Issue, Source } from '../syntax/source.js';
import type { FunctionDeclaration, Overload } from '../types/functions.js';
import { BOOL, DYN, ERROR, INT, isDyn, listOf, mapOf, optionalOf, param, unwrapOptional, type CelType } from '../types/type.js';
import { typeOfValue } from '../values/value.js';
import { Scope, type Declarations, type TypeProvider } from './scope.js';
import { mostGeneral, substitute, unify, unifyAll, type Substitutions } from './unify.js';

/** What the checker found out about an expression. */
export interface Checked {
  readonly expr: Expr;
  readonly types: ReadonlyMap<Expr, CelType>;
  readonly references: ReadonlyMap<Expr, Reference>;
  readonly issues: readonly Issue[];
}

/** Finds the types of an expression's parts and the functions that it calls (Go: cel-go/checker). */
export function check(source: Source, expr: Expr, declarations: Declarations): Checked {
  const checker = new Checker(source, declarations);
  checker.check(expr);
  return checker.finish(expr);
}

class Checker {
  private readonly types = new Map<Expr, CelType>();
  private readonly references = new Map<Expr, Reference>();
  private readonly issues: Issue[] = [];
  private readonly scope: Scope;
  private readonly provider: TypeProvider;
  private substitutions: Substitutions = new Map();
  private typeVariables = 0;

  constructor(
    private readonly source: Source,
    declarations: Declarations,
  ) {
    this.scope = new Scope(declarations);
    this.provider = declarations.provider;
  }

  finish(expr: Expr): Checked {
    for (const [node, type] of this.types) this.types.set(node, substitute(this.substitutions, type, true));
    return { expr, types: this.types, references: this.references, issues: this.issues };
  }

  check(expr: Expr): void {
    switch (expr.kind) {
      case 'literal':
        this.types.set(expr, typeOfValue(expr.value));
        break;
      case 'ident':
        if (!this.refer(expr, expr.name)) {
          this.types.set(expr, ERROR);
          this.undeclared(expr, expr.name);
        }
        break;
      case 'select':
        this.checkSelect(expr);
        break;
      case 'call':
        this.checkCall(expr);
        break;
      case 'list':
        this.checkList(expr);
        break;
      case 'map':
        this.checkMap(expr);
        break;
      case 'struct':
        this.checkStruct(expr);
        break;
      case 'comprehension':
        this.checkComprehension(expr);
        break;
      case 'unspecified':
        this.types.set(expr, ERROR);
    }
  }

  private report(node: { readonly at: number | undefined }, message: string): void {
    this.issues.push(this.source.issueAt(node.at, message));
  }

  private undeclared(node: Expr, name: string): void {
    this.report(node, `undeclared reference to '${name}' (in container '')`);
  }

  private mismatch(node: Expr, expected: CelType, actual: CelType): void {
    this.report(node, `expected type '${String(expected)}' but found '${String(actual)}'`);
  }

  private typeOf(expr: Expr): CelType {
    return this.types.get(expr) ?? ERROR;
  }

  private freshType(): CelType {
    return param(`_var${String(this.typeVariables++)}`);
  }

  /** Whether one type fits another, noting what that makes of type parameters. */
  private fits(a: CelType, b: CelType): boolean {
    const substitutions = unify(this.substitutions, a, b);
    if (substitutions === undefined) return false;
    this.substitutions = substitutions;
    return true;
  }

  /** Notes what a name stands for, if it stands for anything. */
  private refer(expr: Expr, name: string): boolean {
    const found = this.scope.find(name);
    if (found === undefined) return false;
    this.types.set(expr, found.type);
    this.references.set(expr, found.value === undefined ? { name: found.name } : { name: found.name, type: found.value });
    return true;
  }

  private checkSelect(expr: Select): void {
    const qualified = qualifiedName(expr);
    if (qualified !== undefined && this.refer(expr, qualified)) return;
    const type = this.selectField(expr, expr.operand, expr.field, false);
    this.types.set(expr, substitute(this.substitutions, expr.test ? BOOL : type, false));
  }

  private selectField(expr: Expr, operand: Expr, field: string, optional: boolean): CelType {
    this.check(operand);
    const operandType = substitute(this.substitutions, this.typeOf(operand), false);
    const inner = unwrapOptional(operandType);
    const type = this.fieldType(expr, inner ?? operandType, field);
    return inner !== undefined || optional ? optionalOf(type) : type;
  }

  private fieldType(expr: Expr, target: CelType, field: string): CelType {
    switch (target.kind) {
      case 'map':
        return target.params[1] ?? DYN;
      case 'struct':
        return this.lookUpField(expr, target.name, field) ?? ERROR;
      case 'param':
        this.fits(DYN, target);
        return DYN;
      default:
        if (!isDyn(target) && target.kind !== 'error') this.report(expr, `type '${String(target)}' does not support field selection`);
        return DYN;
    }
  }

  private lookUpField(node: { readonly at: number | undefined }, structName: string, field: string): CelType | undefined {
    if (this.provider.struct(structName) === undefined) {
      this.report(node, `unexpected failed resolution of '${structName}'`);
      return undefined;
    }
    const type = this.provider.field(structName, field);
    if (type === undefined) this.report(node, `undefined field '${field}'`);
    return type;
  }

  private checkCall(expr: Call): void {
    if (expr.name === '_?._') {
      this.checkOptionalSelect(expr);
      return;
    }
    for (const arg of expr.args) this.check(arg);
    if (expr.target === undefined) {
      this.resolve(expr, expr.name, undefined);
      return;
    }
    const prefix = qualifiedName(expr.target);
    if (prefix !== undefined && this.scope.findFunction(`${prefix}.${expr.name}`) !== undefined) {
      this.resolve(expr, `${prefix}.${expr.name}`, undefined);
      return;
    }
    this.check(expr.target);
    this.resolve(expr, expr.name, expr.target);
  }

  private checkOptionalSelect(expr: Call): void {
    const [operand, field] = expr.args as [Expr, Expr];
    const name = field.kind === 'literal' && typeof field.value === 'string' ? field.value : '';
    this.types.set(expr, substitute(this.substitutions, this.selectField(expr, operand, name, true), false));
    this.references.set(expr, { overloads: ['select_optional_field'] });
  }

  private resolve(expr: Call, name: string, target: Expr | undefined): void {
    const declaration = this.scope.findFunction(name);
    if (declaration === undefined) {
      this.types.set(expr, ERROR);
      this.undeclared(expr, name);
      return;
    }
    const operands = target === undefined ? expr.args : [target, ...expr.args];
    const resolution =
      name === '_&&_' || name === '_||_'
        ? this.resolveLogic(declaration, operands)
        : this.resolveOverloads(expr, declaration, operands, target);
    this.types.set(expr, resolution?.type ?? ERROR);
    if (resolution !== undefined) this.references.set(expr, { name: declaration.name, overloads: resolution.overloads });
  }

  private resolveLogic(declaration: FunctionDeclaration, operands: readonly Expr[]): Resolution | undefined {
    let right = true;
    for (const operand of operands) {
      const type = this.typeOf(operand);
      if (this.fits(type, BOOL)) continue;
      this.mismatch(operand, BOOL, type);
      right = false;
    }
    return right ? { type: BOOL, overloads: declaration.overloads.map(({ id }) => id) } : undefined;
  }

  private resolveOverloads(
    expr: Call,
    declaration: FunctionDeclaration,
    operands: readonly Expr[],
    target: Expr | undefined,
  ): Resolution | undefined {
    const types = operands.map((operand) => this.typeOf(operand));
    let result: CelType | undefined;
    const overloads: string[] = [];
    for (const overload of declaration.overloads) {
      if (overload.member !== (target !== undefined)) continue;
      const { args, result: resultType } = this.instantiate(overload);
      const substitutions = unifyAll(this.substitutions, types, args);
      if (substitutions === undefined) continue;
      this.substitutions = substitutions;
      overloads.push(overload.id);
      const type = substitute(this.substitutions, resultType, false);
      if (result === undefined) result = type;
      else if (!isDyn(result) && !type.equals(result)) result = DYN;
    }
    if (result !== undefined) return { type: result, overloads };
    const shown = types.map((type) => String(substitute(this.substitutions, type, true)));
    const signature = target === undefined ? `(${shown.join(', ')})` : `${shown[0] ?? ''}.(${shown.slice(1).join(', ')})`;
    this.report(expr, `found no matching overload for '${declaration.name}' applied to '${signature}'`);
    return undefined;
  }

  /** The signature with type variables of its own. */
  private instantiate({ args, result, params }: Overload): Pick<Overload, 'args' | 'result'> {
    if (params.length === 0) return { args, result };
    const fresh: Substitutions = new Map(params.map((name) => [name, this.freshType()]));
    return { args: args.map((type) => substitute(fresh, type, false)), result: substitute(fresh, result, false) };
  }

  private checkList(expr: List): void {
    let type: CelType | undefined;
    expr.elements.forEach((element, i) => {
      this.check(element);
      type = this.join(type, expr.optional.has(i) ? this.unwrapped(element) : this.typeOf(element));
    });
    this.types.set(expr, listOf(type ?? this.freshType()));
  }

  private checkMap(expr: MapLiteral): void {
    let keyType: CelType | undefined;
    let valueType: CelType | undefined;
    for (const { key, value, optional } of expr.entries) {
      this.check(key);
      keyType = this.join(keyType, this.typeOf(key));
      this.check(value);
      valueType = this.join(valueType, optional ? this.unwrapped(value) : this.typeOf(value));
    }
    this.types.set(expr, mapOf(keyType ?? this.freshType(), valueType ?? this.freshType()));
  }

  /** The type in the optional that has to stand after `?`. */
  private unwrapped(expr: Expr): CelType {
    const type = this.typeOf(expr);
    const inner = unwrapOptional(type);
    if (inner === undefined && !isDyn(type)) this.mismatch(expr, optionalOf(type), type);
    return inner ?? type;
  }

  /** What the items of a literal have in common; that they must be of one type is checked afterwards. */
  private join(previous: CelType | undefined, current: CelType): CelType {
    if (previous === undefined) return current;
    return this.fits(previous, current) ? mostGeneral(previous, current) : DYN;
  }

  private checkStruct(expr: Struct): void {
    const found = this.scope.find(expr.typeName);
    if (found === undefined) {
      this.undeclared(expr, expr.typeName);
      this.types.set(expr, ERROR);
      return;
    }
    this.references.set(expr, { name: found.name });
    const type = this.structType(expr, found.type);
    this.types.set(expr, type);
    for (const field of expr.fields) {
      this.check(field.value);
      const fieldType = this.lookUpField(field, found.name, field.name) ?? ERROR;
      const valueType = field.optional ? this.unwrapped(field.value) : this.typeOf(field.value);
      if (this.fits(fieldType, valueType)) continue;
      this.report(field, `expected type of field '${field.name}' is '${String(fieldType)}' but provided type is '${String(valueType)}'`);
    }
  }

  private structType(expr: Struct, type: CelType): CelType {
    if (type.kind === 'error') return ERROR;
    if (type.kind !== 'type') {
      this.report(expr, `'${type.name}' is not a type`);
      return ERROR;
    }
    const named = type.params[0] ?? ERROR;
    if (named.kind === 'struct' || named.kind === 'timestamp' || named.kind === 'duration') return named;
    this.report(expr, `'${named.name}' is not a message type`);
    return ERROR;
  }

  private checkComprehension(expr: Comprehension): void {
    this.check(expr.range);
    this.check(expr.init);
    const rangeType = substitute(this.substitutions, this.typeOf(expr.range), false);
    const accumulated = this.typeOf(expr.init);
    this.scope.enter([[expr.accumulator, accumulated]]);
    const [first, second] = this.iterationTypes(expr, rangeType);
    const variables: [string, CelType][] = [[expr.variable, first]];
    if (expr.variable2 !== undefined) variables.push([expr.variable2, second]);
    this.scope.enter(variables);
    this.check(expr.condition);
    this.require(expr.condition, BOOL);
    this.check(expr.step);
    this.require(expr.step, accumulated);
    this.scope.leave();
    this.check(expr.result);
    this.scope.leave();
    this.types.set(expr, substitute(this.substitutions, this.typeOf(expr.result), false));
  }

  private iterationTypes(expr: Comprehension, range: CelType): readonly [CelType, CelType] {
    const two = expr.variable2 !== undefined;
    const [first = DYN, second = DYN] = range.params;
    switch (range.kind) {
      case 'list':
        return two ? [INT, first] : [first, first];
      case 'map':
        return [first, second];
      case 'dyn':
      case 'error':
      case 'param':
        this.fits(DYN, range);
        return [DYN, DYN];
      default:
        this.report(expr.range, `expression of type '${String(range)}' cannot be range of a comprehension (must be list, map, or dynamic)`);
        return [ERROR, ERROR];
    }
  }

  private require(expr: Expr, type: CelType): void {
    if (!this.fits(type, this.typeOf(expr))) this.mismatch(expr, type, this.typeOf(expr));
  }
}

interface Resolution {
  readonly type: CelType;
  readonly overloads: readonly string[];
}

/** `a.b.c` as one name; undefined for anything else. */
export function qualifiedName(expr: Expr): string | undefined {
  if (expr.kind === 'ident') return expr.name;
  if (expr.kind !== 'select' || expr.test) return undefined;
  const prefix = qualifiedName(expr.operand);
  return prefix === undefined ? undefined : `${prefix}.${expr.field}`;
}
