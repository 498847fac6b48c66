import { conflict } from '../apimachinery/status.js';
import { isLostRace } from '../storage/storage.js';
import type { KubeObject } from './object.js';
import type { DeleteOutcome, Store, ValidateCreate } from './store.js';
import type { DeleteOptions } from './strategy.js';

/** How a resource that outlives its first DELETE takes it. */
export interface FirstDelete<T extends KubeObject> {
  /** The object as one that is to go; `old` is never changed. */
  mark(old: T): T;
  /** What a later DELETE comes to; undefined leaves it to the store. */
  again?(old: T): boolean | undefined;
}

/**
 * The first DELETE of a namespace or a definition only marks it: what lives in
 * it goes before it, and a controller then empties its finalizers (Go:
 * namespace and customresourcedefinition REST.Delete). Undefined if the
 * deletion is the store's business. Throws 404, 409 and what `validate` throws.
 */
export async function markOnFirstDelete<T extends KubeObject>(
  store: Store,
  name: string,
  options: DeleteOptions,
  validate: ValidateCreate | undefined,
  { mark, again }: FirstDelete<T>,
): Promise<DeleteOutcome | undefined> {
  for (;;) {
    const existing = await store.get('', name);
    const old = existing.value as T;
    checkPreconditions(store, old, options);
    if (old.metadata.deletionTimestamp !== undefined) {
      return again?.(old) === true ? { object: old, stored: existing, deleted: false } : undefined;
    }
    const checked = validate?.(old);
    if (checked) await checked;
    const object = mark(old);
    if (options.dryRun) return { object, deleted: false };
    try {
      const stored = await store.environment.storage.update(existing.key, object, existing.revision);
      return { object: stored.value, stored, deleted: false };
    } catch (error) {
      if (!isLostRace(error)) throw error;
    }
  }
}

/** In other words than the store's: no key, no code. */
function checkPreconditions({ resource: { group, resource } }: Store, { metadata }: KubeObject, { preconditions }: DeleteOptions): void {
  const { uid, resourceVersion } = preconditions ?? {};
  const check = (what: string, given: string | undefined, actual = ''): void => {
    if (given === undefined || given === actual) return;
    const text = `Precondition failed: ${what} in precondition: ${given}, ${what} in object meta: ${actual}`;
    throw conflict({ group, resource }, metadata.name ?? '', text);
  };
  check('UID', uid, metadata.uid);
  check('ResourceVersion', resourceVersion, metadata.resourceVersion);
}
