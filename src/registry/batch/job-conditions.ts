import type { JobCondition } from '../../schema/generated/batch-v1.js';

/** Whether a condition of this type is True. */
export function isConditionTrue(conditions: readonly JobCondition[] | undefined, type: string): boolean {
  return hasCondition(conditions, type, 'True');
}

/** Whether a condition of this type has this status. */
export function hasCondition(conditions: readonly JobCondition[] | undefined, type: string, status: string): boolean {
  return (conditions ?? []).some((condition) => condition.type === type && condition.status === status);
}
