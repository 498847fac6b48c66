import type { Typed } from '../../../client/client.js';
import type { Job as JobType, JobCondition, JobStatus } from '../../../schema/generated/batch-v1.js';
import { findCondition } from '../common/status.js';

export type Job = Typed<JobType>;
export type { JobCondition, JobStatus };

export const JOB_KIND = { group: 'batch', version: 'v1', kind: 'Job' } as const;

/** Whether each pod of the job has a completion index. */
export function isIndexed({ spec: { completionMode } }: Job): boolean {
  return completionMode === 'Indexed';
}

export function isSuspended({ spec: { suspend } }: Job): boolean {
  return suspend === true;
}

/** Which terminal condition is True; undefined if none is (Go: jobutil.FinishedCondition). */
export function finishedType({ status: { conditions } }: Job): 'Complete' | 'Failed' | undefined {
  const found = conditions?.find(({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True');
  return found?.type as 'Complete' | 'Failed' | undefined;
}

/** A condition of the job that is True. */
export function trueCondition({ status: { conditions } }: Job, type: string): JobCondition | undefined {
  const found = findCondition(conditions, type);
  return found?.status === 'True' ? found : undefined;
}

/** Whether another controller than ours manages the job (KEP-4368). */
export function isManagedByOthers({ spec: { managedBy } }: Job): boolean {
  return managedBy !== undefined && managedBy !== 'kubernetes.io/job-controller';
}
