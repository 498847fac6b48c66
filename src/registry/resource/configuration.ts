import { forbidden, goJson, invalid, required, tooLong, type FieldError } from '../../apimachinery/field-error.js';
import type { FieldPath } from '../../apimachinery/field-path.js';
import { longerThan } from '../../apimachinery/validation/messages.js';
import type { DeviceConfiguration, DeviceSelector } from '../../schema/generated/resource-v1.js';
import { cel as engine } from '../../cel/loader.js';
import { checkList } from './collections.js';
import { checkDriverName } from './names.js';

const MAX_SELECTORS = 32;
const MAX_EXPRESSION = 10 * 1024;
const MAX_PARAMETERS = 10 * 1024;

/** Adds the faults of selectors. The CEL engine must be loaded if there are some. */
export function checkSelectors(selectors: readonly DeviceSelector[] | undefined, path: FieldPath, errors: FieldError[]): void {
  checkList(
    selectors,
    MAX_SELECTORS,
    (selector, at) => {
      checkSelector(selector, at, errors);
    },
    path,
    errors,
  );
}

function checkSelector({ cel }: DeviceSelector, path: FieldPath, errors: FieldError[]): void {
  if (cel === undefined) {
    errors.push(required(path.child('cel')));
    return;
  }
  const { expression = '' } = cel;
  const at = path.child('cel', 'expression');
  if (longerThan(expression, MAX_EXPRESSION)) {
    errors.push(tooLong(at, MAX_EXPRESSION));
    return;
  }
  const fault = engine().compileDeviceSelector(expression);
  if (fault === undefined) return;
  if (fault.type === 'Forbidden') errors.push(forbidden(at, fault.detail));
  else errors.push(invalid(at, expression, fault.detail));
}

/** Parameters that only the driver understands. */
export function checkConfiguration({ opaque }: DeviceConfiguration, stored: boolean, path: FieldPath, errors: FieldError[]): void {
  const at = path.child('opaque');
  if (opaque === undefined) {
    errors.push(required(at));
    return;
  }
  checkDriverName(opaque.driver, at.child('driver'), errors);
  checkRaw(opaque.parameters, stored ? Infinity : MAX_PARAMETERS, at.child('parameters'), errors);
}

/** Any JSON object that isn't too large. */
export function checkRaw(value: unknown, max: number, path: FieldPath, errors: FieldError[]): void {
  if (value === undefined || value === null) errors.push(required(path));
  else if (longerThan(goJson(value), max)) errors.push(tooLong(path, max));
  else if (typeof value !== 'object' || Array.isArray(value)) errors.push(invalid(path, '<value omitted>', 'must be a valid JSON object'));
}
