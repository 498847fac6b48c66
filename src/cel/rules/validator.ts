import type { FieldError } from '../../apimachinery/field-error.js';
import {
  duplicate,
  forbidden,
  goQuote,
  internal,
  invalid,
  OMIT_VALUE,
  required,
  type FieldErrorType,
} from '../../apimachinery/field-error.js';
import { FieldPath } from '../../apimachinery/field-path.js';
import { isObject } from '../../schema/custom/json-object.js';
import { resolvePath, SchemaPathError } from '../../schema/custom/schema-path.js';
import type { Structural } from '../../schema/custom/structural.js';
import type { Correlated } from '../../schema/custom/validation/correlated.js';
import type { ValidationRule } from '../../schema/generated/apiextensions-v1.js';
import type { JsonObject, JsonValue } from '../../schema/type.js';
import type { Program } from '../environment.js';
import type { Resolve } from '../runtime/frame.js';
import { isError, Optional } from '../values/value.js';
import { RuleCompilation, type CompiledRule } from './compile-rule.js';
import { asResource } from './schema-type.js';
import { valueBySchema } from './schema-values.js';

/** What all rules of one object may cost together (Go: celconfig.RuntimeCELCostBudget). */
export const RULE_BUDGET = 10_000_000;
const MAX_MESSAGE_BYTES = 5 * 1024;

/** What rules find in a value. */
export interface Findings {
  readonly errors: FieldError[];
  /** Faults of values that haven't changed, which an update may keep. */
  readonly warnings: string[];
}

/** Where a value stands, for the messages; undefined is the root. */
type Place = FieldPath | undefined;

/**
 * How a value corresponds to the one it replaces: itself, or the nearest value
 * around it that does. Faults of what hasn't changed are forgiven.
 */
interface Ratchet {
  readonly current: Correlated | undefined;
  readonly parent: Correlated | undefined;
}

const NO_RATCHET: Ratchet = { current: undefined, parent: undefined };

/** The rules of a schema and of those below it; nodes without any rule below them are left out (Go: cel.Validator). */
export class RuleNode {
  private compiled: readonly CompiledRule[] | undefined;
  private readonly view: Structural;

  private constructor(
    private readonly schema: Structural,
    private readonly isResource: boolean,
    private readonly items: RuleNode | undefined,
    private readonly additional: RuleNode | undefined,
    private readonly properties: ReadonlyMap<string, RuleNode>,
  ) {
    this.view = isResource ? asResource(schema) : schema;
  }

  /** Undefined if there are no rules. */
  static of(schema: Structural, isResource: boolean): RuleNode | undefined {
    if (!schema.reachesRules) return undefined;
    const items = schema.items && RuleNode.of(schema.items, schema.items.embedded);
    const additional = schema.additional && RuleNode.of(schema.additional, schema.additional.embedded);
    const properties = new Map<string, RuleNode>();
    for (const name of schema.propertyNames) {
      const property = schema.property(name);
      const node = property && RuleNode.of(property, property.embedded);
      if (node !== undefined) properties.set(name, node);
    }
    return new RuleNode(schema, isResource, items, additional, properties);
  }

  /** Evaluates all rules over an object; `old` is the one that it replaces. */
  validate(value: JsonValue, old: JsonValue | undefined, correlation: Correlated | undefined, path?: FieldPath): Findings {
    const run = new Run();
    this.visit(run, path, value, old, { current: correlation, parent: undefined });
    return run;
  }

  private get rules(): readonly CompiledRule[] {
    this.compiled ??= new RuleCompilation(this.schema, this.isResource).compile();
    return this.compiled;
  }

  private visit(run: Run, path: Place, value: JsonValue, old: JsonValue | undefined, ratchet: Ratchet): void {
    if (value === null || run.isOver) return;
    if (this.schema.source['x-kubernetes-validations'] !== undefined) this.evaluate(run, path, value, old ?? undefined, ratchet);
    if (run.isOver) return;
    if (Array.isArray(value)) this.visitItems(run, path, value, Array.isArray(old) ? old : [], ratchet);
    else if (isObject(value)) this.visitMembers(run, path, value, isObject(old) ? old : {}, ratchet);
  }

