import { forbidden, required, invalid, type FieldError } from '../../apimachinery/field-error.js';
import { FieldPath } from '../../apimachinery/field-path.js';
import { semanticEqual } from '../../apimachinery/semantic-equal.js';
import { nameIsDnsSubdomain } from '../../apimachinery/validation/names.js';
import { validateObjectMeta } from '../../apimachinery/validation/object-meta.js';
import type { MatchCondition, MatchResources, ParamKind, Variable } from '../../schema/generated/admissionregistration-v1.js';
import type { ExpressionUse } from '../../cel/engine.js';
import type { BehaviourEnvironment } from '../behaviour.js';
import { withCel } from '../cel.js';
import { unsupported } from '../core/pod-spec/checks.js';
import type { KubeObject } from '../object.js';
import type { Strategy } from '../strategy.js';
import { checkExpression, isCelIdentifier } from './expressions.js';
import { checkMatchConditions } from './match-conditions.js';
import { staticNameWarnings } from './names.js';
import { paramKindRefusal } from './param-access.js';
import { checkParamKind } from './param-kind.js';
import { checkMatchResources, FAILURE_POLICIES } from './rules.js';

const METADATA = FieldPath.of('metadata');
export const SPEC = FieldPath.of('spec');

/** What validating and mutating policies have in common. */
export interface PolicySpec {
  readonly paramKind?: ParamKind | undefined;
  readonly matchConstraints?: MatchResources | undefined;
  readonly failurePolicy?: string | undefined;
  readonly matchConditions?: MatchCondition[] | undefined;
  readonly variables?: Variable[] | undefined;
}

export interface Policy<Spec extends PolicySpec> extends KubeObject {
  spec: Spec;
}

/** How a policy's own expressions are compiled. */
export interface PolicyContext {
  readonly hasParams: boolean;
  /** Those declared so far, by name; later ones and all other expressions may use them. Absent where nothing may name any. */
  readonly variables: ReadonlyMap<string, string> | undefined;
}

/** How an expression of a policy is used; params and the authorizer are there unless it says otherwise. */
export function useOf(context: PolicyContext, more: Partial<ExpressionUse> & Pick<ExpressionUse, 'returns'>): ExpressionUse {
  return {
    hasParams: context.hasParams,
    hasAuthorizer: true,
    hasPatchTypes: false,
    variables: context.variables,
    ...more,
  };
}

/** What one of the two kinds of policies adds. */
export interface PolicyKind<Spec extends PolicySpec> {
  /** Faults of fields of its own, after the common ones. */
  check(policy: Policy<Spec>, context: PolicyContext, errors: FieldError[]): void;
  /** Expressions may name `variables` even where none is declared. */
  readonly alwaysComposes?: boolean;
  /** Faults of the match beyond those of all policies. */
  checkMatch?(match: MatchResources, path: FieldPath, errors: FieldError[]): void;
}

function policyErrors<Spec extends PolicySpec>(policy: Policy<Spec>, old: Policy<Spec> | undefined, kind: PolicyKind<Spec>): FieldError[] {
  const { metadata, spec } = policy;
  const errors = validateObjectMeta(metadata, false, nameIsDnsSubdomain, METADATA);
  const { failurePolicy, paramKind, matchConstraints } = spec;
  if (failurePolicy === undefined) errors.push(required(SPEC.child('failurePolicy')));
  else if (!FAILURE_POLICIES.has(failurePolicy)) errors.push(unsupported(SPEC.child('failurePolicy'), failurePolicy, FAILURE_POLICIES));
  if (paramKind !== undefined) checkParamKind(paramKind, SPEC.child('paramKind'), errors);
  checkConstraints(matchConstraints, kind, errors);
  const variables = new Map<string, string>();
  const context: PolicyContext = { hasParams: paramKind !== undefined, variables };
  const sameConditions =
    old !== undefined && semanticEqual(paramKind, old.spec.paramKind) && semanticEqual(spec.matchConditions, old.spec.matchConditions);
  if (!sameConditions) checkMatchConditions(spec.matchConditions, context, SPEC.child('matchConditions'), errors);
  (spec.variables ?? []).forEach((variable, i) => {
    checkVariable(variable, context, SPEC.child('variables').index(i), errors);
    if (isGiven(variable.expression)) variables.set(variable.name ?? '', variable.expression);
  });
  const composes = (spec.variables?.length ?? 0) > 0 || kind.alwaysComposes === true;
  kind.check(policy, composes ? context : { ...context, variables: undefined }, errors);
  return errors;
}

function checkConstraints<Spec extends PolicySpec>(match: MatchResources | undefined, kind: PolicyKind<Spec>, errors: FieldError[]): void {
  const path = SPEC.child('matchConstraints');
  if (match === undefined) {
    errors.push(required(path));
    return;
  }
  checkMatchResources(match, path, errors);
  // Rules tell the types that expressions are checked against.
  if ((match.resourceRules?.length ?? 0) === 0) errors.push(required(path.child('resourceRules')));
  kind.checkMatch?.(match, path, errors);
}

function isGiven(expression: string | undefined): expression is string {
  return expression !== undefined && expression.trim() !== '';
}

function checkVariable({ name = '', expression = '' }: Variable, context: PolicyContext, path: FieldPath, errors: FieldError[]): void {
  if (name.trim() === '') errors.push(required(path.child('name'), 'name is not specified'));
  else if (!isCelIdentifier(name)) errors.push(invalid(path.child('name'), name, 'must be a valid CEL identifier'));
  if (!isGiven(expression)) errors.push(required(path.child('expression'), 'expression is not specified'));
  else {
    // Earlier variables only: the map grows afterwards.
    const use = useOf({ ...context, variables: new Map(context.variables) }, { returns: 'any' });
    checkExpression(expression, use, path.child('expression'), errors);
  }
}

/** The strategy of a policy: whoever names parameters must be able to read them. */
export function policyStrategy<Spec extends PolicySpec>(kind: PolicyKind<Spec>, environment: BehaviourEnvironment): Strategy<Policy<Spec>> {
  const refusals = (paramKind: ParamKind | undefined, user: Parameters<typeof paramKindRefusal>[1]): FieldError[] => {
    const why = paramKind === undefined ? undefined : paramKindRefusal(paramKind, user, environment);
    return why === undefined ? [] : [forbidden(SPEC.child('paramKind'), why)];
  };
  return {
    ...withCel<Policy<Spec>>(() => true),
    allowUnconditionalUpdate: false,
    validatesMetadata: true,
    validate(policy, { user }) {
      const errors = policyErrors(policy, undefined, kind);
      return errors.length > 0 ? errors : refusals(policy.spec.paramKind, user);
    },
    validateUpdate(policy, old, { user }) {
      const errors = policyErrors(policy, old, kind);
      if (errors.length > 0) return errors;
      return semanticEqual(policy.spec.paramKind, old.spec.paramKind) ? [] : refusals(policy.spec.paramKind, user);
    },
    warningsOnCreate: staticNameWarnings,
    warningsOnUpdate: staticNameWarnings,
  };
}
