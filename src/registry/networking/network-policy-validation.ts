import { forbidden, invalid, required, type FieldError } from '../../apimachinery/field-error.js';
import { FieldPath } from '../../apimachinery/field-path.js';
import { networkContains, parseNetwork } from '../../apimachinery/ip.js';
import { isValidPortName, isValidPortNum } from '../../apimachinery/validation/identifiers.js';
import { isValidCidrForLegacyField } from '../../apimachinery/validation/ip.js';
import { validateLabelSelector } from '../../apimachinery/validation/label-selector.js';
import type {
  IPBlock,
  NetworkPolicy,
  NetworkPolicyPeer,
  NetworkPolicyPort,
  NetworkPolicySpec,
} from '../../schema/generated/networking-v1.js';
import { kubeFinalizerErrors } from '../core/finalizers.js';
import { addMessages, unsupported } from '../core/pod-spec/checks.js';
import type { Typed } from '../object.js';

const SPEC = FieldPath.of('spec');
const PROTOCOLS = ['TCP', 'UDP', 'SCTP'] as const;
const POLICY_TYPES = ['Ingress', 'Egress'] as const;

/** What a stored policy may keep although no new one may have it. */
interface Tolerance {
  readonly allowInvalidLabelValue: boolean;
  readonly cidrs: readonly string[];
}

const NEW: Tolerance = { allowInvalidLabelValue: false, cidrs: [] };

/** Faults of a new NetworkPolicy. */
export function validateNetworkPolicy({ metadata, spec }: Typed<NetworkPolicy>): FieldError[] {
  const errors = kubeFinalizerErrors(metadata);
  checkSpec(spec, NEW, errors);
  return errors;
}

/** Faults of a changed one; what its old version had in networks and labels is let through (KEP-4858). */
export function validateNetworkPolicyUpdate({ metadata, spec }: Typed<NetworkPolicy>, old: Typed<NetworkPolicy>): FieldError[] {
  const errors = kubeFinalizerErrors(metadata);
  checkSpec(spec, toleranceFor(old.spec), errors);
  return errors;
}

function toleranceFor({ podSelector, ingress = [], egress = [] }: NetworkPolicySpec): Tolerance {
  const peers = [...ingress.flatMap(({ from }) => from ?? []), ...egress.flatMap(({ to }) => to ?? [])];
  return {
    allowInvalidLabelValue: validateLabelSelector(podSelector, {}, SPEC).length > 0,
    cidrs: peers.flatMap(({ ipBlock }) => (ipBlock === undefined ? [] : [ipBlock.cidr ?? '', ...(ipBlock.except ?? [])])),
  };
}

function checkSpec(spec: NetworkPolicySpec, tolerance: Tolerance, errors: FieldError[]): void {
  const { podSelector, ingress = [], egress = [], policyTypes = [] } = spec;
  errors.push(...validateLabelSelector(podSelector, tolerance, SPEC.child('podSelector')));
  ingress.forEach(({ ports, from }, i) => {
    const path = SPEC.child('ingress').index(i);
    checkPorts(ports, path.child('ports'), errors);
    checkPeers(from, tolerance, path.child('from'), errors);
  });
  egress.forEach(({ ports, to }, i) => {
    const path = SPEC.child('egress').index(i);
    checkPorts(ports, path.child('ports'), errors);
    checkPeers(to, tolerance, path.child('to'), errors);
  });
  const path = SPEC.child('policyTypes');
  if (policyTypes.length > POLICY_TYPES.length) {
    errors.push(invalid(path, policyTypes, 'may not specify more than two policyTypes'));
    return;
  }
  policyTypes.forEach((type, i) => {
    if (!isOneOf(POLICY_TYPES, type)) errors.push(unsupported(path.index(i), type, POLICY_TYPES));
  });
}

function isOneOf(values: readonly string[], value: string): boolean {
  return values.includes(value);
}

function checkPorts(ports: readonly NetworkPolicyPort[] | undefined, path: FieldPath, errors: FieldError[]): void {
  ports?.forEach((port, i) => {
    checkPort(port, path.index(i), errors);
  });
}

function checkPort({ protocol, port, endPort }: NetworkPolicyPort, path: FieldPath, errors: FieldError[]): void {
  if (protocol !== undefined && !isOneOf(PROTOCOLS, protocol)) errors.push(unsupported(path.child('protocol'), protocol, PROTOCOLS));
  if (typeof port === 'number') {
    addMessages(path.child('port'), port, isValidPortNum(port), errors);
    if (endPort === undefined) return;
    if (endPort < port) errors.push(invalid(path.child('endPort'), port, 'must be greater than or equal to `port`'));
    addMessages(path.child('endPort'), endPort, isValidPortNum(endPort), errors);
    return;
  }
  if (endPort !== undefined) {
    const why = port === undefined ? 'is not specified' : 'is non-numeric';
    errors.push(invalid(path.child('endPort'), endPort, `may not be specified when \`port\` ${why}`));
  }
  if (port !== undefined) addMessages(path.child('port'), port, isValidPortName(port), errors);
}

function checkPeers(peers: readonly NetworkPolicyPeer[] | undefined, tolerance: Tolerance, path: FieldPath, errors: FieldError[]): void {
  peers?.forEach((peer, i) => {
    checkPeer(peer, tolerance, path.index(i), errors);
  });
}

function checkPeer(
  { podSelector, namespaceSelector, ipBlock }: NetworkPolicyPeer,
  tolerance: Tolerance,
  path: FieldPath,
  errors: FieldError[],
): void {
  errors.push(...validateLabelSelector(podSelector, tolerance, path.child('podSelector')));
  errors.push(...validateLabelSelector(namespaceSelector, tolerance, path.child('namespaceSelector')));
  if (ipBlock !== undefined) checkIpBlock(ipBlock, tolerance, path.child('ipBlock'), errors);
  const selectors = (podSelector === undefined ? 0 : 1) + (namespaceSelector === undefined ? 0 : 1);
  if (selectors === 0 && ipBlock === undefined) errors.push(required(path, 'must specify a peer'));
  else if (selectors > 0 && ipBlock !== undefined) errors.push(forbidden(path, 'may not specify both ipBlock and another peer'));
}

function checkIpBlock({ cidr = '', except = [] }: IPBlock, tolerance: Tolerance, path: FieldPath, errors: FieldError[]): void {
  if (cidr === '') {
    errors.push(required(path.child('cidr')));
    return;
  }
  errors.push(...isValidCidrForLegacyField(path.child('cidr'), cidr, true, tolerance.cidrs));
  const network = parseNetwork(cidr);
  if (network === undefined) return;
  except.forEach((text, i) => {
    const at = path.child('except').index(i);
    errors.push(...isValidCidrForLegacyField(at, text, true, tolerance.cidrs));
    const inner = parseNetwork(text);
    if (inner === undefined) return;
    if (!networkContains(network, inner.base) || network.prefix >= inner.prefix) {
      errors.push(invalid(at, text, 'must be a strict subset of `cidr`'));
    }
  });
}
