import type { BehaviourFactory } from '../behaviour.js';
import { runtimeClasses } from './runtime-class.js';

/** What the resources of node.k8s.io do beyond their facts. Keys are `<group>/<resource>`. */
export const nodeBehaviours: Readonly<Record<string, BehaviourFactory>> = {
  'node.k8s.io/runtimeclasses': runtimeClasses,
};
