import { formatAddress, isV4, parseAddress } from '../../../apimachinery/ip.js';
import { semanticEqual } from '../../../apimachinery/semantic-equal.js';
import type { Node } from '../../../component-helpers/nodes.js';
import { isPodReady, type Pod } from '../../../component-helpers/pods.js';
import type { Endpoint, EndpointPort } from '../../../schema/generated/discovery-v1.js';
import { slicesOrder, type Port } from '../endpoints/ports.js';
import { hostnameIn, type Service } from '../endpoints/services.js';

export type AddressType = 'IPv4' | 'IPv6';

const ZONE = 'topology.kubernetes.io/zone';

/** The families in which a service has slices. */
export function addressTypesOf({ spec: { ipFamilies = [] } }: Service): readonly AddressType[] {
  return ipFamilies.filter((family): family is AddressType => family === 'IPv4' || family === 'IPv6');
}

/** The pod as an endpoint of the service; undefined if it has no address of this family (Go: podToEndpoint). */
export function endpointOf(pod: Pod, node: Node | undefined, service: Service, type: AddressType): Endpoint | undefined {
  const addresses = addressesOf(pod, type);
  if (addresses.length === 0) return undefined;
  const serving = isPodReady(pod);
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const ready = service.spec.publishNotReadyAddresses === true || (serving && !terminating);
  const { namespace, name, uid } = pod.metadata;
  const hostname = hostnameIn(pod, service);
  const nodeName = pod.spec.nodeName ?? '';
  const zone = node?.metadata.labels?.[ZONE] ?? '';
  return {
    addresses,
    conditions: { ready, serving, terminating },
    ...(hostname === undefined ? {} : { hostname }),
    targetRef: { kind: 'Pod', namespace, name, uid },
    ...(nodeName === '' ? {} : { nodeName }),
    ...(zone === '' ? {} : { zone }),
  };
}

function addressesOf({ status }: Pod, type: AddressType): string[] {
  const addresses: string[] = [];
  for (const { ip = '' } of status.podIPs ?? []) {
    const parsed = parseAddress(ip);
    if (parsed !== undefined && isV4(parsed) === (type === 'IPv4')) addresses.push(formatAddress(parsed));
  }
  return addresses;
}

/** What makes an endpoint the same one, whatever becomes of it (Go: endpointslice/util.hashEndpoint). */
export function endpointKey({ addresses, hostname = '', targetRef }: Endpoint): string {
  return [...(addresses ?? [])].sort().join(',') + ` ${hostname} ${targetRef?.namespace ?? ''}/${targetRef?.name ?? ''}`;
}

/** Whether two endpoints of one key also agree in the rest; hints are another's matter. */
export function sameBeyondKey(a: Endpoint, b: Endpoint): boolean {
  const { ready, serving, terminating } = a.conditions;
  return (
    a.nodeName === b.nodeName &&
    a.zone === b.zone &&
    ready === b.conditions.ready &&
    serving === b.conditions.serving &&
    terminating === b.conditions.terminating &&
    semanticEqual({ ...a.targetRef, resourceVersion: undefined }, { ...b.targetRef, resourceVersion: undefined })
  );
}

/** Ports as slices have them, in their order. */
export function slicePorts(ports: readonly Port[]): EndpointPort[] {
  return slicesOrder(ports).map(({ name, port, protocol, appProtocol }) => ({
    name,
    protocol,
    port,
    ...(appProtocol === undefined ? {} : { appProtocol }),
  }));
}

/** Slices with the same ports, in whatever order, have the same key. */
export function portsKey(ports: readonly EndpointPort[] | null | undefined): string {
  const texts = (ports ?? []).map(({ name, protocol, port, appProtocol }) => JSON.stringify([name, protocol, port, appProtocol]));
  return texts.sort().join(' ');
}
