import { forbidden, invalid, NamedString, type FieldError } from '../../../apimachinery/field-error.js';
import type { FieldPath } from '../../../apimachinery/field-path.js';
import { isValidLabelValue, validateLabelName } from '../../../apimachinery/validation/labels.js';
import type { Toleration } from '../../../schema/generated/core-v1.js';
import { deepEqual } from '../../object.js';
import { unsupported } from './checks.js';

const EFFECTS: readonly string[] = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

/** Tolerations of taints (Go: ValidateTolerations). The comparisons Lt and Gt are known but off. */
export function checkTolerations(tolerations: readonly Toleration[], path: FieldPath, errors: FieldError[]): void {
  tolerations.forEach((toleration, i) => {
    const at = path.index(i);
    const { key = '', operator = '', effect = '', tolerationSeconds } = toleration;
    if (key !== '') errors.push(...validateLabelName(key, at.child('key')));
    else if (operator !== 'Exists') {
      errors.push(
        invalid(
          at.child('operator'),
          new NamedString(operator),
          'operator must be Exists when `key` is empty, which means "match all values and all keys"',
        ),
      );
    }
    if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
      errors.push(invalid(at.child('effect'), new NamedString(effect), "effect must be 'NoExecute' when `tolerationSeconds` is set"));
    }
    checkOperator(operator, toleration.value ?? '', at.child('operator'), errors);
    if (effect !== '' && !EFFECTS.includes(effect)) errors.push(unsupported(at.child('effect'), effect, EFFECTS));
  });
}

function checkOperator(operator: string, value: string, path: FieldPath, errors: FieldError[]): void {
  switch (operator) {
    case 'Equal':
    case '': {
      const messages = isValidLabelValue(value);
      if (messages.length > 0) errors.push(invalid(path, value, messages.join(';')));
      return;
    }
    case 'Exists':
      if (value !== '') errors.push(invalid(path, value, "value must be empty when `operator` is 'Exists'"));
      return;
    case 'Lt':
    case 'Gt':
      errors.push(unsupported(path, operator, ['Equal', 'Exists', 'Lt', 'Gt']));
      return;
    default:
      errors.push(unsupported(path, operator, ['Equal', 'Exists']));
  }
}

/** An update may add tolerations and change their seconds (Go: validateOnlyAddedTolerations). */
export function checkOnlyAddedTolerations(
  tolerations: readonly Toleration[],
  old: readonly Toleration[],
  path: FieldPath,
  errors: FieldError[],
): void {
  const kept = old.every((former) =>
    tolerations.some((toleration) => deepEqual({ ...former, tolerationSeconds: toleration.tolerationSeconds }, toleration)),
  );
  if (kept) checkTolerations(tolerations, path, errors);
  else errors.push(forbidden(path, 'existing toleration can not be modified except its tolerationSeconds'));
}
