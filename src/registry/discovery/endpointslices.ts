import {
  duplicate,
  internal,
  invalid,
  NamedString,
  notSupported,
  required,
  tooMany,
  type FieldError,
} from '../../apimachinery/field-error.js';
import { FieldPath } from '../../apimachinery/field-path.js';
import { isIpv4, isIpv6 } from '../../apimachinery/ip.js';
import { semanticEqual } from '../../apimachinery/semantic-equal.js';
import { isDns1123Label, isDns1123Subdomain, isFullyQualifiedDomainName } from '../../apimachinery/validation/dns.js';
import { isValidIp, isValidIpForLegacyField, warningsForIp } from '../../apimachinery/validation/ip.js';
import { isQualifiedName, isValidLabelValue, validateLabels } from '../../apimachinery/validation/labels.js';
import { nameIsDnsSubdomain, nameIsPathSegment } from '../../apimachinery/validation/names.js';
import type { Endpoint, EndpointHints, EndpointPort } from '../../schema/generated/discovery-v1.js';
import type { BehaviourFactory } from '../behaviour.js';
import { endpointIpErrors } from '../core/endpoint-ip.js';
import { metadataErrors } from '../core/metadata.js';
import { deepEqual, type KubeObject } from '../object.js';
import { strategyFor, type Strategy } from '../strategy.js';

interface EndpointSlice extends KubeObject {
  addressType?: string | undefined;
  endpoints?: Endpoint[] | null | undefined;
  ports?: EndpointPort[] | null | undefined;
}

const ADDRESS_TYPE = FieldPath.of('addressType');
const ENDPOINTS = FieldPath.of('endpoints');
const PORTS = FieldPath.of('ports');
const ADDRESS_TYPES: ReadonlySet<string> = new Set(['IPv4', 'IPv6', 'FQDN']);
const PROTOCOLS: ReadonlySet<string> = new Set(['TCP', 'UDP', 'SCTP']);
const MAX_TOPOLOGY_LABELS = 16;
const MAX_ADDRESSES = 100;
const MAX_PORTS = 20000;
const MAX_ENDPOINTS = 1000;
const MAX_HINTS = 8;
const HOSTNAME = 'kubernetes.io/hostname';
const ZONE = 'topology.kubernetes.io/zone';
const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';
const CONTROLLERS: ReadonlySet<string> = new Set(['endpointslice-controller.k8s.io', 'endpointslicemirroring-controller.k8s.io']);

function typeErrors(type: string): FieldError[] {
  if (type === '') return [required(ADDRESS_TYPE)];
  return ADDRESS_TYPES.has(type) ? [] : [notSupported(ADDRESS_TYPE, new NamedString(type), ADDRESS_TYPES)];
}

function portErrors(ports: readonly EndpointPort[]): FieldError[] {
  if (ports.length > MAX_PORTS) return [tooMany(PORTS, ports.length, MAX_PORTS)];
  const errors: FieldError[] = [];
  const names = new Set<string>();
  ports.forEach(({ name = '', protocol, appProtocol }, i) => {
    const path = PORTS.index(i);
    if (name !== '') for (const text of isDns1123Label(name)) errors.push(invalid(path.child('name'), name, text));
    if (names.has(name)) errors.push(duplicate(path.child('name'), name));
    names.add(name);
    if (protocol === undefined) errors.push(required(path.child('protocol')));
    else if (!PROTOCOLS.has(protocol)) errors.push(notSupported(path.child('protocol'), new NamedString(protocol), PROTOCOLS));
    if (appProtocol !== undefined)
      for (const text of isQualifiedName(appProtocol)) errors.push(invalid(path.child('appProtocol'), appProtocol, text));
  });
  return errors;
}

function endpointErrors(endpoints: readonly Endpoint[], type: string): FieldError[] {
  if (endpoints.length > MAX_ENDPOINTS) return [tooMany(ENDPOINTS, endpoints.length, MAX_ENDPOINTS)];
  return endpoints.flatMap((endpoint, i) => oneEndpointErrors(endpoint, type, ENDPOINTS.index(i)));
}

function oneEndpointErrors(endpoint: Endpoint, type: string, path: FieldPath): FieldError[] {
  const { nodeName, hostname, hints, deprecatedTopology } = endpoint;
  const addresses = endpoint.addresses ?? [];
  const addressPath = path.child('addresses');
  const errors: FieldError[] = [];
  if (addresses.length === 0) errors.push(required(addressPath, 'must contain at least 1 address'));
  else if (addresses.length > MAX_ADDRESSES) errors.push(tooMany(addressPath, addresses.length, MAX_ADDRESSES));
  addresses.forEach((address, i) => {
    errors.push(...addressErrors(address, type, addressPath, addressPath.index(i)));
  });
  if (nodeName !== undefined) for (const text of isDns1123Subdomain(nodeName)) errors.push(invalid(path.child('nodeName'), nodeName, text));
  if (deprecatedTopology !== undefined) errors.push(...topologyErrors(deprecatedTopology, path.child('deprecatedTopology')));
  if (hostname !== undefined) for (const text of isDns1123Label(hostname)) errors.push(invalid(path.child('hostname'), hostname, text));
  if (hints !== undefined) errors.push(...hintErrors(hints, path.child('hints')));
  return errors;
}

