import { FieldError, invalid, NamedString, notSupported, required } from '../../../apimachinery/field-error.js';
import type { FieldPath } from '../../../apimachinery/field-path.js';
import { isValidLabelValue, validateLabelName } from '../../../apimachinery/validation/labels.js';
import type { Taint } from '../../../schema/generated/core-v1.js';

const EFFECTS: readonly string[] = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

/** Faults of taints; key and effect together are unique (Go: validateNodeTaints). */
export function taintErrors(taints: readonly Taint[], path: FieldPath): FieldError[] {
  const seen = new Set<string>();
  return taints.flatMap(({ key = '', value = '', effect = '', timeAdded }, i) => {
    const at = path.index(i);
    const errors = validateLabelName(key, at.child('key'));
    const messages = isValidLabelValue(value);
    if (messages.length > 0) errors.push(invalid(at.child('value'), value, messages.join(';')));
    if (effect === '') errors.push(required(at.child('effect')));
    else if (!EFFECTS.includes(effect)) errors.push(notSupported(at.child('effect'), new NamedString(effect), EFFECTS));
    const identity = JSON.stringify([key, effect]);
    if (seen.has(identity)) {
      const shown = { Key: key, Value: value, Effect: effect, TimeAdded: timeAdded ?? null };
      errors.push(new FieldError('FieldValueDuplicate', at, shown, 'taints must be unique by key and effect pair'));
    }
    seen.add(identity);
    return errors;
  });
}