  private visitItems(run: Run, path: Place, value: readonly JsonValue[], old: readonly JsonValue[], ratchet: Ratchet): void {
    const { items } = this;
    if (items === undefined) return;
    const byKey = this.schema.listType === 'map' ? new Map(old.map((item) => [this.keyOf(item), item])) : undefined;
    value.forEach((item, i) => {
      items.visit(run, (path ?? FieldPath.of()).index(i), item, byKey?.get(this.keyOf(item)), itemOf(ratchet, i));
    });
  }

  private keyOf(item: JsonValue): string {
    const object = isObject(item) ? item : {};
    return JSON.stringify(this.schema.mapKeys.map((key) => object[key] ?? null));
  }

  private visitMembers(run: Run, path: Place, value: JsonObject, old: JsonObject, ratchet: Ratchet): void {
    if (this.additional === undefined && this.properties.size === 0) return;
    for (const [name, member] of Object.entries(value)) {
      if (member === undefined) continue;
      const before = Object.hasOwn(old, name) ? old[name] : undefined;
      this.additional?.visit(run, (path ?? FieldPath.of()).key(name), member, before, memberOf(ratchet, name));
      this.properties.get(name)?.visit(run, path?.child(name) ?? FieldPath.of(name), member, before, memberOf(ratchet, name));
    }
  }

  private evaluate(run: Run, path: Place, value: JsonValue, old: JsonValue | undefined, ratchet: Ratchet): void {
    if (run.budget <= 0) {
      run.stop(invalid(show(path), this.schema.type, OUT_OF_BUDGET));
      return;
    }
    const self = valueBySchema(value, this.view);
    const oldSelf = old === undefined ? undefined : valueBySchema(old, this.view);
    for (const rule of this.rules) {
      const resolve: Resolve = (name) => {
        if (name === 'self') return self;
        if (name !== 'oldSelf') return undefined;
        if (rule.source.optionalOldSelf !== true) return oldSelf;
        return oldSelf === undefined ? Optional.NONE : new Optional(oldSelf);
      };
      this.evaluateRule(run, { rule, path, value, resolve, hasOld: old !== undefined, ratchet });
      if (run.isOver) return;
    }
  }

  private evaluateRule(run: Run, { rule, path, value, resolve, hasOld, ratchet }: Evaluation): void {
    const { source, program, fault, usesOldSelf } = rule;
    const fail = (detail: string): FieldError => invalid(show(path), this.schema.type, detail);
    if (fault !== undefined) run.errors.push(fail(`rule compile error: ${fault}`));
    if (program === undefined || (usesOldSelf && !hasOld && source.optionalOldSelf !== true)) return;
    const { value: result, cost, exceeded } = program.evaluate(resolve);
    if (cost > run.budget) {
      run.stop(fail(OUT_OF_BUDGET));
      return;
    }
    run.budget -= cost;
    if (isError(result)) {
      const { message } = result;
      if (exceeded)
        run.stop(fail(`'${message}': no further validation rules will be run due to call cost exceeds limit for rule: ${nameOf(source)}`));
      else if (message.startsWith('no such overload')) {
        const why = 'call arguments did not match a supported operator, function or macro signature for rule';
        run.errors.push(fail(`'${message}': ${why}: ${nameOf(source)}`));
      } else run.errors.push(fail(`${message} evaluating rule: ${nameOf(source)}`));
      return;
    }
    if (result === true) return;
    const at = placeOf(source, path, this.schema);
    const forgiven = !usesOldSelf && isUnchanged(ratchet);
    const report = (error: FieldError): void => {
      if (forgiven) run.warnings.push(error.toString());
      else run.errors.push(error);
    };
    const detail = this.detailOf(run, rule, resolve, at, report);
    if (detail === undefined) return;
    const shown = this.schema.type === 'object' || this.schema.type === 'array' ? OMIT_VALUE : value;
    report(errorFor(source.reason, at, shown, detail));
  }

