import type { BehaviourFactory } from '../behaviour.js';
import { mutatingPolicies } from './mutating-policy.js';
import { mutatingPolicyBindings, validatingPolicyBindings } from './policy-bindings.js';
import { validatingPolicies } from './validating-policy.js';
import { mutatingWebhookConfigurations, validatingWebhookConfigurations } from './webhooks.js';

/** What the resources of admissionregistration.k8s.io do beyond their facts. Keys are `<group>/<resource>`. */
export const admissionregistrationBehaviours: Readonly<Record<string, BehaviourFactory>> = {
  'admissionregistration.k8s.io/validatingadmissionpolicies': validatingPolicies,
  'admissionregistration.k8s.io/validatingadmissionpolicybindings': validatingPolicyBindings,
  'admissionregistration.k8s.io/mutatingadmissionpolicies': mutatingPolicies,
  'admissionregistration.k8s.io/mutatingadmissionpolicybindings': mutatingPolicyBindings,
  'admissionregistration.k8s.io/validatingwebhookconfigurations': validatingWebhookConfigurations,
  'admissionregistration.k8s.io/mutatingwebhookconfigurations': mutatingWebhookConfigurations,
};
