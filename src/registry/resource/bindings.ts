import { duplicate, invalid, type FieldError } from '../../apimachinery/field-error.js';
import type { FieldPath } from '../../apimachinery/field-path.js';
import { validateLabelName } from '../../apimachinery/validation/labels.js';
import { checkList } from './collections.js';

const MAX_CONDITIONS = 4;

/** Conditions that a device must meet, or must not, before a pod is bound (KEP-5007). */
export function checkBindingConditions(
  conditions: readonly string[] | undefined,
  failures: readonly string[] | undefined,
  path: FieldPath,
  errors: FieldError[],
): void {
  const wanted = conditions ?? [];
  const unwanted = failures ?? [];
  const at = path.child('bindingConditions');
  const failureAt = path.child('bindingFailureConditions');
  const checkName = (name: string, where: FieldPath): void => {
    errors.push(...validateLabelName(name, where));
  };
  checkList(wanted, MAX_CONDITIONS, checkName, at, errors);
  checkList(unwanted, MAX_CONDITIONS, checkName, failureAt, errors);
  wanted.forEach((condition, i) => {
    if (wanted.indexOf(condition) < i) errors.push(duplicate(at.index(i), condition));
  });
  unwanted.forEach((condition, i) => {
    if (unwanted.indexOf(condition) < i) errors.push(duplicate(failureAt.index(i), condition));
    if (wanted.includes(condition))
      errors.push(invalid(failureAt.index(i), condition, 'bindingFailureConditions must not overlap with bindingConditions'));
  });
  if (wanted.length === 0 && unwanted.length > 0)
    errors.push(invalid(at, conditions, 'bindingConditions are required to use bindingFailureConditions'));
  if (unwanted.length === 0 && wanted.length > 0)
    errors.push(invalid(failureAt, failures, 'bindingFailureConditions are required to use bindingConditions'));
}
