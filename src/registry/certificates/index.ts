import type { BehaviourFactory } from '../behaviour.js';
import { specAndStatus } from '../basics.js';

/** What the resources of certificates.k8s.io do beyond their facts. Keys are `<group>/<resource>`. */
export const certificatesBehaviours: Readonly<Record<string, BehaviourFactory>> = {
  'certificates.k8s.io/certificatesigningrequests': specAndStatus({}),
};
