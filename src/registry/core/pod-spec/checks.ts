import { invalid, NamedString, notSupported, required, type FieldError } from '../../../apimachinery/field-error.js';
import type { FieldPath } from '../../../apimachinery/field-path.js';
import { isDns1123Label, isDns1123Subdomain } from '../../../apimachinery/validation/dns.js';
import { isQualifiedName } from '../../../apimachinery/validation/labels.js';

/**
 * The small checks that validation of pods is made of. Each adds its faults to
 * `errors`, so that a valid pod costs no lists.
 */

/** Adds one fault a message. */
export function addMessages(path: FieldPath, value: unknown, messages: readonly string[], errors: FieldError[]): void {
  for (const message of messages) errors.push(invalid(path, value, message));
}

/** A DNS label, as names of containers and volumes are. */
export function checkDnsLabel(value: string, path: FieldPath, errors: FieldError[]): void {
  addMessages(path, value, isDns1123Label(value), errors);
}

/** A DNS subdomain, as most names of objects are. */
export function checkDnsSubdomain(value: string, path: FieldPath, errors: FieldError[]): void {
  addMessages(path, value, isDns1123Subdomain(value), errors);
}

/** A label key: a name, perhaps below a domain. */
export function checkQualifiedName(value: string, path: FieldPath, errors: FieldError[]): void {
  addMessages(path, value, isQualifiedName(value), errors);
}

/** A field that must not be empty; true if it isn't. */
export function checkPresent(value: string | undefined, path: FieldPath, errors: FieldError[]): value is string {
  if (value) return true;
  errors.push(required(path));
  return false;
}

/** Zero or more. */
export function checkNonNegative(value: number | undefined, path: FieldPath, errors: FieldError[]): void {
  if (value !== undefined && value < 0) errors.push(invalid(path, value, 'must be greater than or equal to 0'));
}

/** One of a named type's values; a Set is listed sorted, an array in its order. */
export function unsupported(path: FieldPath, value: string | undefined, supported: readonly string[] | ReadonlySet<string>): FieldError {
  return notSupported(path, new NamedString(value ?? ''), supported);
}

/** A mode of file permissions: octal 0 to 0777. */
export function checkFileMode(mode: number | undefined, path: FieldPath, errors: FieldError[]): void {
  if (mode !== undefined && (mode > 0o777 || mode < 0))
    errors.push(invalid(path, mode, 'must be a number between 0 and 0777 (octal), both inclusive'));
}
