import type { BehaviourFactory } from '../behaviour.js';
import { specAndStatus } from '../basics.js';

/** What the resources of policy do beyond their facts. Keys are `<group>/<resource>`. */
export const policyBehaviours: Readonly<Record<string, BehaviourFactory>> = {
  'policy/poddisruptionbudgets': specAndStatus({ generation: true }, { allowUnconditionalUpdate: false }),
};
