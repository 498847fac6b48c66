import { formatTime } from '../../apimachinery/time.js';
import { markOnFirstDelete } from '../first-delete.js';
import { withOwnMetadata } from '../object.js';
import type { Strategy } from '../strategy.js';
import { CLEANUP_FINALIZER, withCondition, type CustomResourceDefinition } from './definition.js';

/** The first DELETE only marks a definition: its instances are deleted before it. Later ones are the store's. */
export const deleteDefinition: NonNullable<Strategy['delete']> = (store, name, options, _context, validate) =>
  markOnFirstDelete<CustomResourceDefinition>(store, name, options, validate, {
    mark: (old) => markTerminating(old, formatTime(store.environment.clock.now())),
  });

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
