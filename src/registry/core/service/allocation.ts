import { goQuote, invalid, type FieldError } from '../../../apimachinery/field-error.js';
import { FieldPath } from '../../../apimachinery/field-path.js';
import { parseNetwork } from '../../../apimachinery/ip.js';
import { internalError, invalidObject, plainError, type StatusError } from '../../../apimachinery/status.js';
import type { BehaviourEnvironment } from '../../behaviour.js';
import type { Finish } from '../../strategy.js';
import { AddressError, ClusterIps, familyOf } from './cluster-ips.js';
import { fillIpFamilies, keepsPreferDualStack, type Families } from './ip-families.js';
import { NodePorts, PortError, PortOperation } from './node-ports.js';
import {
  allocatesNodePorts,
  needsClusterIp,
  needsHealthCheck,
  NONE,
  nodePortsOf,
  usesNodePorts,
  type IpFamily,
  type Service,
} from './service.js';

const CLUSTER_IPS = FieldPath.of('spec', 'clusterIPs');
const PORTS = FieldPath.of('spec', 'ports');

/**
 * Gives services addresses and ports, and takes them back (Go:
 * registry/core/service/storage.Allocators). What is taken is settled by the
 * `Finish` that every allocation answers with.
 */
export class Allocation {
  private readonly families: Families;
  private readonly ips: ClusterIps;
  private readonly ports: NodePorts;

  constructor(environment: BehaviourEnvironment) {
    this.families = environment.serviceCidrs.flatMap((text) => {
      const network = parseNetwork(text);
      return network === undefined ? [] : [familyOf(network.base)];
    });
    this.ips = new ClusterIps(environment);
    this.ports = new NodePorts(environment);
  }

  async create(service: Service, dryRun: boolean): Promise<Finish> {
    fillIpFamilies(service, undefined, this.families);
    const taken = await this.takeAll(service, dryRun);
    const operation = new PortOperation(await this.ports.ready(), dryRun);
    return await this.guard(service, taken, [], operation, dryRun, () => {
      if (usesNodePorts(service)) takeNodePorts(service, operation);
      if (needsHealthCheck(service)) takeHealthCheckPort(service, operation);
    });
  }

  async update(service: Service, old: Service, dryRun: boolean): Promise<Finish> {
    fillIpFamilies(service, old, this.families);
    const { taken, leaving } = await this.changeIps(service, old, dryRun);
    const operation = new PortOperation(await this.ports.ready(), dryRun);
    return await this.guard(service, taken, leaving, operation, dryRun, () => {
      if (usesNodePorts(old) && !usesNodePorts(service)) for (const port of nodePortsOf(old)) operation.releaseLater(port);
      if (usesNodePorts(service)) changeNodePorts(service, old, operation);
      if (!needsHealthCheck(old) && needsHealthCheck(service)) takeHealthCheckPort(service, operation);
      if (needsHealthCheck(old) && !needsHealthCheck(service)) operation.releaseLater(old.spec.healthCheckNodePort ?? 0);
    });
  }

  /** Takes back what a deleted service had. */
  async release(service: Service): Promise<void> {
    if (needsClusterIp(service)) for (const ip of service.spec.clusterIPs ?? []) if (ip !== NONE) await this.ips.release(ip);
    const ports = await this.ports.ready();
    for (const port of nodePortsOf(service)) ports.release(port);
    if (needsHealthCheck(service) && service.spec.healthCheckNodePort) ports.release(service.spec.healthCheckNodePort);
  }

  /** Runs the ports' part; if it fails, the addresses go back as well. */
  private async guard(
    service: Service,
    taken: readonly string[],
    leaving: readonly string[],
    operation: PortOperation,
    dryRun: boolean,
    run: () => void,
  ): Promise<Finish> {
    const revert = async (): Promise<void> => {
      operation.revert();
      if (!dryRun) for (const ip of taken) await this.ips.release(ip);
    };
    try {
      run();
    } catch (error) {
      await revert();
      throw error instanceof PortFault ? error.toStatus(service) : error;
    }
    return async (success) => {
      if (!success) {
        await revert();
        return;
      }
      operation.commit();
      if (!dryRun) for (const ip of leaving) await this.ips.release(ip);
    };
  }

  /** An address for each family. */
  private async takeAll(service: Service, dryRun: boolean): Promise<string[]> {
    const { spec } = service;
    if (!needsClusterIp(service) || spec.clusterIPs?.[0] === NONE) return [];
    const ips = spec.clusterIPs ?? [];
    const families = (spec.ipFamilies ?? []) as IpFamily[];
    const taken: string[] = [];
    const shown = families.map((_, i) => ips[i] ?? '');
    try {
      for (const [i, family] of families.entries()) taken.push(await this.take(service, family, ips[i] ?? '', shown, dryRun));
    } catch (error) {
      if (!dryRun) for (const ip of taken) await this.ips.release(ip);
      throw error;
    }
    spec.clusterIPs = [...taken, ...ips.slice(families.length)];
    const [first] = taken;
    if (first !== undefined) spec.clusterIP = first;
    return taken;
  }

