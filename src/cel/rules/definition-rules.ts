import { forbidden, internal, invalid, type FieldError } from '../../apimachinery/field-error.js';
import type { FieldPath } from '../../apimachinery/field-path.js';
import { Structural, type JsonSchema } from '../../schema/custom/structural.js';
import { MAX_UINT64 } from '../checker/estimate.js';
import { RuleCompilation, type CompiledRule } from './compile-rule.js';

/** What one rule and all rules of a definition may cost by estimate. */
const RULE_LIMIT = 10_000_000n;
const TOTAL_LIMIT = 100_000_000n;
/** How many of the dearest rules are blamed for a total that is too high; those below a hundredth of it never are. */
const BLAMED = 4;
const MAX_REQUEST = 3 * 1024 * 1024;

/** Prints a rule as Go prints the struct. */
export type ShowRule = (rule: unknown) => unknown;

/** The rules of one definition's schema. */
export class DefinitionRules {
  readonly errors: FieldError[] = [];
  private total = 0n;
  private dearest: { readonly path: FieldPath; readonly cost: bigint }[] = [];

  constructor(
    private readonly showRule: ShowRule,
    /** The schema is the same as before: what single rules cost was accepted then. */
    readonly isUnchanged: boolean,
  ) {}

  /** The context of the schema's root. */
  root(schema: JsonSchema): RuleContext {
    return new RuleContext(this, schema, true, 1n, undefined);
  }

  /** Adds what is wrong with the costs of all rules together. */
  finish(path: FieldPath): FieldError[] {
    if (this.total <= TOTAL_LIMIT) return this.errors;
    for (const rule of this.dearest)
      this.errors.push(forbidden(rule.path, 'contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema'));
    const what = 'x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema';
    this.errors.push(forbidden(path, tooDear(what, this.total, TOTAL_LIMIT)));
    return this.errors;
  }

  /** Adds the faults of compiled rules of one schema. */
  judge(rules: readonly CompiledRule[], costOf: (rule: CompiledRule) => bigint, messageCostOf: MessageCost, at: Place): void {
    rules.forEach((rule, i) => {
      const path = at.path.index(i);
      const cost = costOf(rule);
      this.charge(cost, 'estimated rule cost', path.child('rule'));
      if (rule.fault !== undefined) this.errors.push(invalid(path.child('rule'), this.showRule(rule.source), rule.fault));
      if (rule.messageFault !== undefined)
        this.errors.push(invalid(path.child('messageExpression'), this.showRule(rule.source), rule.messageFault));
      else if (rule.message !== undefined)
        this.charge(messageCostOf(rule), 'estimated messageExpression cost', path.child('messageExpression'));
      this.judgeOldSelf(rule, path, at.uncorrelatable);
    });
  }

  private charge(cost: bigint, what: string, path: FieldPath): void {
    if (!this.isUnchanged && cost > RULE_LIMIT) this.errors.push(forbidden(path, tooDear(what, cost, RULE_LIMIT)));
    this.total = this.total + cost > MAX_UINT64 ? MAX_UINT64 : this.total + cost;
    if (cost < TOTAL_LIMIT / 100n) return;
    this.dearest.push({ path, cost });
    this.dearest.sort((a, b) => (a.cost < b.cost ? 1 : a.cost > b.cost ? -1 : 0));
    this.dearest.length = Math.min(this.dearest.length, BLAMED);
  }

  private judgeOldSelf({ usesOldSelf, source }: CompiledRule, path: FieldPath, uncorrelatable: FieldPath | undefined): void {
    const { optionalOldSelf, rule } = source;
    if (usesOldSelf && uncorrelatable !== undefined) {
      const detail = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${String(uncorrelatable)}`;
      this.errors.push(invalid(path.child('rule'), rule, detail));
    } else if (!usesOldSelf && optionalOldSelf !== undefined)
      this.errors.push(invalid(path.child('optionalOldSelf'), optionalOldSelf, 'may not be set if oldSelf is not used in rule'));
  }
}

type MessageCost = (rule: CompiledRule) => bigint;

interface Place {
  readonly path: FieldPath;
  readonly uncorrelatable: FieldPath | undefined;
}

/** One place in the schema, as rules see it (Go: CELSchemaContext). */
export class RuleContext {
  constructor(
    private readonly rules: DefinitionRules,
    private readonly schema: JsonSchema,
    private readonly isRoot: boolean,
    /** How many values of the schema an object may hold; undefined if there is no bound. */
    private readonly cardinality: bigint | undefined,
    private readonly uncorrelatable: FieldPath | undefined,
  ) {}

  /** The context of a property of this schema, which is at `path`. */
  property(schema: JsonSchema, path: FieldPath): RuleContext {
    const mapType = this.schema['x-kubernetes-map-type'];
    const correlates = mapType === undefined || mapType === 'granular' || mapType === 'atomic';
    return this.child(schema, correlates ? undefined : path);
  }

  additional(schema: JsonSchema): RuleContext {
    return this.child(schema, undefined);
  }

  items(schema: JsonSchema, path: FieldPath): RuleContext {
    return this.child(schema, this.schema['x-kubernetes-list-type'] === 'map' ? undefined : path);
  }

  private child(schema: JsonSchema, uncorrelatable: FieldPath | undefined): RuleContext {
    const factor = maxElements(this.schema);
    const cardinality = this.cardinality === undefined || factor === undefined ? undefined : times(this.cardinality, factor);
    return new RuleContext(this.rules, schema, false, cardinality, this.uncorrelatable ?? uncorrelatable);
  }

  /** Compiles and judges the rules of this schema itself. */
  check(path: FieldPath): void {
    const at = path.child('x-kubernetes-validations');
    const structural = new Structural(this.schema);
    const compilation = new RuleCompilation(structural, this.isRoot || structural.embedded);
    const { root, sizeAt } = compilation.types;
    if (root === undefined) {
      const why = 'unable to convert structural schema to CEL declarations';
      this.rules.errors.push(
        internal(at, `internal error: failed to construct type information for x-kubernetes-validations rules: ${why}`),
      );
      return;
    }
    const cardinality = this.cardinality ?? BigInt(Math.floor(MAX_REQUEST / (root.minSize + 1)));
    this.rules.judge(
      compilation.compile(),
      ({ program }) => times(program?.estimate(sizeAt).max ?? 0n, cardinality),
      ({ message }) => message?.estimate(sizeAt).max ?? 0n,
      { path: at, uncorrelatable: this.uncorrelatable },
    );
  }
}

function times(a: bigint, b: bigint): bigint {
  const product = a * b;
  return product > MAX_UINT64 ? MAX_UINT64 : product;
}

/** By how much a schema multiplies its children; undefined if there is no bound. */
function maxElements(schema: JsonSchema): bigint | undefined {
  const { type, maxProperties, maxItems, additionalProperties } = schema;
  let bound: number | undefined = 1;
  if (type === 'object' && additionalProperties !== undefined && additionalProperties !== null) bound = maxProperties;
  else if (type === 'array') bound = maxItems;
  return bound === undefined ? undefined : BigInt(Math.max(0, bound));
}

function tooDear(what: string, cost: bigint, limit: bigint): string {
  const factor = Number(cost) / Number(limit);
  const shown = factor > 100 ? 'more than 100x' : factor < 1.5 ? `${factor.toFixed(6)}x` : `${factor.toFixed(1)}x`;
  const advice = 'try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared';
  return `${what} exceeds budget by factor of ${shown} (${advice})`;
}
