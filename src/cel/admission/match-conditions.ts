import type { MatchCondition } from '../../schema/generated/admissionregistration-v1.js';
import { Activation, CONDITIONS_BUDGET, OutOfBudget, type AdmissionInput } from './activation.js';
import { compilePlain, type Expression } from './expressions.js';

/** What became of one condition, or of all of them where `name` is empty (the budget). */
export interface ConditionOutcome {
  readonly name: string;
  readonly value: boolean | undefined;
  /** Why there is no value. */
  readonly error?: string | undefined;
}

/** A condition under which a webhook or a policy is asked. */
export interface NamedExpression {
  readonly name: string;
  readonly expression: Expression;
}

/** Compiles the match conditions of a webhook. */
export function compileConditions(conditions: readonly MatchCondition[]): NamedExpression[] {
  const scope = { hasParams: false, hasAuthorizer: true, hasPatchTypes: false };
  return conditions.map(({ name = '', expression = '' }) => ({ name, expression: compilePlain(expression, 'bool', scope) }));
}

/** Evaluates conditions in their order. They see no namespace. */
export function evaluateConditions(
  conditions: readonly NamedExpression[],
  input: AdmissionInput,
  variables?: ReadonlyMap<string, Expression>,
): ConditionOutcome[] {
  const activation = new Activation({ ...input, namespaceObject: null }, variables, CONDITIONS_BUDGET);
  try {
    return conditions.map(({ name, expression }) => {
      const { value, error } = activation.evaluate(expression);
      return { name, value: typeof value === 'boolean' ? value : undefined, error };
    });
  } catch (error) {
    if (error instanceof OutOfBudget) return [{ name: '', value: undefined, error: error.message }];
    throw error;
  }
}
