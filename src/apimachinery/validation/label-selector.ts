import { forbidden, invalid, NamedString, required, type FieldError } from '../field-error.js';
import type { FieldPath } from '../field-path.js';
import type { LabelSelectorExpression, LabelSelectorObject } from '../label-selector.js';
import { isLabelValue, isValidLabelValue, validateLabelName, validateLabels } from './labels.js';

/** What a selector may contain beyond the rules (Go: LabelSelectorValidationOptions). */
export interface LabelSelectorOptions {
  /** For updates of stored selectors that already have such values. */
  readonly allowInvalidLabelValue?: boolean | undefined;
  /** For reviews, which must be able to ask about future operators. */
  readonly allowUnknownOperator?: boolean | undefined;
}

/** Whether a stored selector has label values that no new one may have. */
export function hasInvalidLabelValue(selector: LabelSelectorObject | null | undefined): boolean {
  return (selector?.matchExpressions ?? []).some(({ values = [] }) => values.some((value) => !isLabelValue(value)));
}

/** Faults of a metav1.LabelSelector (Go: metav1 validation.ValidateLabelSelector). */
export function validateLabelSelector(
  selector: LabelSelectorObject | null | undefined,
  options: LabelSelectorOptions,
  path: FieldPath,
): FieldError[] {
  if (selector === undefined || selector === null) return [];
  const errors = validateLabels(selector.matchLabels, path.child('matchLabels'));
  (selector.matchExpressions ?? []).forEach((expression, i) => {
    errors.push(...validateLabelSelectorRequirement(expression, options, path.child('matchExpressions').index(i)));
  });
  return errors;
}

/** Faults of one entry of matchExpressions. */
export function validateLabelSelectorRequirement(
  expression: LabelSelectorExpression,
  options: LabelSelectorOptions,
  path: FieldPath,
): FieldError[] {
  const { values = [] } = expression;
  const errors = operatorErrors(expression, options.allowUnknownOperator === true, path);
  errors.push(...validateLabelName(expression.key ?? '', path.child('key')));
  if (options.allowInvalidLabelValue !== true) {
    values.forEach((value, i) => {
      for (const message of isValidLabelValue(value)) errors.push(invalid(path.child('values').index(i), value, message));
    });
  }
  return errors;
}

function operatorErrors(expression: LabelSelectorExpression, allowUnknown: boolean, path: FieldPath): FieldError[] {
  const { operator = '', values = [] } = expression;
  switch (operator) {
    case 'In':
    case 'NotIn':
      return values.length > 0 ? [] : [required(path.child('values'), "must be specified when `operator` is 'In' or 'NotIn'")];
    case 'Exists':
    case 'DoesNotExist':
      return values.length === 0
        ? []
        : [forbidden(path.child('values'), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")];
    default:
      return allowUnknown ? [] : [invalid(path.child('operator'), new NamedString(operator), 'not a valid selector operator')];
  }
}

/** Faults of a metav1.FieldSelectorRequirement, as in access reviews. */
export function validateFieldSelectorRequirement(
  requirement: LabelSelectorExpression,
  options: LabelSelectorOptions,
  path: FieldPath,
): FieldError[] {
  const errors = requirement.key ? [] : [required(path.child('key'), 'must be specified')];
  errors.push(...operatorErrors(requirement, options.allowUnknownOperator === true, path));
  return errors;
}