  /** The message of a rule that failed; undefined if making it has used up the budget. */
  private detailOf(
    run: Run,
    { source, message }: CompiledRule,
    resolve: Resolve,
    at: FieldPath | string,
    report: (error: FieldError) => void,
  ): string | undefined {
    if (message !== undefined) {
      const outcome = evaluateMessage(message, source.messageExpression ?? '', resolve, run.budget);
      if (typeof outcome.stop === 'string') {
        report(outcome.isInternal === true ? internal(at, outcome.stop) : invalid(at, this.schema.type, outcome.stop));
        run.isOver = true;
        return undefined;
      }
      run.budget -= outcome.cost;
      if (outcome.text !== undefined) return outcome.text;
    }
    const { message: given = '' } = source;
    return given === '' ? `failed rule: ${nameOf(source)}` : given.trim();
  }
}

interface Evaluation {
  readonly rule: CompiledRule;
  readonly path: Place;
  readonly value: JsonValue;
  readonly resolve: Resolve;
  readonly hasOld: boolean;
  readonly ratchet: Ratchet;
}

const OUT_OF_BUDGET = 'validation failed due to running out of cost budget, no further validation rules will be run';

/** One validation of an object: what was found, and what may still be spent. */
class Run implements Findings {
  readonly errors: FieldError[] = [];
  readonly warnings: string[] = [];
  budget = RULE_BUDGET;
  isOver = false;

  stop(error: FieldError): void {
    this.errors.push(error);
    this.isOver = true;
  }
}

interface MessageOutcome {
  readonly cost: number;
  /** Absent if the expression gives no usable text; then there is another message. */
  readonly text?: string;
  /** Why no more rules are evaluated. */
  readonly stop?: string;
  readonly isInternal?: boolean;
}

function evaluateMessage(program: Program, source: string, resolve: Resolve, budget: number): MessageOutcome {
  const { value, cost, exceeded } = program.evaluate(resolve);
  if (cost > budget)
    return { cost, stop: 'messageExpression evaluation failed due to running out of cost budget, no further validation rules will be run' };
  if (exceeded)
    return {
      cost,
      stop: `no further validation rules will be run due to call cost exceeds limit for messageExpression: ${goQuote(source)}`,
    };
  const text = typeof value === 'string' ? value.trim() : '';
  return text === '' || Buffer.byteLength(text) > MAX_MESSAGE_BYTES || text.includes('\n') ? { cost } : { cost, text };
}

function nameOf({ message = '', rule = '' }: ValidationRule): string {
  return message === '' ? rule.trim() : message.trim();
}

function show(path: Place): FieldPath | string {
  return path ?? '<nil>';
}

function placeOf({ fieldPath = '' }: ValidationRule, path: Place, schema: Structural): FieldPath | string {
  if (fieldPath === '') return show(path);
  try {
    const { text } = resolvePath(fieldPath, schema.source, true);
    return path?.child(text) ?? text;
  } catch (error) {
    if (error instanceof SchemaPathError) return show(path);
    throw error;
  }
}

type Reason = Extract<FieldErrorType, 'FieldValueForbidden' | 'FieldValueRequired' | 'FieldValueDuplicate'>;

function errorFor(reason: string | undefined, path: FieldPath | string, value: unknown, detail: string): FieldError {
  switch (reason as Reason | undefined) {
    case 'FieldValueForbidden':
      return forbidden(path, detail);
    case 'FieldValueRequired':
      return required(path, detail);
    case 'FieldValueDuplicate':
      return duplicate(path, value);
    default:
      return invalid(path, value, detail);
  }
}

function memberOf(ratchet: Ratchet, name: string): Ratchet {
  if (ratchet.current === undefined) return ratchet;
  // Both are converted to one version, so these always look the same.
  if (ratchet.parent === undefined && (name === 'apiVersion' || name === 'kind')) return NO_RATCHET;
  return { current: ratchet.current.key(name), parent: ratchet.current };
}

function itemOf(ratchet: Ratchet, index: number): Ratchet {
  if (ratchet.current === undefined) return ratchet;
  return { current: ratchet.current.index(index), parent: ratchet.current };
}

function isUnchanged({ current, parent }: Ratchet): boolean {
  return (current ?? parent)?.isUnchanged === true;
}
