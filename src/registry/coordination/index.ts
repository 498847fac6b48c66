import type { BehaviourFactory } from '../behaviour.js';
import { plain } from '../basics.js';

/** What the resources of coordination.k8s.io do beyond their facts. Keys are `<group>/<resource>`. */
export const coordinationBehaviours: Readonly<Record<string, BehaviourFactory>> = {
  'coordination.k8s.io/leases': plain({}, { allowCreateOnUpdate: true, allowUnconditionalUpdate: false }),
};
