import { fnv128a } from '../../../apimachinery/hash.js';
import type { Pod } from '../../../component-helpers/pods.js';
import type { Container, ServicePort } from '../../../schema/generated/core-v1.js';
import type { Service } from './services.js';

/** A port of an endpoint, as Endpoints and EndpointSlices have it. */
export interface Port {
  readonly name: string;
  readonly port: number;
  readonly protocol: string;
  readonly appProtocol?: string | undefined;
}

/** The ports at which a pod serves what the service offers; named ones that it lacks are left out. */
export function portsOf({ spec }: Service, pod: Pod): Port[] {
  const ports: Port[] = [];
  for (const servicePort of spec.ports ?? []) {
    const port = findPort(pod, servicePort);
    if (port === undefined) continue;
    const { name = '', protocol = 'TCP', appProtocol } = servicePort;
    ports.push({ name, port, protocol, ...(appProtocol === undefined ? {} : { appProtocol }) });
  }
  return ports;
}

/** The number of a service's target port in a pod (Go: endpointslice.FindPort). Sidecars count too. */
function findPort({ spec }: Pod, { targetPort, port, protocol }: ServicePort): number | undefined {
  if (typeof targetPort !== 'string') return targetPort ?? port;
  const sidecars = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  for (const container of [...(spec.containers ?? []), ...sidecars] as readonly Container[]) {
    const found = container.ports?.find((candidate) => candidate.name === targetPort && candidate.protocol === protocol);
    if (found !== undefined) return found.containerPort;
  }
  return undefined;
}

const hashes = new Map<string, bigint>();
/** Ports that are remembered; far more than a cluster has different ones. */
const REMEMBERED = 4096;

function hashOf(dump: string): bigint {
  let hash = hashes.get(dump);
  if (hash === undefined) {
    if (hashes.size >= REMEMBERED) hashes.clear();
    hashes.set(dump, (hash = fnv128a(dump)));
  }
  return hash;
}

function sortBy(ports: readonly Port[], dump: (port: Port) => string): Port[] {
  if (ports.length < 2) return [...ports];
  return [...ports].sort((a, b) => {
    const [left, right] = [hashOf(dump(a)), hashOf(dump(b))];
    return left < right ? -1 : left > right ? 1 : 0;
  });
}

/** In the order of Endpoints: by the hash of what Go prints of each (Go: endpoints.portsByHash). */
export function endpointsOrder(ports: readonly Port[]): Port[] {
  return sortBy(
    ports,
    ({ name, port, protocol, appProtocol = '<nil>' }) =>
      `(v1.EndpointPort){Name:(string)${name} Port:(int32)${String(port)} Protocol:(v1.Protocol)${protocol} AppProtocol:(*string)${appProtocol}}`,
  );
}

/** In the order of EndpointSlices, whose Go type has other fields (Go: endpointslice/util.portsInOrder). */
export function slicesOrder(ports: readonly Port[]): Port[] {
  return sortBy(
    ports,
    ({ name, port, protocol, appProtocol = '<nil>' }) =>
      `(v1.EndpointPort){Name:(*string)${name} Protocol:(*v1.Protocol)${protocol} Port:(*int32)${String(port)} AppProtocol:(*string)${appProtocol}}`,
  );
}
