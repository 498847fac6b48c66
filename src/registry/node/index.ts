import type { BehaviourFactory } from '../behaviour.js';
import { plain } from '../basics.js';

/** What the resources of node.k8s.io do beyond their facts. Keys are `<group>/<resource>`. */
export const nodeBehaviours: Readonly<Record<string, BehaviourFactory>> = {
  'node.k8s.io/runtimeclasses': plain({}, { allowCreateOnUpdate: true, allowUnconditionalUpdate: false }),
};
