import { invalid, required, type FieldError } from '../../apimachinery/field-error.js';
import { FieldPath } from '../../apimachinery/field-path.js';
import { validateLabelSelector } from '../../apimachinery/validation/label-selector.js';
import type { AggregationRule, ClusterRole, PolicyRule, Role } from '../../schema/generated/rbac-v1.js';
import { compiledSelector } from '../apps/selector.js';
import type { BehaviourFactory } from '../behaviour.js';
import { metadataErrors, metadataUpdateErrors } from '../core/metadata.js';
import type { Typed } from '../object.js';
import { refined } from '../spec-status.js';
import { noEscalationByRole } from './escalation.js';
import { rbacName } from './names.js';

const RULES = FieldPath.of('rules');
const SELECTORS = FieldPath.of('aggregationRule', 'clusterRoleSelectors');

function rulesErrors(rules: readonly PolicyRule[] | null | undefined, namespaced: boolean): FieldError[] {
  const errors: FieldError[] = [];
  rules?.forEach((rule, i) => {
    checkRule(rule, namespaced, RULES.index(i), errors);
  });
  return errors;
}

function checkRule(rule: PolicyRule, namespaced: boolean, path: FieldPath, errors: FieldError[]): void {
  const { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
  if ((verbs?.length ?? 0) === 0) errors.push(required(path.child('verbs'), 'verbs must contain at least one value'));
  if (nonResourceURLs.length > 0) {
    const at = path.child('nonResourceURLs');
    if (namespaced) errors.push(invalid(at, nonResourceURLs, 'namespaced rules cannot apply to non-resource URLs'));
    if (apiGroups.length > 0 || resources.length > 0 || resourceNames.length > 0) {
      errors.push(invalid(at, nonResourceURLs, 'rules cannot apply to both regular resources and non-resource URLs'));
    }
    return;
  }
  if (apiGroups.length === 0) errors.push(required(path.child('apiGroups'), 'resource rules must supply at least one api group'));
  if (resources.length === 0) errors.push(required(path.child('resources'), 'resource rules must supply at least one resource'));
}

function aggregationErrors(aggregation: AggregationRule | undefined, allowInvalidLabelValue: boolean): FieldError[] {
  if (aggregation === undefined) return [];
  const { clusterRoleSelectors = [] } = aggregation;
  if (clusterRoleSelectors.length === 0)
    return [required(SELECTORS, 'at least one clusterRoleSelector required if aggregationRule is non-nil')];
  return clusterRoleSelectors.flatMap((selector, i) => {
    const errors = validateLabelSelector(selector, { allowInvalidLabelValue }, SELECTORS.index(i));
    // The real server prints the selector that it couldn't make.
    if (compiledSelector(selector) === undefined) errors.push(invalid(SELECTORS.index(i), null, 'invalid label selector.'));
    return errors;
  });
}

function hasFaultySelector({ aggregationRule }: Typed<ClusterRole>): boolean {
  return (aggregationRule?.clusterRoleSelectors ?? []).some((selector) => validateLabelSelector(selector, {}, SELECTORS).length > 0);
}

/** rbac.authorization.k8s.io/v1 Role. */
export const roles: BehaviourFactory = (environment) => {
  const errorsOf = ({ metadata, rules }: Typed<Role>): FieldError[] => [
    ...metadataErrors(metadata, true, rbacName),
    ...rulesErrors(rules, true),
  ];
  return {
    strategy: refined<Typed<Role>>(noEscalationByRole('roles', environment), {
      allowCreateOnUpdate: true,
      validateName: rbacName,
      validatesMetadata: true,
      validate: errorsOf,
      validateUpdate: (role, old) => [...errorsOf(role), ...metadataUpdateErrors(role.metadata, old.metadata)],
    }),
  };
};

/** rbac.authorization.k8s.io/v1 ClusterRole. */
export const clusterRoles: BehaviourFactory = (environment) => {
  const errorsOf = ({ metadata, rules, aggregationRule }: Typed<ClusterRole>, allowInvalidLabelValue: boolean): FieldError[] => [
    ...metadataErrors(metadata, false, rbacName),
    ...rulesErrors(rules, false),
    ...aggregationErrors(aggregationRule, allowInvalidLabelValue),
  ];
  return {
    strategy: refined<Typed<ClusterRole>>(noEscalationByRole('clusterroles', environment), {
      allowCreateOnUpdate: true,
      validateName: rbacName,
      validatesMetadata: true,
      validate: (role) => errorsOf(role, false),
      validateUpdate: (role, old) => [...errorsOf(role, hasFaultySelector(old)), ...metadataUpdateErrors(role.metadata, old.metadata)],
    }),
  };
};
