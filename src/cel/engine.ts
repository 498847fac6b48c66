import { RuleNode } from './rules/validator.js';
import type { Structural } from '../schema/custom/structural.js';

/** What the rest of the server uses of CEL. Loaded when the first expression is met (loader.ts). */

export { DeviceMatcher } from './devices/device-matcher.js';
export { compileDeviceSelector } from './devices/device-selector.js';
export { compileExpression, type ExpressionUse } from './admission/compile-expression.js';
export { compileConditions, evaluateConditions, type ConditionOutcome, type NamedExpression } from './admission/match-conditions.js';
export { MutatingExpressions, MutationError, type Patch } from './admission/mutating-policy.js';
export { ValidatingExpressions, type Decision, type Note } from './admission/validating-policy.js';
export { checkPolicyTypes, type TypeWarning } from './admission/type-check.js';
export type { AdmissionInput } from './admission/activation.js';
export type { AccessQuestion, AskAccess } from './library/authorizer.js';
export { DefinitionRules } from './rules/definition-rules.js';

/**
 * The rules of a schema, compiled when they are first needed. The schema must have some.
 * @param isResource the schema is of a whole resource, whose kind, apiVersion and names rules always see
 */
export function ruleValidator(schema: Structural, isResource = true): RuleNode {
  const node = RuleNode.of(schema, isResource);
  if (node === undefined) throw new Error('the schema has no rules');
  return node;
}
