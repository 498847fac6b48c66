import { internalError, conflict } from '../apimachinery/status.js';
import { formatTime, parseTime } from '../apimachinery/time.js';
import type { KubeObject, ObjectMeta } from './object.js';
import type { RequestContext } from './request.js';
import type { Store } from './store.js';
import type { DeleteOptions } from './strategy.js';

/** `now`: no grace; `graceful`: a deadline was set (or shortened); `pending`: a deletion is under way and stays as it is. */
export type DeletionPlan = 'now' | 'graceful' | 'pending';

/**
 * Decides how an object goes, and marks its metadata for a graceful deletion
 * (Go: rest.BeforeDelete). `object` must have metadata of its own.
 *
 * @param now milliseconds since the epoch
 */
export function beforeDelete(store: Store, object: KubeObject, options: DeleteOptions, now: number): DeletionPlan {
  const meta = object.metadata;
  checkDeletePreconditions(store, meta, options);
  if (options.gracePeriodSeconds !== undefined && options.gracePeriodSeconds < 0) options.gracePeriodSeconds = 1;
  if (meta.deletionGracePeriodSeconds !== undefined && meta.deletionGracePeriodSeconds < 0) meta.deletionGracePeriodSeconds = 1;
  const strategy = store.strategy;
  if (strategy.checkGracefulDelete === undefined) return 'now';

  if (meta.deletionTimestamp !== undefined) {
    const current = meta.deletionGracePeriodSeconds ?? 0;
    if (current === 0) return 'now';
    if (options.gracePeriodSeconds === undefined) {
      options.gracePeriodSeconds = current;
      return 'pending';
    }
    let period = options.gracePeriodSeconds;
    if (period >= current) return 'pending';
    let deadline = parseTime(meta.deletionTimestamp) - current * 1000 + period * 1000;
    if (deadline < now) {
      deadline = now;
      if (period !== 0) period = 1;
    }
    meta.deletionTimestamp = formatTime(deadline);
    meta.deletionGracePeriodSeconds = period;
    return 'graceful';
  }

  if (!strategy.checkGracefulDelete(object, options)) return 'now';
  if (options.gracePeriodSeconds === undefined) throw internalError('options.GracePeriodSeconds should not be nil');
  meta.deletionTimestamp = formatTime(now + options.gracePeriodSeconds * 1000);
  meta.deletionGracePeriodSeconds = options.gracePeriodSeconds;
  if ((meta.generation ?? 0) > 0) meta.generation = (meta.generation ?? 0) + 1;
  return 'graceful';
}

function checkDeletePreconditions(store: Store, meta: ObjectMeta, options: DeleteOptions): void {
  const { uid, resourceVersion } = options.preconditions ?? {};
  const target = { group: store.resource.group, resource: store.resource.kind };
  const name = meta.name ?? '';
  if (uid !== undefined && uid !== meta.uid) {
    throw conflict(
      target,
      name,
      `the UID in the precondition (${uid}) does not match the UID in record (${meta.uid ?? ''}). The object might have been deleted and then recreated`,
    );
  }
  if (resourceVersion !== undefined && resourceVersion !== meta.resourceVersion) {
    throw conflict(
      target,
      name,
      `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${meta.resourceVersion ?? ''}). The object might have been modified`,
    );
  }
}

/** Go: markAsDeleting. */
export function markAsDeleting(meta: ObjectMeta, now: number): void {
  if (meta.deletionTimestamp === undefined && (meta.generation ?? 0) > 0) meta.generation = (meta.generation ?? 0) + 1;
  if (meta.deletionTimestamp === undefined || parseTime(meta.deletionTimestamp) > now) meta.deletionTimestamp = formatTime(now);
  meta.deletionGracePeriodSeconds = 0;
}

const ORPHAN = 'orphan';
const FOREGROUND = 'foregroundDeletion';

/** The finalizers that a deletion leaves, with those for the garbage collector (Go: deletionFinalizersForGarbageCollection). */
export function deletionFinalizers(store: Store, object: KubeObject, options: DeleteOptions, context: RequestContext): string[] {
  const current = object.metadata.finalizers ?? [];
  const setting = store.strategy.garbageCollection ?? 'background';
  const policy = typeof setting === 'function' ? setting(context) : setting;
  if (store.resource.garbageCollected === false) return current;
  const orphan = policy !== 'unsupported' && wantsOrphan(current, options, policy === 'orphan');
  const foreground = policy !== 'unsupported' && wantsForeground(current, options);
  const has = (name: string): boolean => current.includes(name);
  if (has(ORPHAN) === orphan && has(FOREGROUND) === foreground) return current;
  const kept = current.filter((name) => name !== ORPHAN && name !== FOREGROUND);
  if (orphan) kept.push(ORPHAN);
  if (foreground) kept.push(FOREGROUND);
  return kept;
}

function wantsOrphan(finalizers: readonly string[], options: DeleteOptions, byDefault: boolean): boolean {
  if (options.orphanDependents !== undefined) return options.orphanDependents;
  if (options.propagationPolicy !== undefined) return options.propagationPolicy === 'Orphan';
  for (const name of finalizers) {
    if (name === ORPHAN) return true;
    if (name === FOREGROUND) return false;
  }
  return byDefault;
}

function wantsForeground(finalizers: readonly string[], options: DeleteOptions): boolean {
  if (options.orphanDependents !== undefined) return false;
  if (options.propagationPolicy !== undefined) return options.propagationPolicy === 'Foreground';
  for (const name of finalizers) {
    if (name === FOREGROUND) return true;
    if (name === ORPHAN) return false;
  }
  return false;
}
