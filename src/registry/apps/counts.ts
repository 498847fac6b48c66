import { invalid, type FieldError } from '../../apimachinery/field-error.js';
import type { FieldPath } from '../../apimachinery/field-path.js';
import { validateNonnegativeField } from '../../apimachinery/validation/object-meta.js';

/** Adds a fault for each of the named numbers that is below zero; absent ones are zero. */
export function checkNonnegative<K extends string>(
  object: Readonly<Partial<Record<K, number | undefined>>>,
  names: readonly K[],
  path: FieldPath,
  errors: FieldError[],
): void {
  for (const name of names) {
    const value: number | undefined = object[name];
    if (value !== undefined && value < 0) errors.push(...validateNonnegativeField(value, path.child(name)));
  }
}

/** Adds a fault for each of the named counts that exceeds `limit`; `detail` says what that is. */
export function checkAtMost<K extends string>(
  object: Readonly<Partial<Record<K, number | undefined>>>,
  names: readonly K[],
  limit: number | undefined,
  detail: string,
  path: FieldPath,
  errors: FieldError[],
): void {
  for (const name of names) {
    const value: number = object[name] ?? 0;
    if (value > (limit ?? 0)) errors.push(invalid(path.child(name), value, detail));
  }
}

/** Adds a fault if a counter of name collisions went back (Go: IsDecremented). */
export function checkCollisionCount(count: number | undefined, old: number | undefined, path: FieldPath, errors: FieldError[]): void {
  if (old !== undefined && (count === undefined || count < old)) {
    errors.push(invalid(path.child('collisionCount'), count ?? 0, 'cannot be decremented'));
  }
}
