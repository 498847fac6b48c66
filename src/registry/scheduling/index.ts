import type { BehaviourFactory } from '../behaviour.js';
import { priorityClasses } from './priority-class.js';

/** What the resources of scheduling.k8s.io do beyond their facts. Keys are `<group>/<resource>`. */
export const schedulingBehaviours: Readonly<Record<string, BehaviourFactory>> = {
  'scheduling.k8s.io/priorityclasses': priorityClasses,
};
