import type { BehaviourFactory } from '../behaviour.js';
import { flowSchemas } from './flow-schema.js';
import { priorityLevels } from './priority-level.js';

/** What the resources of flowcontrol.apiserver.k8s.io do beyond their facts. Keys are `<group>/<resource>`. */
export const flowcontrolBehaviours: Readonly<Record<string, BehaviourFactory>> = {
  'flowcontrol.apiserver.k8s.io/flowschemas': flowSchemas,
  'flowcontrol.apiserver.k8s.io/prioritylevelconfigurations': priorityLevels,
};
