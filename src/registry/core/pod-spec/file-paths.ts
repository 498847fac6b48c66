import { invalid, type FieldError } from '../../../apimachinery/field-error.js';
import type { FieldPath } from '../../../apimachinery/field-path.js';

/** No `..` between slashes (Go: validatePathNoBacksteps). */
export function checkNoBacksteps(file: string, path: FieldPath, errors: FieldError[]): void {
  if (hasBackstep(file)) errors.push(invalid(path, file, "must not contain '..'"));
}

/** Whether a part of the path is `..`. */
export function hasBackstep(file: string): boolean {
  return file.includes('..') && file.split('/').includes('..');
}

/** A relative path that stays below where it starts (Go: validateLocalDescendingPath). */
export function checkDescendingPath(file: string, path: FieldPath, errors: FieldError[]): void {
  if (file.startsWith('/')) errors.push(invalid(path, file, 'must be a relative path'));
  checkNoBacksteps(file, path, errors);
}

/** A descending path that doesn't start with the kubelet's own `..data` (Go: ValidateLocalNonReservedPath). */
export function checkNonReservedPath(file: string, path: FieldPath, errors: FieldError[]): void {
  checkDescendingPath(file, path, errors);
  if (file.startsWith('..') && !file.startsWith('../')) errors.push(invalid(path, file, "must not start with '..'"));
}
