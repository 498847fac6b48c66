import { invalid, NamedString, type FieldError } from '../../apimachinery/field-error.js';
import type { FieldPath } from '../../apimachinery/field-path.js';
import { intValue, type IntOrString } from '../../apimachinery/int-or-string.js';
import { isValidPercent } from '../../apimachinery/validation/identifiers.js';
import { validateNonnegativeField } from '../../apimachinery/validation/object-meta.js';

/** How a refused number or percentage is printed: as JSON, being a struct in Go. */
export function printable(value: IntOrString): unknown {
  return typeof value === 'string' ? new NamedString(value) : value;
}

/** Faults of a count of pods, absolute or as a share (Go: ValidatePositiveIntOrPercent). */
export function validateIntOrPercent(value: IntOrString, path: FieldPath): FieldError[] {
  if (typeof value === 'number') return validateNonnegativeField(value, path);
  return isValidPercent(value).map((message) => invalid(path, printable(value), message));
}

/** Faults of a share of more than everything; numbers pass (Go: IsNotMoreThan100Percent). */
export function validateAtMost100Percent(value: IntOrString, path: FieldPath): FieldError[] {
  const percent = percentOf(value);
  return percent === undefined || percent <= 100 ? [] : [invalid(path, printable(value), 'must not be greater than 100%')];
}

/** The number before the percent sign, or the number itself (Go: getIntOrPercentValue). */
export function numberOf(value: IntOrString): number {
  return percentOf(value) ?? intValue(value);
}

function percentOf(value: IntOrString): number | undefined {
  return typeof value === 'string' && isValidPercent(value).length === 0 ? intValue(value.slice(0, -1)) : undefined;
}
