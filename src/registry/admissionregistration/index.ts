import type { BehaviourFactory } from '../behaviour.js';
import { plain, specAndStatus } from '../basics.js';

/** What the resources of admissionregistration.k8s.io do beyond their facts. Keys are `<group>/<resource>`. */
export const admissionregistrationBehaviours: Readonly<Record<string, BehaviourFactory>> = {
  'admissionregistration.k8s.io/validatingadmissionpolicies': specAndStatus({ generation: true }, { allowUnconditionalUpdate: false }),
  'admissionregistration.k8s.io/validatingadmissionpolicybindings': plain({ generation: true }, { allowUnconditionalUpdate: false }),
  'admissionregistration.k8s.io/mutatingadmissionpolicies': plain({ generation: true }, { allowUnconditionalUpdate: false }),
  'admissionregistration.k8s.io/mutatingadmissionpolicybindings': plain({ generation: true }, { allowUnconditionalUpdate: false }),
  'admissionregistration.k8s.io/validatingwebhookconfigurations': plain({ generation: true }, { allowUnconditionalUpdate: false }),
  'admissionregistration.k8s.io/mutatingwebhookconfigurations': plain({ generation: true }, { allowUnconditionalUpdate: false }),
};
