import type { ServiceSpec, ServiceStatus } from '../../../schema/generated/core-v1.js';
import type { KubeObject } from '../../object.js';

/** A core/v1 Service as decoded. */
export interface Service extends KubeObject {
  spec: ServiceSpec;
  status: ServiceStatus;
}

export type IpFamily = 'IPv4' | 'IPv6';

/** The cluster IP of a headless service. */
export const NONE = 'None';

export function otherFamily(family: string): IpFamily {
  return family === 'IPv4' ? 'IPv6' : 'IPv4';
}

export function needsClusterIp({ spec }: Service): boolean {
  return spec.type !== 'ExternalName';
}

/** A type that exposes node ports. */
export function usesNodePorts({ spec }: Service): boolean {
  return spec.type === 'NodePort' || spec.type === 'LoadBalancer';
}

/** Whether ports without a node port get one. */
export function allocatesNodePorts({ spec }: Service): boolean {
  return spec.type === 'NodePort' || (spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false);
}

/** A load balancer that asks nodes which of them have endpoints. */
export function needsHealthCheck({ spec }: Service): boolean {
  return spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local';
}

export function externallyAccessible({ spec }: Service): boolean {
  return spec.type === 'LoadBalancer' || spec.type === 'NodePort' || (spec.type === 'ClusterIP' && (spec.externalIPs?.length ?? 0) > 0);
}

/** `clusterIPs` is just `None`. */
export function isHeadless({ spec }: Service): boolean {
  return spec.clusterIPs?.length === 1 && spec.clusterIPs[0] === NONE;
}

/** No pods are selected: endpoints are somebody else's business. */
export function isSelectorless({ spec }: Service): boolean {
  return spec.selector === undefined || Object.keys(spec.selector).length === 0;
}

export function sameList(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  const left = a ?? [];
  const right = b ?? [];
  return left.length === right.length && left.every((value, i) => value === right[i]);
}

/** Node ports of the service's ports that are set. */
export function nodePortsOf({ spec }: Service): number[] {
  return (spec.ports ?? []).flatMap(({ nodePort }) => (nodePort ? [nodePort] : []));
}
