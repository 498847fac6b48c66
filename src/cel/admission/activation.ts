import type { JsonObject } from '../../schema/type.js';
import { AuthorizerValue, ResourceCheckValue, type AskAccess, type ResourceQuestion } from '../library/authorizer.js';
import type { Resolve } from '../runtime/frame.js';
import { fromJson } from '../values/json.js';
import { CelError, CelMap, isError, type CelValue } from '../values/value.js';
import type { Expression } from './expressions.js';

/** What all expressions of a policy may cost on one request, and all match conditions (Go: celconfig). */
export const BUDGET = 10_000_000;
export const CONDITIONS_BUDGET = 2_500_000;

/** What the expressions of one request see. */
export interface AdmissionInput {
  /** AdmissionRequest without the objects. */
  readonly request: JsonObject;
  readonly object: JsonObject | null;
  readonly oldObject: JsonObject | null;
  readonly namespaceObject: JsonObject | null;
  readonly params?: JsonObject | null | undefined;
  /** Answers `authorizer`; absent where expressions have none. */
  readonly ask?: AskAccess | undefined;
  /** What `authorizer.requestResource` asks about. */
  readonly resource: Pick<ResourceQuestion, 'group' | 'resource' | 'subresource' | 'namespace' | 'name'>;
}

/** What came of one expression. */
export interface Evaluation {
  readonly value?: CelValue;
  /** Why there is no value. */
  readonly error?: string;
}

/** Thrown when expressions have used up what they may cost together; the message is the real server's. */
export class OutOfBudget extends Error {
  constructor() {
    super('validation failed due to running out of cost budget, no further validation rules will be run');
  }
}

/** Evaluates the expressions of one policy over one request; variables are evaluated once, when they are used. */
export class Activation {
  private readonly known = new Map<string, CelValue | undefined>();
  private variableCost = 0;

  constructor(
    private readonly input: AdmissionInput,
    private readonly variables: ReadonlyMap<string, Expression> = new Map(),
    private budget = BUDGET,
  ) {}

  /** What is left of the budget. */
  get remaining(): number {
    return this.budget;
  }

  /** Throws OutOfBudget. */
  evaluate({ source, program, fault }: Expression): Evaluation {
    if (program === undefined) return { error: `compilation error: ${fault?.detail ?? ''}` };
    this.variableCost = 0;
    const { value, cost } = program.evaluate(this.resolve);
    this.spend(this.variableCost);
    this.spend(cost);
    return isError(value) ? { error: `expression '${source}' resulted in error: ${value.message}` } : { value };
  }

  private spend(cost: number): void {
    if (cost > this.budget) throw new OutOfBudget();
    this.budget -= cost;
  }

  private readonly resolve: Resolve = (name) => {
    if (!this.known.has(name)) this.known.set(name, this.make(name));
    return this.known.get(name);
  };

  private make(name: string): CelValue | undefined {
    const { input } = this;
    switch (name) {
      case 'object':
        return fromJson(input.object);
      case 'oldObject':
        return fromJson(input.oldObject);
      case 'namespaceObject':
        return fromJson(input.namespaceObject);
      case 'request':
        return fromJson(input.request);
      case 'params':
        return fromJson(input.params ?? null);
      case 'variables':
        return new VariableMap((variable) => this.variable(variable), this.variables);
      case 'authorizer':
        return input.ask && new AuthorizerValue(input.ask);
      case 'authorizer.requestResource':
        return (
          input.ask && new ResourceCheckValue(new AuthorizerValue(input.ask), { ...input.resource, fieldSelector: '', labelSelector: '' })
        );
      default:
        return undefined;
    }
  }

  private variable(name: string): CelValue | undefined {
    const expression = this.variables.get(name);
    if (expression === undefined) return undefined;
    const { program, fault } = expression;
    if (program === undefined) return new CelError(`composited variable "${name}" fails to compile: ${fault?.detail ?? ''}`);
    const { value, cost } = program.evaluate(this.resolve);
    this.variableCost += cost;
    return isError(value) ? new CelError(`composited variable "${name}" fails to evaluate: ${value.message}`) : value;
  }
}

/** `variables`: each is evaluated when it is first named. */
class VariableMap extends CelMap {
  private readonly values = new Map<string, CelValue | undefined>();

  constructor(
    private readonly evaluate: (name: string) => CelValue | undefined,
    private readonly names: ReadonlyMap<string, unknown>,
  ) {
    super();
  }

  get size(): number {
    return this.names.size;
  }

  find(key: CelValue): CelValue | undefined {
    if (typeof key !== 'string') return undefined;
    if (!this.values.has(key)) this.values.set(key, this.evaluate(key));
    return this.values.get(key);
  }

  keys(): readonly CelValue[] {
    return [...this.names.keys()];
  }
}
