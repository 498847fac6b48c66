import { conflict } from '../../apimachinery/status.js';
import { formatTime } from '../../apimachinery/time.js';
import { StorageError } from '../../storage/storage.js';
import { withOwnMetadata, type ObjectMeta } from '../object.js';
import type { DeleteOutcome, Store, ValidateCreate } from '../store.js';
import type { DeleteOptions } from '../strategy.js';
import { CLEANUP_FINALIZER, DEFINITIONS, withCondition, type CustomResourceDefinition } from './definition.js';

/**
 * The first DELETE only marks a definition: its instances are deleted before it
 * (Go: customresourcedefinition REST.Delete). Later ones are the store's.
 */
export async function deleteDefinition(
  store: Store,
  name: string,
  options: DeleteOptions,
  _context: unknown,
  validate?: ValidateCreate,
): Promise<DeleteOutcome | undefined> {
  const { storage, clock } = store.environment;
  for (;;) {
    const existing = await store.get('', name);
    const old = existing.value as CustomResourceDefinition;
    checkPreconditions(old.metadata, options);
    if (old.metadata.deletionTimestamp !== undefined) return undefined;
    const checked = validate?.(old);
    if (checked) await checked;
    const object = markTerminating(old, formatTime(clock.now()));
    if (options.dryRun) return { object, deleted: false };
    try {
      const stored = await storage.update(existing.key, object, existing.revision);
      return { object: stored.value, stored, deleted: false };
    } catch (error) {
      if (error instanceof StorageError && (error.code === 'RevisionConflict' || error.code === 'KeyNotFound')) continue;
      throw error;
    }
  }
}

function markTerminating(old: CustomResourceDefinition, now: string): CustomResourceDefinition {
  const object = withOwnMetadata(old) as CustomResourceDefinition;
  const finalizers = old.metadata.finalizers ?? [];
  object.metadata.deletionTimestamp = now;
  object.metadata.finalizers = finalizers.includes(CLEANUP_FINALIZER) ? finalizers : [...finalizers, CLEANUP_FINALIZER];
  const terminating = {
    type: 'Terminating',
    status: 'True',
    reason: 'InstanceDeletionPending',
    message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
  } as const;
  object.status = { ...old.status, conditions: withCondition(old.status.conditions, terminating, now) };
  return object;
}

function checkPreconditions(metadata: ObjectMeta, { preconditions }: DeleteOptions): void {
  const { uid, resourceVersion } = preconditions ?? {};
  if (uid !== undefined && uid !== metadata.uid) fail(metadata, 'UID', uid, metadata.uid);
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion)
    fail(metadata, 'ResourceVersion', resourceVersion, metadata.resourceVersion);
}

function fail(metadata: ObjectMeta, what: string, given: string, actual: string | undefined): never {
  throw conflict(
    DEFINITIONS,
    metadata.name ?? '',
    `Precondition failed: ${what} in precondition: ${given}, ${what} in object meta: ${actual ?? ''}`,
  );
}
