import { invalid, type FieldError } from '../apimachinery/field-error.js';
import type { FieldPath } from '../apimachinery/field-path.js';
import { semanticEqual } from '../apimachinery/semantic-equal.js';
import { IMMUTABLE_MESSAGE } from '../apimachinery/validation/messages.js';

/**
 * The fault of a value that changed though it must not, both values as Go
 * prints them. Structs have all their fields there, so that what is empty is a
 * map, and means as little as none (Go: validation.ValidateImmutableField).
 */
export function validateImmutablePrinted(value: unknown, old: unknown, path: FieldPath): FieldError[] {
  return semanticEqual(withoutEmptyMaps(value), withoutEmptyMaps(old)) ? [] : [invalid(path, value, IMMUTABLE_MESSAGE)];
}

function withoutEmptyMaps(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(withoutEmptyMaps);
  const entries = Object.entries(value);
  return entries.length === 0 ? null : Object.fromEntries(entries.map(([name, item]) => [name, withoutEmptyMaps(item)]));
}
