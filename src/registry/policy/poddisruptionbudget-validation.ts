import { invalid, NamedString, notSupported, type FieldError } from '../../apimachinery/field-error.js';
import type { FieldPath } from '../../apimachinery/field-path.js';
import { validateConditions } from '../../apimachinery/validation/conditions.js';
import { validateLabelSelector } from '../../apimachinery/validation/label-selector.js';
import type { PodDisruptionBudget, PodDisruptionBudgetSpec } from '../../schema/generated/policy-v1.js';
import { checkNonnegative } from '../apps/counts.js';
import { validateAtMost100Percent, validateIntOrPercent } from '../apps/int-or-percent.js';
import { SPEC, STATUS } from '../apps/templated.js';
import { GoPrinter } from '../go-struct.js';
import type { Typed } from '../object.js';

const GO_BUDGET = new GoPrinter({ Spec: 'MinAvailable* Selector* MaxUnavailable* UnhealthyPodEvictionPolicy*' });

/** Faults of a new budget (Go: ValidatePodDisruptionBudget). */
export function validateBudget({ spec }: Typed<PodDisruptionBudget>): FieldError[] {
  return validateSpec(spec, false, SPEC);
}

/** Faults of a changed budget; faults of the stored selector excuse label values. */
export function validateBudgetUpdate({ spec }: Typed<PodDisruptionBudget>, old: Typed<PodDisruptionBudget>): FieldError[] {
  const oldIsFaulty = validateLabelSelector(old.spec.selector, {}, SPEC).length > 0;
  return validateSpec(spec, oldIsFaulty, SPEC);
}

const EVICTION_POLICIES = ['AlwaysAllow', 'IfHealthyBudget'];

function validateSpec(spec: PodDisruptionBudgetSpec, allowInvalidLabelValue: boolean, path: FieldPath): FieldError[] {
  const { minAvailable, maxUnavailable, unhealthyPodEvictionPolicy: policy } = spec;
  const errors: FieldError[] = [];
  if (minAvailable !== undefined && maxUnavailable !== undefined) {
    errors.push(invalid(path, GO_BUDGET.print('Spec', spec), 'minAvailable and maxUnavailable cannot be both set'));
  }
  for (const name of ['minAvailable', 'maxUnavailable'] as const) {
    const value = spec[name];
    if (value === undefined) continue;
    errors.push(...validateIntOrPercent(value, path.child(name)), ...validateAtMost100Percent(value, path.child(name)));
  }
  errors.push(...validateLabelSelector(spec.selector, { allowInvalidLabelValue }, path.child('selector')));
  if (policy !== undefined && !EVICTION_POLICIES.includes(policy)) {
    errors.push(notSupported(path.child('unhealthyPodEvictionPolicy'), new NamedString(policy), EVICTION_POLICIES));
  }
  return errors;
}

/** Faults of a write to /status. */
export function validateBudgetStatusUpdate({ status }: Typed<PodDisruptionBudget>): FieldError[] {
  const errors = validateConditions(status.conditions ?? [], STATUS.child('conditions'));
  checkNonnegative(status, ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'], STATUS, errors);
  return errors;
}
