import type { BehaviourFactory } from '../behaviour.js';
import { leases } from './leases.js';

/** What the resources of coordination.k8s.io do beyond their facts. Keys are `<group>/<resource>`. */
export const coordinationBehaviours: Readonly<Record<string, BehaviourFactory>> = {
  'coordination.k8s.io/leases': leases,
};
