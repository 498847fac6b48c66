import type { SnapshotEntry } from '../capabilities.js';
import type { Stored } from '../storage.js';

/** What a storage that knows nothing of its values has to be told for a restore. */
export interface Identity<T> {
  /** True if both are the same but for the revision; by default only the very same value is. */
  readonly equal?: ((left: T, right: T) => boolean) | undefined;
  /** What tells two objects of one name apart, a uid; an object whose identity differs is deleted and added, not modified. */
  readonly of?: ((value: T) => unknown) | undefined;
}

/** The writes that turn one content into another. */
export interface Difference<T> {
  readonly deleted: readonly Stored<T>[];
  readonly modified: readonly { readonly old: Stored<T>; readonly value: T }[];
  readonly added: readonly SnapshotEntry<T>[];
}

/** Compares what is there with what is wanted; of entries with one key the last counts. */
export function difference<T>(current: readonly Stored<T>[], wanted: readonly SnapshotEntry<T>[], identity: Identity<T>): Difference<T> {
  const { equal = Object.is, of } = identity;
  const missing = new Map(wanted.map((entry) => [keyText(entry), entry]));
  const deleted: Stored<T>[] = [];
  const modified: { old: Stored<T>; value: T }[] = [];
  for (const old of current) {
    const text = keyText(old);
    const entry = missing.get(text);
    const isSameObject = entry !== undefined && (of === undefined || of(old.value) === of(entry.value));
    if (!isSameObject) {
      deleted.push(old);
      continue;
    }
    missing.delete(text);
    if (!equal(old.value, entry.value)) modified.push({ old, value: entry.value });
  }
  return { deleted, modified, added: [...missing.values()] };
}

function keyText({ key }: { readonly key: SnapshotEntry<unknown>['key'] }): string {
  return `${key.bucket}\0${key.namespace}\0${key.name}`;
}
