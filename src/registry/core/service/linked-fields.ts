import {
  allocatesNodePorts,
  externallyAccessible,
  needsClusterIp,
  needsHealthCheck,
  nodePortsOf,
  sameList,
  usesNodePorts,
  type Service,
} from './service.js';

/** Fields of services that hang together, and what clients mean when they change one of them. */

/** `clusterIPs` of a client that only knows `clusterIP` (Go: normalizeClusterIPs). */
export function normalizeClusterIps(service: Service, old: Service | undefined): void {
  const { spec } = service;
  if (old === undefined) {
    if (spec.clusterIP && !spec.clusterIPs?.length) spec.clusterIPs = [spec.clusterIP];
    return;
  }
  const before = old.spec;
  const [is, was] = [spec.clusterIP ?? '', before.clusterIP ?? ''];
  if (before.clusterIPs?.length && !spec.clusterIPs?.length && is === was) spec.clusterIPs = [...before.clusterIPs];
  if (is === was || !sameList(before.clusterIPs, spec.clusterIPs)) return;
  if (was !== '' && is === '') delete spec.clusterIPs;
  else spec.clusterIPs = [is];
}

/** Keeps what was allocated where the client says nothing about it (Go: patchAllocatedValues). */
export function keepAllocated(service: Service, old: Service): void {
  const { spec } = service;
  const before = old.spec;
  if (needsClusterIp(old) && needsClusterIp(service)) {
    if (!spec.clusterIP && before.clusterIP) spec.clusterIP = before.clusterIP;
    if (!spec.clusterIPs?.length && before.clusterIPs?.length) spec.clusterIPs = [...before.clusterIPs];
  }
  if (allocatesNodePorts(old) && allocatesNodePorts(service)) keepNodePorts(service, old);
  if (needsHealthCheck(old) && needsHealthCheck(service) && !spec.healthCheckNodePort && before.healthCheckNodePort) {
    spec.healthCheckNodePort = before.healthCheckNodePort;
  }
}

/** By the ports' names; not those which another port took. */
function keepNodePorts(service: Service, old: Service): void {
  const now = new Set(nodePortsOf(service));
  const used = new Set(nodePortsOf(old).filter((port) => now.has(port)));
  const byName = new Map((old.spec.ports ?? []).map((port) => [port.name ?? '', port.nodePort ?? 0]));
  for (const port of service.spec.ports ?? []) {
    const known = byName.get(port.name ?? '') ?? 0;
    if (!port.nodePort && known !== 0 && !used.has(known)) port.nodePort = known;
  }
}

/**
 * Fields that the new type doesn't have are dropped if the client just left them
 * as they were; changed ones are for validation to refuse (Go: dropTypeDependentFields).
 */
export function dropFieldsOfOldType(service: Service, old: Service): void {
  const { spec } = service;
  const before = old.spec;
  if (needsClusterIp(old) && !needsClusterIp(service)) {
    if ((spec.clusterIP ?? '') === (before.clusterIP ?? '') && sameList(spec.clusterIPs, before.clusterIPs)) {
      delete spec.clusterIP;
      delete spec.clusterIPs;
    }
    if (sameList(spec.ipFamilies, before.ipFamilies)) delete spec.ipFamilies;
    if (spec.ipFamilyPolicy === before.ipFamilyPolicy) delete spec.ipFamilyPolicy;
  }
  if (usesNodePorts(old) && !usesNodePorts(service)) dropNodePorts(service, old);
  if (needsHealthCheck(old) && !needsHealthCheck(service) && spec.healthCheckNodePort === before.healthCheckNodePort)
    delete spec.healthCheckNodePort;
  if (before.type === 'LoadBalancer' && spec.type !== 'LoadBalancer') {
    if (spec.allocateLoadBalancerNodePorts === before.allocateLoadBalancerNodePorts) delete spec.allocateLoadBalancerNodePorts;
    if (spec.loadBalancerClass === before.loadBalancerClass) delete spec.loadBalancerClass;
  }
  if (externallyAccessible(old) && !externallyAccessible(service) && spec.externalTrafficPolicy === before.externalTrafficPolicy) {
    delete spec.externalTrafficPolicy;
  }
  if (spec.type !== 'LoadBalancer') service.status = { ...service.status, loadBalancer: {} };
}

function dropNodePorts(service: Service, old: Service): void {
  const known = new Set(nodePortsOf(old));
  if (!nodePortsOf(service).every((port) => known.has(port))) return;
  for (const port of service.spec.ports ?? []) delete port.nodePort;
}
