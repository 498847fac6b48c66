import type { BehaviourFactory } from '../behaviour.js';
import { cronJobs } from './cronjob.js';
import { jobs } from './job.js';

/** What the resources of batch do beyond their facts. Keys are `<group>/<resource>`. */
export const batchBehaviours: Readonly<Record<string, BehaviourFactory>> = {
  'batch/jobs': jobs,
  'batch/cronjobs': cronJobs,
};
