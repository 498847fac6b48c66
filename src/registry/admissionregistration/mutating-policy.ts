import { invalid, required, type FieldError } from '../../apimachinery/field-error.js';
import type { FieldPath } from '../../apimachinery/field-path.js';
import type { MutatingAdmissionPolicy, MutatingAdmissionPolicySpec, Mutation } from '../../schema/generated/admissionregistration-v1.js';
import type { ExpressionUse } from '../../cel/engine.js';
import type { BehaviourFactory } from '../behaviour.js';
import { unsupported } from '../core/pod-spec/checks.js';
import { typed } from '../object.js';
import { refined, specStatus } from '../spec-status.js';
import { checkExpression } from './expressions.js';
import { policyStrategy, SPEC, useOf, type Policy, type PolicyContext } from './policy.js';
import { checkMutableOperations, defaultMatchResources, REINVOCATION_POLICIES } from './rules.js';

type Spec = MutatingAdmissionPolicySpec;

/** The field of each type of patch. */
const FIELDS = { JSONPatch: 'jsonPatch', ApplyConfiguration: 'applyConfiguration' } as const;
const RETURNS = { JSONPatch: 'jsonPatch', ApplyConfiguration: 'object' } as const satisfies Record<
  keyof typeof FIELDS,
  ExpressionUse['returns']
>;
const PATCH_TYPES: ReadonlySet<string> = new Set(Object.keys(FIELDS));

function checkSpec({ spec }: Policy<Spec>, context: PolicyContext, errors: FieldError[]): void {
  const { mutations = [], reinvocationPolicy = '' } = spec;
  if (mutations.length === 0) errors.push(required(SPEC.child('mutations'), 'mutations must contain at least one item'));
  mutations.forEach((mutation, i) => {
    checkMutation(mutation, context, SPEC.child('mutations').index(i), errors);
  });
  const path = SPEC.child('reinvocationPolicy');
  if (reinvocationPolicy === '') errors.push(required(path));
  else if (!REINVOCATION_POLICIES.has(reinvocationPolicy)) errors.push(unsupported(path, reinvocationPolicy, REINVOCATION_POLICIES));
}

function checkMutation(mutation: Mutation, context: PolicyContext, path: FieldPath, errors: FieldError[]): void {
  const { patchType = '' } = mutation;
  if (patchType === '') {
    errors.push(required(path.child('patchType')));
    return;
  }
  if (patchType !== 'JSONPatch' && patchType !== 'ApplyConfiguration') {
    errors.push(unsupported(path.child('patchType'), patchType, PATCH_TYPES));
    return;
  }
  const field = FIELDS[patchType];
  const own = mutation[field];
  if (own === undefined) errors.push(required(path.child(field), `must be specified when patchType is ${patchType}`));
  else checkPatch(own.expression ?? '', RETURNS[patchType], context, path.child(field, 'expression'), errors);
  const other = patchType === 'JSONPatch' ? FIELDS.ApplyConfiguration : FIELDS.JSONPatch;
  if (mutation[other] !== undefined)
    errors.push(invalid(path.child(other), `{${other}}`, `must not be specified when patchType is ${patchType}`));
}

function checkPatch(
  expression: string,
  returns: ExpressionUse['returns'],
  context: PolicyContext,
  path: FieldPath,
  errors: FieldError[],
): void {
  const trimmed = expression.trim();
  if (trimmed === '') errors.push(required(path));
  else checkExpression(trimmed, useOf(context, { returns, hasPatchTypes: true }), path, errors);
}

/** admissionregistration.k8s.io/v1 MutatingAdmissionPolicy (KEP-3962). */
export const mutatingPolicies: BehaviourFactory = (environment) => ({
  strategy: refined<Policy<Spec>>(
    specStatus({ generation: true, status: false }).main,
    policyStrategy<Spec>({ check: checkSpec, checkMatch: checkMutableOperations, alwaysComposes: true }, environment),
  ),
  defaults(object) {
    const { spec } = typed<MutatingAdmissionPolicy>(object);
    spec.failurePolicy ??= 'Fail';
    defaultMatchResources(spec.matchConstraints);
  },
});