  private async take(service: Service, family: IpFamily, ip: string, shown: readonly string[], dryRun: boolean): Promise<string> {
    const { namespace = '', name = '' } = service.metadata;
    try {
      if (ip === '') return await this.ips.allocateNext(family, namespace, name, dryRun);
      await this.ips.allocate(ip, namespace, name, dryRun);
      return ip;
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (error instanceof AddressError && error.full)
        throw internalError(`failed to allocate a serviceIP for Service ${goQuote(name)}: ${error.message}`);
      const what = ip === '' ? 'failed to allocate IP' : `failed to allocate IP ${ip}`;
      throw refusal(service, invalid(CLUSTER_IPS, shown, `${what}: ${error.message}`));
    }
  }

  /** What an update takes, and what goes when it succeeds. */
  private async changeIps(service: Service, old: Service, dryRun: boolean): Promise<{ taken: string[]; leaving: readonly string[] }> {
    if (keepsPreferDualStack(service, old)) return { taken: [], leaving: [] };
    if (!needsClusterIp(old) && needsClusterIp(service)) return { taken: await this.takeAll(service, dryRun), leaving: [] };
    const before = old.spec.clusterIPs ?? [];
    if (before[0] === NONE) return { taken: [], leaving: [] };
    if (needsClusterIp(old) && !needsClusterIp(service)) return { taken: [], leaving: before };
    const was = old.spec.ipFamilies?.length ?? 0;
    const families = service.spec.ipFamilies ?? [];
    if (was === 1 && families.length === 2)
      return { taken: [await this.takeSecond(service, families[1] as IpFamily, dryRun)], leaving: [] };
    if (was === 2 && families.length === 1) return { taken: [], leaving: before.slice(1, 2) };
    return { taken: [], leaving: [] };
  }

  private async takeSecond(service: Service, family: IpFamily, dryRun: boolean): Promise<string> {
    const [first = '', second = ''] = service.spec.clusterIPs ?? [];
    const ip = await this.take(service, family, second, [first, second], dryRun);
    service.spec.clusterIPs = [first, ip];
    return ip;
  }
}

/** A port that can't be had, and what the client is told about it. */
class PortFault extends Error {
  constructor(readonly toStatus: (service: Service) => StatusError) {
    super('port');
  }
}

function refusal(service: Service, error: FieldError): StatusError {
  return invalidObject({ group: '', kind: 'Service' }, service.metadata.name ?? '', [error]);
}

function takePort(operation: PortOperation, port: number, index: number): void {
  try {
    operation.allocate(port);
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    throw new PortFault((service) => refusal(service, invalid(PORTS.index(index).child('nodePort'), port, error.message)));
  }
}

function takeNextPort(operation: PortOperation): number {
  try {
    return operation.allocateNext();
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    throw new PortFault(() => internalError(`failed to allocate a nodePort: ${error.message}`));
  }
}

/** Ports of one number (TCP and UDP) share a node port (Go: initNodePorts). */
function takeNodePorts(service: Service, operation: PortOperation): void {
  const ports = service.spec.ports ?? [];
  const byPort = new Map<number, number>();
  for (const [i, port] of ports.entries()) {
    if (!port.nodePort && !allocatesNodePorts(service)) continue;
    const number = port.port ?? 0;
    const shared = byPort.get(number);
    if (shared === undefined) {
      const wanted = ports.find((other) => (other.port ?? 0) === number && other.nodePort)?.nodePort;
      if (wanted !== undefined) takePort(operation, wanted, i);
      port.nodePort = wanted ?? takeNextPort(operation);
      byPort.set(number, port.nodePort);
    } else if (!port.nodePort) {
      port.nodePort = shared;
    } else if (port.nodePort !== shared) {
      takePort(operation, port.nodePort, i);
    }
  }
}

function changeNodePorts(service: Service, old: Service, operation: PortOperation): void {
  const before = nodePortsOf(old);
  const taken = new Set<number>();
  const seen = new Set<string>();
  for (const [i, port] of (service.spec.ports ?? []).entries()) {
    if (!port.nodePort && !allocatesNodePorts(service)) continue;
    if (!port.nodePort) {
      port.nodePort = takeNextPort(operation);
    } else if (!before.includes(port.nodePort) && !taken.has(port.nodePort)) {
      takePort(operation, port.nodePort, i);
      taken.add(port.nodePort);
    }
    const key = `${port.protocol ?? ''} ${String(port.nodePort)}`;
    if (seen.has(key)) throw plainError(500, `duplicate nodePort: {${key}}`);
    seen.add(key);
  }
  const now = nodePortsOf(service);
  for (const port of before) if (!now.includes(port)) operation.releaseLater(port);
}

function takeHealthCheckPort(service: Service, operation: PortOperation): void {
  const wanted = service.spec.healthCheckNodePort ?? 0;
  try {
    if (wanted === 0) service.spec.healthCheckNodePort = operation.allocateNext();
    else operation.allocate(wanted);
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    const what = wanted === 0 ? 'allocate a HealthCheck NodePort' : 'allocate requested HealthCheck NodePort';
    throw new PortFault(() => internalError(`failed to ${what} ${String(wanted)}: ${error.message}`));
  }
}
