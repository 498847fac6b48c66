import { invalid, required, type FieldError } from '../../apimachinery/field-error.js';
import { FieldPath } from '../../apimachinery/field-path.js';
import { isV4, parseNetwork } from '../../apimachinery/ip.js';
import { isValidCidr } from '../../apimachinery/validation/ip.js';
import { IMMUTABLE_MESSAGE } from '../../apimachinery/validation/messages.js';
import type { ServiceCIDR, ServiceCIDRSpec } from '../../schema/generated/networking-v1.js';
import type { BehaviourFactory } from '../behaviour.js';
import { kubeFinalizerErrors } from '../core/finalizers.js';
import type { Typed } from '../object.js';
import { refined, specStatus } from '../spec-status.js';
import { asGiven } from '../../schema/given-empty.js';

const CIDRS = FieldPath.of('spec', 'cidrs');

function cidrErrors(cidrs: readonly string[]): FieldError[] {
  if (cidrs.length === 0) return [required(CIDRS, 'at least one CIDR required')];
  if (cidrs.length > 2) return [invalid(CIDRS, { CIDRs: cidrs }, 'may only hold up to 2 values')];
  const errors = cidrs.flatMap((cidr, i) => isValidCidr(CIDRS.index(i), cidr));
  const [first, second] = cidrs.map(familyOf);
  if (cidrs.length === 2 && first !== undefined && first === second) {
    errors.push(invalid(CIDRS, cidrs, 'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64'));
  }
  return errors;
}

function familyOf(cidr: string): 4 | 6 | undefined {
  const network = parseNetwork(cidr);
  return network === undefined ? undefined : isV4(network.base) ? 4 : 6;
}

/** A range can't change, but a second family may be added. */
function changeErrors(spec: ServiceCIDRSpec, old: readonly string[]): FieldError[] {
  const cidrs = spec.cidrs ?? [];
  const changed = (i: number): FieldError[] => (cidrs[i] === old[i] ? [] : [invalid(CIDRS.index(i), cidrs[i], IMMUTABLE_MESSAGE)]);
  if (old.length === cidrs.length) return old.flatMap((_, i) => changed(i));
  if (old.length === 1 && cidrs.length === 2) return [...changed(0), ...cidrErrors(cidrs)];
  return [invalid(CIDRS, asGiven(spec, 'cidrs'), IMMUTABLE_MESSAGE)];
}

/** networking.k8s.io/v1 ServiceCIDR: a range of addresses for Services. */
export const serviceCidrs: BehaviourFactory = () => {
  const { main, status } = specStatus({ statusKeepsMetadata: true });
  return {
    strategy: refined<Typed<ServiceCIDR>>(main, {
      validate: ({ metadata, spec }) => [...kubeFinalizerErrors(metadata), ...cidrErrors(spec.cidrs ?? [])],
      validateUpdate: ({ metadata, spec }, old) => [...kubeFinalizerErrors(metadata), ...changeErrors(spec, old.spec.cidrs ?? [])],
    }),
    status: refined<Typed<ServiceCIDR>>(status, { validateUpdate: ({ metadata }) => kubeFinalizerErrors(metadata) }),
  };
};
