import { duplicate, forbidden, goQuote, internal, invalid, type FieldError } from '../../../apimachinery/field-error.js';
import { FieldPath } from '../../../apimachinery/field-path.js';
import { isIpv6Cidr, parseNetwork } from '../../../apimachinery/ip.js';
import { parseQuantityJson } from '../../../apimachinery/quantity.js';
import { isValidCidrForLegacyField } from '../../../apimachinery/validation/ip.js';
import { longerThan } from '../../../apimachinery/validation/messages.js';
import { nameIsDnsSubdomain } from '../../../apimachinery/validation/names.js';
import type { NodeSpec, NodeStatus, ResourceList } from '../../../schema/generated/core-v1.js';
import { compareKeys } from '../../../schema/sort-keys.js';
import type { KubeObject } from '../../object.js';
import { metadataErrors, metadataUpdateErrors } from '../metadata.js';
import { checkAmount } from '../pod-spec/resources.js';
import { nodeAnnotationErrors } from './annotations.js';
import { taintErrors } from './taints.js';

/** A core/v1 Node as decoded. */
export interface Node extends KubeObject {
  spec: NodeSpec;
  status: NodeStatus;
}

const METADATA = FieldPath.of('metadata');
const SPEC = FieldPath.of('spec');
const STATUS = FieldPath.of('status');

/** Faults of a node (Go: ValidateNode). */
export function validateNode({ metadata, spec, status }: Node): FieldError[] {
  return [
    ...metadataErrors(metadata, false, nameIsDnsSubdomain),
    ...nodeAnnotationErrors(metadata.annotations, METADATA.child('annotations')),
    ...taintErrors(spec.taints ?? [], METADATA.child('taints')),
    ...resourceErrors(status),
    ...swapErrors(status),
    ...featureErrors(status.declaredFeatures ?? []),
    ...podCidrErrors(spec.podCIDRs ?? []),
  ];
}

/** Faults of a change of spec or status (Go: ValidateNodeUpdate). */
export function validateNodeUpdate({ metadata, spec, status }: Node, old: Node): FieldError[] {
  const errors = [
    ...metadataUpdateErrors(metadata, old.metadata),
    ...nodeAnnotationErrors(metadata.annotations, METADATA.child('annotations')),
    ...resourceErrors(status),
    ...featureErrors(status.declaredFeatures ?? []),
    ...addressErrors(status),
    ...podCidrChanges(spec.podCIDRs ?? [], old.spec.podCIDRs ?? []),
  ];
  if (old.spec.providerID && old.spec.providerID !== spec.providerID) {
    errors.push(forbidden(SPEC.child('providerID'), 'node updates may not change providerID except from "" to valid'));
  }
  errors.push(...taintErrors(spec.taints ?? [], METADATA.child('taints')));
  if ((spec.externalID ?? '') !== (old.spec.externalID ?? '')) errors.push(forbidden(SPEC.child('externalID'), 'may not be updated'));
  return errors;
}

function resourceErrors({ capacity, allocatable }: NodeStatus): FieldError[] {
  return [...amountErrors(capacity, STATUS.child('capacity')), ...amountErrors(allocatable, STATUS.child('allocatable'))];
}

function amountErrors(list: ResourceList | undefined, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  for (const [name, text] of Object.entries(list ?? {})) checkAmount(name, parseQuantityJson(text), path.child(name), errors);
  return errors;
}

function swapErrors({ nodeInfo }: NodeStatus): FieldError[] {
  const capacity = nodeInfo.swap?.capacity;
  if (capacity === undefined || capacity > 0) return [];
  return [invalid(METADATA.child('nodeSwapStatus', 'capacity'), capacity, 'must be greater than zero')];
}

const FEATURE = /^[A-Z][a-zA-Z0-9]*(?:\/[a-zA-Z][a-zA-Z0-9]*)*$/;
const FEATURE_FORM =
  "must start with an UpperCamelCase segment, with subsequent segments separated by '/' (e.g., MyFeature or MyFeature/mySubFeature), and contain only alphanumeric characters and slashes";
const MAX_FEATURE_LENGTH = 253;

/** Names of features, sorted and unique (KEP-5328). */
function featureErrors(features: readonly string[]): FieldError[] {
  const path = STATUS.child('declaredFeatures');
  return features.flatMap((name, i) => {
    const errors: FieldError[] = [];
    const fault = longerThan(name, MAX_FEATURE_LENGTH)
      ? `must be no more than ${String(MAX_FEATURE_LENGTH)} characters`
      : FEATURE.test(name)
        ? ''
        : FEATURE_FORM;
    if (fault !== '') errors.push(invalid(path.index(i), name, `invalid feature name ${goQuote(name)}: ${fault}`));
    const next = features[i + 1];
    if (next === name) errors.push(duplicate(path.index(i + 1), next));
    else if (next !== undefined && compareKeys(name, next) > 0)
      errors.push(invalid(path.index(i + 1), next, 'list must be sorted alphabetically'));
    return errors;
  });
}

function podCidrErrors(cidrs: readonly string[]): FieldError[] {
  const path = SPEC.child('podCIDRs');
  const errors = cidrs.flatMap((cidr, i) => isValidCidrForLegacyField(path.index(i), cidr));
  if (cidrs.length < 2) return errors;
  const bad = cidrs.findIndex((cidr) => parseNetwork(cidr) === undefined);
  if (bad >= 0) {
    const fault = `invalid CIDR[${String(bad)}]: <nil> (invalid CIDR address: ${cidrs[bad] ?? ''})`;
    errors.push(internal(path, `invalid PodCIDRs. failed to check with dual stack with error:${fault}`));
  }
  const dual = bad < 0 && cidrs.some(isIpv6Cidr) && !cidrs.every(isIpv6Cidr);
  if (!dual || cidrs.length > 2) errors.push(invalid(path, cidrs, 'may specify no more than one CIDR for each IP family'));
  return errors;
}

function podCidrChanges(cidrs: readonly string[], old: readonly string[]): FieldError[] {
  if (old.length === 0) return [];
  const fault = forbidden(SPEC.child('podCIDRs'), 'node updates may not change podCIDR except from "" to valid');
  if (cidrs.length !== old.length) return [fault];
  return old.flatMap((cidr, i) => (cidr === cidrs[i] ? [] : [fault]));
}

function addressErrors({ addresses = [] }: NodeStatus): FieldError[] {
  const seen = new Set<string>();
  return addresses.flatMap(({ type = '', address = '' }, i) => {
    const identity = JSON.stringify([type, address]);
    const again = seen.has(identity);
    seen.add(identity);
    return again ? [duplicate(STATUS.child('addresses').index(i), { Type: type, Address: address })] : [];
  });
}
