import { duplicate, invalid, NamedString, notSupported, required, tooLong, type FieldError } from '../field-error.js';
import type { FieldPath } from '../field-path.js';
import { validateLabelName } from './labels.js';
import { longerThan, regexMessage } from './messages.js';

/** metav1.Condition in JSON form. */
export interface ConditionView {
  readonly type?: string | undefined;
  readonly status?: string | undefined;
  readonly observedGeneration?: number | undefined;
  readonly lastTransitionTime?: string | null | undefined;
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
}

const STATUSES: ReadonlySet<string> = new Set(['True', 'False', 'Unknown']);
const REASON_MAX_LENGTH = 1024;
const MESSAGE_MAX_LENGTH = 32 * 1024;
const REASON = /^[A-Za-z](?:[A-Za-z0-9_,:]*[A-Za-z0-9_])?$/;
const REASON_MESSAGE = regexMessage(
  "a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_'",
  '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?',
  'my_name',
  'MY_NAME',
  'MyName',
  'ReasonA,ReasonB',
  'ReasonA:ReasonB',
);

/** Faults of a list of conditions; types are unique (Go: metav1 validation.ValidateConditions). */
export function validateConditions(conditions: readonly ConditionView[], path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const types = new Set<string>();
  conditions.forEach((condition, i) => {
    const type = condition.type ?? '';
    if (types.has(type)) errors.push(duplicate(path.index(i).child('type'), type));
    types.add(type);
    errors.push(...validateCondition(condition, path.index(i)));
  });
  return errors;
}

/** Faults of one condition. */
export function validateCondition(condition: ConditionView, path: FieldPath): FieldError[] {
  const { type = '', status = '', observedGeneration = 0, reason = '', message = '' } = condition;
  const errors = validateLabelName(type, path.child('type'));
  if (!STATUSES.has(status)) errors.push(notSupported(path.child('status'), new NamedString(status), STATUSES));
  if (observedGeneration < 0) {
    errors.push(invalid(path.child('observedGeneration'), observedGeneration, 'must be greater than or equal to zero'));
  }
  if (!condition.lastTransitionTime) errors.push(required(path.child('lastTransitionTime')));
  if (reason === '') errors.push(required(path.child('reason')));
  else {
    if (!REASON.test(reason)) errors.push(invalid(path.child('reason'), reason, REASON_MESSAGE));
    if (longerThan(reason, REASON_MAX_LENGTH)) errors.push(tooLong(path.child('reason'), REASON_MAX_LENGTH));
  }
  if (longerThan(message, MESSAGE_MAX_LENGTH)) errors.push(tooLong(path.child('message'), MESSAGE_MAX_LENGTH));
  return errors;
}
