import type { BehaviourFactory } from '../behaviour.js';
import { ingressClasses } from './ingress-class.js';
import { ingresses } from './ingress.js';
import { ipAddresses } from './ip-address.js';
import { networkPolicies } from './network-policy.js';
import { serviceCidrs } from './service-cidr.js';

/** What the resources of networking.k8s.io do beyond their facts. Keys are `<group>/<resource>`. */
export const networkingBehaviours: Readonly<Record<string, BehaviourFactory>> = {
  'networking.k8s.io/ingresses': ingresses,
  'networking.k8s.io/ingressclasses': ingressClasses,
  'networking.k8s.io/networkpolicies': networkPolicies,
  'networking.k8s.io/ipaddresses': ipAddresses,
  'networking.k8s.io/servicecidrs': serviceCidrs,
};