/** Addresses of unknown types aren't looked at. */
function addressErrors(address: string, type: string, list: FieldPath, path: FieldPath): FieldError[] {
  if (type === 'FQDN') return isFullyQualifiedDomainName(path, address);
  if (type !== 'IPv4' && type !== 'IPv6') return [];
  const errors = type === 'IPv4' ? isValidIpForLegacyField(path, address) : isValidIp(path, address);
  if (errors.length > 0) return errors;
  if (!(type === 'IPv4' ? isIpv4 : isIpv6)(address)) errors.push(invalid(list, address, `must be an ${type} address`));
  errors.push(...endpointIpErrors(address, path));
  return errors;
}

function topologyErrors(topology: Readonly<Record<string, string>>, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const count = Object.keys(topology).length;
  if (count > MAX_TOPOLOGY_LABELS) errors.push(tooMany(path, count, MAX_TOPOLOGY_LABELS));
  errors.push(...validateLabels(topology, path));
  if (topology[ZONE] !== undefined) errors.push(internal(path.key(ZONE), 'reserved key was not removed in conversion'));
  return errors;
}

function hintErrors({ forZones = [], forNodes = [] }: EndpointHints, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  for (const [field, hints, check] of [
    ['forZones', forZones, isValidLabelValue],
    ['forNodes', forNodes, isDns1123Subdomain],
  ] as const) {
    if (hints.length > MAX_HINTS) {
      errors.push(tooMany(path.child(field), hints.length, MAX_HINTS));
      return errors;
    }
    const names = new Set<string>();
    hints.forEach(({ name = '' }, i) => {
      const at = path.child(field).index(i).child('name');
      if (names.has(name)) errors.push(duplicate(at, name));
      names.add(name);
      for (const text of check(name)) errors.push(invalid(at, name, text));
    });
  }
  return errors;
}

function contentErrors(slice: EndpointSlice, old?: EndpointSlice): FieldError[] {
  const { addressType = '' } = slice;
  const errors = [...typeErrors(addressType), ...portErrors(slice.ports ?? [])];
  const faults = endpointErrors(slice.endpoints ?? [], addressType);
  // Older servers let more through; what is unchanged stays possible.
  if (faults.length > 0 && !(old !== undefined && semanticEqual(slice.endpoints, old.endpoints))) errors.push(...faults);
  return errors;
}

/** In v1 the topology isn't written any more; its node name is taken over if it was known. */
function dropTopology(slice: EndpointSlice, old?: EndpointSlice): void {
  const before = old?.endpoints ?? [];
  if (old !== undefined && semanticEqual(slice.endpoints, before)) return;
  const known = new Set(before.map(({ deprecatedTopology }) => deprecatedTopology?.[HOSTNAME]));
  for (const endpoint of slice.endpoints ?? []) {
    const node = endpoint.deprecatedTopology?.[HOSTNAME];
    if (endpoint.nodeName === undefined && node && known.has(node) && isDns1123Subdomain(node).length === 0) endpoint.nodeName = node;
    delete endpoint.deprecatedTopology;
  }
}

/** Whether anything but metadata changed, or the labels did. */
function isChanged(slice: EndpointSlice, old: EndpointSlice): boolean {
  return (
    slice.addressType !== old.addressType ||
    !semanticEqual(slice.endpoints, old.endpoints) ||
    !semanticEqual(slice.ports, old.ports) ||
    !deepEqual(slice.metadata.labels ?? {}, old.metadata.labels ?? {})
  );
}

function addressWarnings({ metadata, endpoints }: EndpointSlice): string[] {
  // Controllers write canonical addresses.
  if (CONTROLLERS.has(metadata.labels?.[MANAGED_BY] ?? '')) return [];
  return (endpoints ?? []).flatMap(({ addresses }, i) => {
    const path = ENDPOINTS.index(i).child('addresses');
    return (addresses ?? []).flatMap((address, j) => warningsForIp(path.index(j), address));
  });
}

const strategy: Strategy<EndpointSlice> = {
  prepareForCreate(slice) {
    slice.metadata.generation = 1;
    dropTopology(slice);
  },
  prepareForUpdate(slice, old) {
    if (isChanged(slice, old)) slice.metadata.generation = (old.metadata.generation ?? 0) + 1;
    dropTopology(slice, old);
  },
  validateName: nameIsPathSegment,
  validatesMetadata: true,
  validate: (slice) => [...metadataErrors(slice.metadata, true, nameIsDnsSubdomain), ...contentErrors(slice)],
  validateUpdate: (slice, old) => {
    const errors = [...metadataErrors(slice.metadata, true, nameIsDnsSubdomain), ...contentErrors(slice, old)];
    if ((slice.addressType ?? '') !== (old.addressType ?? ''))
      errors.push(invalid(ADDRESS_TYPE, new NamedString(slice.addressType ?? ''), 'field is immutable'));
    return errors;
  },
  warningsOnCreate: (slice) => [
    ...(slice.addressType === 'FQDN' ? ['spec.addressType: FQDN endpoints are deprecated'] : []),
    ...addressWarnings(slice),
  ],
  warningsOnUpdate: addressWarnings,
};

/** EndpointSlices: where the traffic of services goes. */
export const endpointSlices: BehaviourFactory = () => ({
  strategy: strategyFor(strategy),
  defaults(object) {
    for (const port of (object as EndpointSlice).ports ?? []) {
      port.name ??= '';
      port.protocol ??= 'TCP';
    }
  },
});
