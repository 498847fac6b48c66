import { duplicate, tooMany, type FieldError } from '../../apimachinery/field-error.js';
import type { FieldPath } from '../../apimachinery/field-path.js';

/** Adds the faults of one item. */
export type CheckItem<T> = (item: T, path: FieldPath, errors: FieldError[]) => void;

/** A list of at most so many items, each right; of too long a list nothing else is told. Returns whether it is short enough. */
export function checkList<T>(
  items: readonly T[] | null | undefined,
  max: number,
  check: CheckItem<T>,
  path: FieldPath,
  errors: FieldError[],
): boolean {
  const list = items ?? [];
  if (list.length > max) {
    errors.push(tooMany(path, list.length, max));
    return false;
  }
  list.forEach((item, i) => {
    check(item, path.index(i), errors);
  });
  return true;
}

/** The same, and no two items may have one key. @param shown how a repeated key is printed */
export function checkSet<T>(
  items: readonly T[] | null | undefined,
  max: number,
  check: CheckItem<T>,
  keyOf: (item: T) => string,
  path: FieldPath,
  errors: FieldError[],
  shown: (item: T) => unknown = keyOf,
): void {
  if (!checkList(items, max, check, path, errors)) return;
  const seen = new Set<string>();
  (items ?? []).forEach((item, i) => {
    const key = keyOf(item);
    if (seen.has(key)) errors.push(duplicate(path.index(i), shown(item)));
    seen.add(key);
  });
}

/** Shortest text that a long key is cut to. */
const SHORTEST = 16;

/** A map of at most so many entries, each right; long keys are cut in the middle where paths show them. */
export function checkMap<T>(
  map: Readonly<Record<string, T>> | undefined,
  max: number,
  longestKey: number,
  checkKey: CheckItem<string>,
  check: CheckItem<T>,
  path: FieldPath,
  errors: FieldError[],
): void {
  const entries = Object.entries(map ?? {});
  if (entries.length > max) {
    errors.push(tooMany(path, entries.length, max));
    return;
  }
  for (const [key, item] of entries) {
    checkKey(key, path, errors);
    check(item, path.key(cut(key, Math.max(longestKey, SHORTEST))), errors);
  }
}

function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  const ellipsis = '...';
  const remaining = max - ellipsis.length;
  return text.slice(0, Math.floor((remaining + 1) / 2)) + ellipsis + text.slice(text.length - Math.floor(remaining / 2));
}
