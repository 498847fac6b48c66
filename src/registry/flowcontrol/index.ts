import type { BehaviourFactory } from '../behaviour.js';
import { specAndStatus } from '../basics.js';

/** What the resources of flowcontrol.apiserver.k8s.io do beyond their facts. Keys are `<group>/<resource>`. */
export const flowcontrolBehaviours: Readonly<Record<string, BehaviourFactory>> = {
  'flowcontrol.apiserver.k8s.io/flowschemas': specAndStatus({ generation: true }),
  'flowcontrol.apiserver.k8s.io/prioritylevelconfigurations': specAndStatus({ generation: true }),
};
