import { forbidden, invalid, required, type FieldError } from '../../apimachinery/field-error.js';
import type { FieldPath } from '../../apimachinery/field-path.js';
import { parseQuantity, type Quantity } from '../../apimachinery/quantity.js';
import type { CapacityRequestPolicy, CapacityRequestPolicyRange, DeviceCapacity } from '../../schema/generated/resource-v1.js';
import { checkSet } from './collections.js';

const MAX_VALUES = 10;

/** How much of a device's capacity may be asked for; only devices that are shared have such a policy (KEP-5075). */
export function checkCapacity(
  { value = '0', requestPolicy: policy }: DeviceCapacity,
  shared: boolean,
  path: FieldPath,
  errors: FieldError[],
): void {
  if (policy === undefined) return;
  const at = path.child('requestPolicy');
  if (!shared) {
    errors.push(forbidden(at, 'allowMultipleAllocations must be true'));
    return;
  }
  checkPolicy(policy, parseQuantity(value), at, errors);
}

function checkPolicy(policy: CapacityRequestPolicy, max: Quantity, path: FieldPath, errors: FieldError[]): void {
  const { validValues = [], validRange } = policy;
  if (validValues.length > 0 && validRange !== undefined) {
    errors.push(forbidden(path, 'exactly one policy can be specified, cannot specify "validValues" and "validRange" at the same time'));
    return;
  }
  if (validValues.length === 0 && validRange === undefined) return;
  const kind = validRange === undefined ? 'validValues' : 'validRange';
  if (policy.default === undefined || policy.default === null) {
    errors.push(required(path.child('default'), `required when ${kind} is defined`));
    return;
  }
  const value = parseQuantity(policy.default);
  if (validRange === undefined) checkValues(value, max, validValues.map(parseQuantity), path.child(kind), errors);
  else checkRange(value, max, validRange, path.child(kind), errors);
}

function checkValues(value: Quantity, max: Quantity, values: readonly Quantity[], path: FieldPath, errors: FieldError[]): void {
  values.forEach((option, i) => {
    const before = values[i - 1];
    if (before !== undefined && before.compare(option) > 0)
      errors.push(invalid(path.index(i), option.toString(), 'values must be sorted in ascending order'));
  });
  const check = (option: Quantity, at: FieldPath): void => {
    if (option.compare(max) > 0) errors.push(invalid(at, option.toString(), `option is larger than capacity value: ${max.toString()}`));
  };
  checkSet(values, MAX_VALUES, check, (option) => String(option.value()), path, errors);
  const known = values.length <= MAX_VALUES && values.some((option) => option.compare(value) === 0);
  if (!known) errors.push(invalid(path, value.toString(), 'default value is not valid according to the requestPolicy'));
}

function checkRange(value: Quantity, max: Quantity, range: CapacityRequestPolicyRange, path: FieldPath, errors: FieldError[]): void {
  const report = (name: string, shown: Quantity, why: string): void => {
    errors.push(invalid(path.child(name), shown.toString(), why));
  };
  if (range.min === undefined) {
    errors.push(required(path.child('min'), 'required when validRange is defined'));
    return;
  }
  const low = parseQuantity(range.min);
  const high = range.max === undefined ? undefined : parseQuantity(range.max);
  if (low.compare(max) > 0) report('min', low, `min is larger than capacity value: ${max.toString()}`);
  if (value.compare(low) < 0) report('min', value, `default is less than min: ${low.toString()}`);
  if (high !== undefined) {
    if (low.compare(high) > 0) report('max', low, `min is larger than max: ${high.toString()}`);
    if (high.compare(max) > 0) report('max', high, `max is larger than capacity value: ${max.toString()}`);
    if (value.compare(high) > 0) report('max', value, `default is more than max: ${high.toString()}`);
  }
  if (range.step === undefined) return;
  const step = parseQuantity(range.step);
  const first = low.add(step);
  if (first.compare(max) > 0) report('step', step, `one step ${first.toString()} is larger than capacity value: ${max.toString()}`);
  for (const reached of high === undefined ? [value] : [value, high]) {
    if ((reached.value() - low.value()) % step.value() !== 0) {
      report('step', reached, `value is not a multiple of a given step (${step.toString()}) from (${low.toString()})`);
    }
  }
}
