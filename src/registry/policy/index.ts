import type { BehaviourFactory } from '../behaviour.js';
import { podDisruptionBudgets } from './poddisruptionbudget.js';

/** What the resources of policy do beyond their facts. Keys are `<group>/<resource>`. */
export const policyBehaviours: Readonly<Record<string, BehaviourFactory>> = {
  'policy/poddisruptionbudgets': podDisruptionBudgets,
};
