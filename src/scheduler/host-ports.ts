import { isSidecar } from '../component-helpers/containers.js';
import type { ContainerPort, PodSpec } from '../schema/generated/core-v1.js';

const ANY_ADDRESS = '0.0.0.0';
const NONE: readonly ContainerPort[] = [];

/** The ports of the node that a pod wants (Go: scheduler/util.GetHostPorts). */
export function hostPortsOf({ containers, initContainers = [] }: PodSpec): readonly ContainerPort[] {
  let found: ContainerPort[] | undefined;
  for (const container of [...initContainers.filter(isSidecar), ...(containers ?? [])])
    for (const port of container.ports ?? []) if ((port.hostPort ?? 0) > 0) (found ??= []).push(port);
  return found ?? NONE;
}

/** The ports of a node that are taken, by address (Go: framework.HostPortInfo). */
export class HostPorts {
  /** Address → `TCP/80` → by how many pods. */
  private readonly taken = new Map<string, Map<string, number>>();

  add(port: ContainerPort): void {
    const { address, key } = placeOf(port);
    let ports = this.taken.get(address);
    if (ports === undefined) this.taken.set(address, (ports = new Map()));
    ports.set(key, (ports.get(key) ?? 0) + 1);
  }

  remove(port: ContainerPort): void {
    const { address, key } = placeOf(port);
    const ports = this.taken.get(address);
    const count = (ports?.get(key) ?? 0) - 1;
    if (count > 0) ports?.set(key, count);
    else if (ports?.delete(key) === true && ports.size === 0) this.taken.delete(address);
  }

  /** A port of any address conflicts with that port of each. */
  conflictsWith(port: ContainerPort): boolean {
    if (this.taken.size === 0) return false;
    const { address, key } = placeOf(port);
    if (address !== ANY_ADDRESS) return this.taken.get(ANY_ADDRESS)?.has(key) === true || this.taken.get(address)?.has(key) === true;
    for (const ports of this.taken.values()) if (ports.has(key)) return true;
    return false;
  }
}

function placeOf({ hostIP = '', protocol = '', hostPort = 0 }: ContainerPort): { readonly address: string; readonly key: string } {
  return { address: hostIP === '' ? ANY_ADDRESS : hostIP, key: `${protocol === '' ? 'TCP' : protocol}/${String(hostPort)}` };
}
