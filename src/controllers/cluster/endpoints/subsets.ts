import type { EndpointAddress, EndpointSubset } from '../../../schema/generated/core-v1.js';
import { endpointsOrder, type Port } from './ports.js';

/** One address at one port, or without any, as a pod or a subset gives it. */
export interface PortAddress {
  readonly address: EndpointAddress;
  readonly port: Port | undefined;
  readonly ready: boolean;
}

interface Member {
  readonly address: EndpointAddress;
  ready: boolean;
}

interface Group {
  readonly members: readonly Member[];
  readonly ports: Port[];
}

/**
 * Addresses by the ports that they share: each set of addresses once, with all its
 * ports (Go: endpoints.RepackSubsets). An address that is ready and not ready is not.
 */
export function packSubsets(given: Iterable<PortAddress>): EndpointSubset[] {
  const byPort = new Map<string, { readonly port: Port | undefined; readonly members: Map<string, Member> }>();
  for (const { address, port, ready } of given) {
    const key = port === undefined ? '' : `${port.name} ${port.protocol} ${String(port.port)} ${port.appProtocol ?? ''}`;
    let entry = byPort.get(key);
    if (entry === undefined) byPort.set(key, (entry = { port, members: new Map() }));
    const id = addressId(address);
    const member = entry.members.get(id);
    if (member === undefined) entry.members.set(id, { address, ready });
    else member.ready &&= ready;
  }
  const groups = new Map<string, Group>();
  for (const { port, members } of byPort.values()) {
    const sorted = [...members].sort(([a], [b]) => (a < b ? -1 : 1));
    const key = sorted.map(([id, { ready }]) => `${id} ${String(ready)}`).join('\n');
    let group = groups.get(key);
    if (group === undefined) groups.set(key, (group = { members: sorted.map(([, member]) => member), ports: [] }));
    if (port !== undefined) group.ports.push(port);
  }
  return [...groups.values()].map(subsetOf);
}

/** An order by address, then by uid; a blank sorts before whatever stands in either. */
function addressId({ ip = '', targetRef }: EndpointAddress): string {
  return `${ip} ${targetRef?.uid ?? ''}`;
}

function subsetOf({ members, ports }: Group): EndpointSubset {
  const ready = members.filter((member) => member.ready).map(({ address }) => address);
  const others = members.filter((member) => !member.ready).map(({ address }) => address);
  return {
    ...(ready.length > 0 ? { addresses: ready } : {}),
    ...(others.length > 0 ? { notReadyAddresses: others } : {}),
    ...(ports.length > 0 ? { ports: endpointsOrder(ports).map(portOf) } : {}),
  };
}

function portOf({ name, port, protocol, appProtocol }: Port): NonNullable<EndpointSubset['ports']>[number] {
  return { ...(name === '' ? {} : { name }), port, protocol, ...(appProtocol === undefined ? {} : { appProtocol }) };
}

/** What subsets say, taken apart. */
export function* unpackSubsets(subsets: readonly EndpointSubset[]): Generator<PortAddress> {
  for (const { addresses = [], notReadyAddresses = [], ports = [] } of subsets) {
    const all = ports.map(({ name = '', port = 0, protocol = 'TCP', appProtocol }) => ({ name, port, protocol, appProtocol }));
    for (const port of all.length === 0 ? [undefined] : all) {
      for (const address of addresses) yield { address, port, ready: true };
      for (const address of notReadyAddresses) yield { address, port, ready: false };
    }
  }
}
