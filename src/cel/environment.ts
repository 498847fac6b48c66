import { check } from './checker/checker.js';
import { estimateCost, type SizeAt } from './checker/cost.js';
import type { Estimate } from './checker/estimate.js';
import { NO_TYPES, type Declarations, type TypeProvider } from './checker/scope.js';
import { validateLiterals } from './checker/validators.js';
import { AUTHORIZATION, AUTHORIZATION_TYPES } from './library/authorizer.js';
import { BASICS } from './library/basics.js';
import { CONVERSIONS, toDuration, toTimestamp } from './library/conversions.js';
import { JSON_PATCH } from './library/json-patch.js';
import { KUBERNETES_LISTS, LISTS, MAP_INSERT, SETS } from './library/lists.js';
import { NAMED_FORMAT, NAMED_FORMATS } from './library/named-format.js';
import { ADDRESSES, CIDR, IP, NETWORKS } from './library/network.js';
import { OPERATOR_IMPLEMENTATIONS, OPERATORS } from './library/operators.js';
import { OPTIONALS } from './library/optionals.js';
import { QUANTITIES, QUANTITY } from './library/quantity.js';
import { REGEXES } from './library/regex.js';
import { SEMVER, SEMVERS } from './library/semver.js';
import { TEXTS } from './library/strings.js';
import { TIMES } from './library/times.js';
import { URL_TYPE, URLS } from './library/url.js';
import { CostLimitExceeded, Frame, type Evaluate, type Resolve } from './runtime/frame.js';
import { plan, PlanError, type MakeStruct } from './runtime/planner.js';
import { renewSearches } from './runtime/search-budget.js';
import { parse } from './syntax/parser.js';
import { declare, type FunctionDeclaration, type Library } from './types/functions.js';
import type { CelType } from './types/type.js';
import { CelError, type CelValue } from './values/value.js';
import type { Checked } from './checker/checker.js';

/** What one evaluation of an expression may cost (Go: celconfig.PerCallLimit). */
export const PER_CALL_LIMIT = 1_000_000;

/** The libraries of Kubernetes v1.36, in the order in which their overloads are declared (Go: environment.baseOpts). */
const LIBRARIES: readonly Library[] = [
  OPERATORS,
  BASICS,
  CONVERSIONS,
  TIMES,
  URLS,
  REGEXES,
  KUBERNETES_LISTS,
  AUTHORIZATION,
  OPTIONALS,
  QUANTITIES,
  TEXTS,
  SETS,
  ADDRESSES,
  NETWORKS,
  NAMED_FORMATS,
  MAP_INSERT,
  SEMVERS,
  LISTS,
];

const FUNCTIONS = declare(LIBRARIES, OPERATOR_IMPLEMENTATIONS);
const MUTATION_FUNCTIONS = declare([...LIBRARIES, JSON_PATCH], OPERATOR_IMPLEMENTATIONS);
/** Types that expressions may name; those that are only ever made by functions can't be named upstream either. */
const TYPES: ReadonlyMap<string, CelType> = new Map(
  [IP, CIDR, QUANTITY, URL_TYPE, SEMVER, NAMED_FORMAT, ...AUTHORIZATION_TYPES]
    .filter(({ kind }) => kind === 'opaque')
    .map((type) => [type.name, type]),
);

/** What expressions of one place may name. */
export interface EnvironmentOptions {
  readonly variables: ReadonlyMap<string, CelType>;
  readonly provider?: TypeProvider;
  /** For struct literals of the provider's types. */
  readonly makeStruct?: MakeStruct;
  /** Adds what only mutations have. */
  readonly forMutations?: boolean;
  /** Adds the macro `cel.bind`. */
  readonly withBindings?: boolean;
}

/** A compiled expression, or why there is none. */
export type Compiled =
  { readonly program: Program; readonly issues?: undefined } | { readonly program?: undefined; readonly issues: string };

/** Compiles expressions. */
export class Environment {
  private readonly declarations: Declarations;
  private readonly functions: ReadonlyMap<string, FunctionDeclaration>;
  private readonly makeStruct: MakeStruct;
  private readonly withBindings: boolean;

  constructor({ variables, provider = NO_TYPES, makeStruct, forMutations = false, withBindings = false }: EnvironmentOptions) {
    this.withBindings = withBindings;
    this.functions = forMutations ? MUTATION_FUNCTIONS : FUNCTIONS;
    this.declarations = { variables, provider, functions: this.functions, types: TYPES };
    this.makeStruct = makeStruct ?? ((typeName) => new CelError(`unknown type '${typeName}'`));
  }

  /** Parses and checks; issues are told as the real server tells them. */
  compile(text: string): Compiled {
    const { source, expr, issues } = parse(text, this.withBindings);
    if (expr === undefined) return { issues: source.describe(issues) };
    const checked = check(source, expr, this.declarations);
    const faults =
      checked.issues.length > 0
        ? checked.issues
        : validateLiterals(source, checked, { duration: toDuration as never, timestamp: toTimestamp as never });
    if (faults.length > 0) return { issues: source.describe(faults) };
    return { program: new Program(checked, this.functions, this.makeStruct) };
  }
}

/** What came of an evaluation. */
export interface Outcome {
  /** An error if the expression has no value. */
  readonly value: CelValue;
  readonly cost: number;
  /** The expression was stopped since it cost too much; then the value is an error. */
  readonly exceeded: boolean;
}

/** A compiled expression. Its plan is made when it is first needed. */
export class Program {
  private planned: Evaluate | undefined;

  constructor(
    private readonly checked: Checked,
    private readonly functions: ReadonlyMap<string, FunctionDeclaration>,
    private readonly makeStruct: MakeStruct,
  ) {}

  /** The type of its value. */
  get type(): CelType {
    return this.checked.types.get(this.checked.expr) as CelType;
  }

  /** Whether the expression names a variable. */
  uses(variable: string): boolean {
    for (const { name, overloads } of this.checked.references.values()) if (name === variable && overloads === undefined) return true;
    return false;
  }

  estimate(sizeAt: SizeAt = () => undefined): Estimate {
    return estimateCost(this.checked, sizeAt);
  }

  /** Why it can't be evaluated whatever the variables: a constant part of it has no value. */
  get fault(): string | undefined {
    try {
      this.plan();
      return undefined;
    } catch (error) {
      if (error instanceof PlanError) return error.message;
      throw error;
    }
  }

  /** @param limit of the cost, besides that of every call */
  evaluate(resolve: Resolve, limit = PER_CALL_LIMIT): Outcome {
    renewSearches();
    const frame = new Frame(resolve, Math.min(limit, PER_CALL_LIMIT));
    try {
      return { value: this.plan()(frame), cost: frame.cost, exceeded: false };
    } catch (error) {
      if (error instanceof CostLimitExceeded) return { value: new CelError(error.message), cost: frame.cost, exceeded: true };
      if (error instanceof PlanError) return { value: new CelError(error.message), cost: 0, exceeded: false };
      throw error;
    }
  }

  private plan(): Evaluate {
    this.planned ??= plan(this.checked, this.functions, this.makeStruct);
    return this.planned;
  }
}
