import { invalid, NamedString, notSupported, required, type FieldError } from '../../apimachinery/field-error.js';
import { FieldPath } from '../../apimachinery/field-path.js';
import { semanticEqual } from '../../apimachinery/semantic-equal.js';
import { isDns1123Label, isDns1123Subdomain } from '../../apimachinery/validation/dns.js';
import { isValidPortNum } from '../../apimachinery/validation/identifiers.js';
import { isValidIpForLegacyField, warningsForIp } from '../../apimachinery/validation/ip.js';
import { isQualifiedName } from '../../apimachinery/validation/labels.js';
import { nameIsDnsSubdomain } from '../../apimachinery/validation/names.js';
import type { EndpointAddress, EndpointPort, EndpointSubset } from '../../schema/generated/core-v1.js';
import type { BehaviourFactory } from '../behaviour.js';
import type { KubeObject } from '../object.js';
import { strategyFor, type Strategy } from '../strategy.js';
import { endpointIpErrors } from './endpoint-ip.js';
import { kubeFinalizerErrors } from './finalizers.js';
import { metadataErrors } from './metadata.js';

interface Endpoints extends KubeObject {
  subsets?: EndpointSubset[] | undefined;
}

const SUBSETS = FieldPath.of('subsets');
const PROTOCOLS: ReadonlySet<string> = new Set(['TCP', 'UDP', 'SCTP']);

function subsetErrors({ subsets = [] }: Endpoints): FieldError[] {
  return subsets.flatMap(({ addresses = [], notReadyAddresses = [], ports = [] }, i) => {
    const path = SUBSETS.index(i);
    const none = addresses.length === 0 && notReadyAddresses.length === 0;
    return [
      ...(none ? [required(path, 'must specify `addresses` or `notReadyAddresses`')] : []),
      ...addresses.flatMap((address, j) => addressErrors(address, path.child('addresses').index(j))),
      ...notReadyAddresses.flatMap((address, j) => addressErrors(address, path.child('notReadyAddresses').index(j))),
      ...ports.flatMap((port, j) => portErrors(port, ports.length > 1, path.child('ports').index(j))),
    ];
  });
}

function addressErrors({ ip = '', hostname = '', nodeName }: EndpointAddress, path: FieldPath): FieldError[] {
  const errors = isValidIpForLegacyField(path.child('ip'), ip);
  if (hostname !== '') for (const text of isDns1123Label(hostname)) errors.push(invalid(path.child('hostname'), hostname, text));
  if (nodeName !== undefined) for (const text of isDns1123Subdomain(nodeName)) errors.push(invalid(path.child('nodeName'), nodeName, text));
  errors.push(...endpointIpErrors(ip, path.child('ip')));
  return errors;
}

function portErrors({ name = '', port = 0, protocol = '', appProtocol }: EndpointPort, needsName: boolean, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (name !== '') for (const text of isDns1123Label(name)) errors.push(invalid(path.child('name'), name, text));
  else if (needsName) errors.push(required(path.child('name')));
  for (const text of isValidPortNum(port)) errors.push(invalid(path.child('port'), port, text));
  if (protocol === '') errors.push(required(path.child('protocol')));
  else if (!PROTOCOLS.has(protocol)) errors.push(notSupported(path.child('protocol'), new NamedString(protocol), PROTOCOLS));
  if (appProtocol !== undefined)
    for (const text of isQualifiedName(appProtocol)) errors.push(invalid(path.child('appProtocol'), appProtocol, text));
  return errors;
}

function warnings({ metadata, subsets = [] }: Endpoints): string[] {
  // The controller writes canonical addresses.
  if (metadata.labels?.['endpoints.kubernetes.io/managed-by'] === 'endpoint-controller') return [];
  const of = (addresses: readonly EndpointAddress[] | undefined, path: FieldPath): string[] =>
    (addresses ?? []).flatMap(({ ip = '' }, i) => warningsForIp(path.index(i).child('ip'), ip));
  return subsets.flatMap(({ addresses, notReadyAddresses }, i) => [
    ...of(addresses, SUBSETS.index(i).child('addresses')),
    ...of(notReadyAddresses, SUBSETS.index(i).child('notReadyAddresses')),
  ]);
}

const strategy: Strategy<Endpoints> = {
  allowCreateOnUpdate: true,
  validate: (object) => [...kubeFinalizerErrors(object.metadata), ...subsetErrors(object)],
  validateUpdate: (object, old) => {
    const errors = [...kubeFinalizerErrors(object.metadata), ...metadataErrors(object.metadata, true, nameIsDnsSubdomain)];
    const faults = subsetErrors(object);
    // Older servers let more through; what is unchanged stays possible.
    return faults.length === 0 || semanticEqual(object.subsets, old.subsets) ? errors : [...errors, ...faults];
  },
  warningsOnCreate: warnings,
  warningsOnUpdate: warnings,
};

/** Endpoints, the predecessor of EndpointSlices. */
export const endpoints: BehaviourFactory = () => ({
  strategy: strategyFor(strategy),
  defaults(object) {
    for (const { ports } of (object as Endpoints).subsets ?? []) for (const port of ports ?? []) port.protocol ||= 'TCP';
  },
  warnings: ['v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice'],
});
