import type { BehaviourFactory } from '../behaviour.js';
import { specAndStatus } from '../basics.js';

/** What the resources of batch do beyond their facts. Keys are `<group>/<resource>`. */
export const batchBehaviours: Readonly<Record<string, BehaviourFactory>> = {
  'batch/jobs': specAndStatus({ generation: true }, { garbageCollection: 'orphan' }),
  'batch/cronjobs': specAndStatus({ generation: true }),
};
