import type { BehaviourFactory } from '../behaviour.js';
import { plain, specAndStatus } from '../basics.js';

/** What the resources of networking.k8s.io do beyond their facts. Keys are `<group>/<resource>`. */
export const networkingBehaviours: Readonly<Record<string, BehaviourFactory>> = {
  'networking.k8s.io/ingresses': specAndStatus({ generation: true }),
  'networking.k8s.io/ingressclasses': plain({ generation: true }),
  'networking.k8s.io/networkpolicies': plain({ generation: true }),
  'networking.k8s.io/ipaddresses': plain({}),
  'networking.k8s.io/servicecidrs': specAndStatus({}),
};
