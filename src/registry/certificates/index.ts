import type { BehaviourFactory } from '../behaviour.js';
import { certificateSigningRequests } from './certificate-signing-request.js';

/** What the resources of certificates.k8s.io do beyond their facts. Keys are `<group>/<resource>`. */
export const certificatesBehaviours: Readonly<Record<string, BehaviourFactory>> = {
  'certificates.k8s.io/certificatesigningrequests': certificateSigningRequests,
};
