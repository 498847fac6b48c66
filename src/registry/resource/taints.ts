import { invalid, required, type FieldError } from '../../apimachinery/field-error.js';
import type { FieldPath } from '../../apimachinery/field-path.js';
import { isValidLabelValue, validateLabelName } from '../../apimachinery/validation/labels.js';
import type { DeviceTaint, DeviceToleration } from '../../schema/generated/resource-v1.js';
import { addMessages, unsupported } from '../core/pod-spec/checks.js';

const OPERATORS: readonly string[] = ['Equal', 'Exists'];
const EFFECTS: ReadonlySet<string> = new Set(['NoSchedule', 'NoExecute', 'None']);

export function checkTaint({ key = '', value = '', effect = '' }: DeviceTaint, path: FieldPath, errors: FieldError[]): void {
  errors.push(...validateLabelName(key, path.child('key')));
  if (value !== '') addMessages(path.child('value'), value, isValidLabelValue(value), errors);
  if (effect === '') errors.push(required(path.child('effect')));
  else checkEffect(effect, path, errors);
}

export function checkToleration(
  { key = '', operator = '', value = '', effect = '' }: DeviceToleration,
  path: FieldPath,
  errors: FieldError[],
): void {
  if (key !== '') errors.push(...validateLabelName(key, path.child('key')));
  if (operator === 'Exists') {
    if (value !== '') errors.push(invalid(path.child('value'), value, 'must be empty for operator `Exists`'));
  } else if (operator === 'Equal') addMessages(path.child('value'), value, isValidLabelValue(value), errors);
  else if (operator === '') errors.push(required(path.child('operator')));
  else errors.push(unsupported(path.child('operator'), operator, OPERATORS));
  if (effect !== '') checkEffect(effect, path, errors);
}

function checkEffect(effect: string, path: FieldPath, errors: FieldError[]): void {
  if (!EFFECTS.has(effect)) errors.push(unsupported(path.child('effect'), effect, EFFECTS));
}
