import { invalid, required, tooLong, type FieldError } from '../../apimachinery/field-error.js';
import type { FieldPath } from '../../apimachinery/field-path.js';
import { byteLength } from '../../apimachinery/validation/messages.js';
import { checkQualifiedName } from '../core/pod-spec/checks.js';

const MAX_ENTRIES = 512;
const MAX_BYTES = 256 * 1024;

/** The name of a driver: a qualified name, whatever its case. */
export function checkProvisioner(provisioner: string | undefined, path: FieldPath, errors: FieldError[]): void {
  if (!provisioner) errors.push(required(path));
  else checkQualifiedName(provisioner.toLowerCase(), path, errors);
}

/** Parameters of a class: few, small and with keys. */
export function checkParameters(
  parameters: Readonly<Record<string, string>> | undefined,
  mayBeEmpty: boolean,
  path: FieldPath,
  errors: FieldError[],
): void {
  const entries = Object.entries(parameters ?? {});
  if (entries.length > MAX_ENTRIES) {
    errors.push(tooLong(path, MAX_ENTRIES));
    return;
  }
  let size = 0;
  for (const [key, value] of entries) {
    if (key === '') errors.push(invalid(path, key, 'field can not be empty.'));
    size += byteLength(key) + byteLength(value);
  }
  if (size > MAX_BYTES) errors.push(tooLong(path, MAX_BYTES));
  if (!mayBeEmpty && entries.length === 0) errors.push(required(path, 'must contain at least one key/value pair'));
}
