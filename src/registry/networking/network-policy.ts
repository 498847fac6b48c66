import { FieldPath } from '../../apimachinery/field-path.js';
import { warningsForCidr } from '../../apimachinery/validation/ip.js';
import type { NetworkPolicy, NetworkPolicyPeer } from '../../schema/generated/networking-v1.js';
import type { BehaviourFactory } from '../behaviour.js';
import { typed, type KubeObject, type Typed } from '../object.js';
import { refined, specStatus } from '../spec-status.js';
import { validateNetworkPolicy, validateNetworkPolicyUpdate } from './network-policy-validation.js';

function defaultNetworkPolicy(object: KubeObject): void {
  const { spec } = typed<NetworkPolicy>(object);
  for (const { ports } of [...(spec.ingress ?? []), ...(spec.egress ?? [])]) {
    for (const port of ports ?? []) port.protocol ??= 'TCP';
  }
  if ((spec.policyTypes?.length ?? 0) === 0) {
    spec.policyTypes = (spec.egress?.length ?? 0) === 0 ? ['Ingress'] : ['Ingress', 'Egress'];
  }
}

function peerWarnings(peers: readonly NetworkPolicyPeer[] | undefined, path: FieldPath): string[] {
  return (peers ?? []).flatMap(({ ipBlock }, i) => {
    if (ipBlock === undefined) return [];
    const at = path.index(i).child('ipBlock');
    const except = (ipBlock.except ?? []).flatMap((cidr, j) => warningsForCidr(at.child('except').index(j), cidr));
    return [...warningsForCidr(at.child('cidr'), ipBlock.cidr ?? ''), ...except];
  });
}

function warnings({ spec }: Typed<NetworkPolicy>): string[] {
  const path = FieldPath.of('spec');
  return [
    ...(spec.ingress ?? []).flatMap(({ from }, i) => peerWarnings(from, path.child('ingress').index(i).child('from'))),
    ...(spec.egress ?? []).flatMap(({ to }, i) => peerWarnings(to, path.child('egress').index(i).child('to'))),
  ];
}

/** networking.k8s.io/v1 NetworkPolicy. */
export const networkPolicies: BehaviourFactory = () => ({
  strategy: refined<Typed<NetworkPolicy>>(specStatus({ generation: true, emptyIsChange: true, status: false }).main, {
    validate: validateNetworkPolicy,
    validateUpdate: validateNetworkPolicyUpdate,
    warningsOnCreate: warnings,
    warningsOnUpdate: warnings,
  }),
  defaults: defaultNetworkPolicy,
});
