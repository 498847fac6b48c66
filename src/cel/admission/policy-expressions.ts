import type { MatchCondition, Variable } from '../../schema/generated/admissionregistration-v1.js';
import { Activation, BUDGET, type AdmissionInput } from './activation.js';
import { Composition, type Expression, type Returns, type Scope } from './expressions.js';
import { evaluateConditions, type ConditionOutcome, type NamedExpression } from './match-conditions.js';

/** What all expressions of a policy have in common. */
export interface PolicyParts {
  readonly hasParams: boolean;
  readonly variables: readonly Variable[];
  readonly matchConditions: readonly MatchCondition[];
}

/** Compiles and evaluates the expressions of one policy. */
export class PolicyExpressions {
  private readonly composition: Composition;
  private readonly conditions: readonly NamedExpression[];

  constructor(private readonly parts: PolicyParts) {
    this.composition = parts.variables.reduce(
      (composition, { name = '', expression = '' }) => composition.with(name, expression),
      Composition.empty(parts.hasParams),
    );
    this.conditions = parts.matchConditions.map(({ name = '', expression = '' }) => ({
      name,
      expression: this.compile(expression, 'bool'),
    }));
  }

  /** Expressions see params and the authorizer unless `scope` says otherwise. */
  compile(source: string, returns: Returns, scope: Partial<Omit<Scope, 'typed' | 'hasParams'>> = {}): Expression {
    return this.composition.compile(source, returns, {
      hasParams: this.parts.hasParams,
      hasAuthorizer: true,
      hasPatchTypes: false,
      ...scope,
    });
  }

  /** What the match conditions say of a request. */
  outcomes(input: AdmissionInput): readonly ConditionOutcome[] {
    return this.conditions.length === 0 ? [] : evaluateConditions(this.conditions, input, this.composition.variables);
  }

  /** @param budget what all expressions of the activation may cost together */
  activation(input: AdmissionInput, budget = BUDGET): Activation {
    return new Activation(input, this.composition.variables, budget);
  }
}
