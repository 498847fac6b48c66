import { FieldPath } from '../../../apimachinery/field-path.js';
import { warningsForCidr, warningsForIp } from '../../../apimachinery/validation/ip.js';
import { NONE, type Service } from './service.js';
import { TOPOLOGY_HINTS, TOPOLOGY_MODE } from './validation.js';

const SPEC = FieldPath.of('spec');

/** What is ignored, deprecated or badly formed, though tolerated (Go: GetWarningsForService). */
export function serviceWarnings({ metadata, spec }: Service): string[] {
  const warnings: string[] = [];
  const headless = spec.type === 'ClusterIP' && spec.clusterIP === NONE;
  const externalIps = spec.externalIPs ?? [];
  const external = spec.type === 'ExternalName';
  if (metadata.annotations?.[TOPOLOGY_HINTS] !== undefined)
    warnings.push(`annotation ${TOPOLOGY_HINTS} is deprecated, please use ${TOPOLOGY_MODE} instead`);
  if (spec.clusterIP && spec.clusterIP !== NONE) warnings.push(...each(spec.clusterIPs, 'clusterIPs', warningsForIp));
  if (headless) {
    if (spec.loadBalancerIP) warnings.push('spec.loadBalancerIP is ignored for headless services');
    if (externalIps.length > 0) warnings.push('spec.externalIPs is ignored for headless services');
    if (spec.sessionAffinity !== 'None') warnings.push('spec.SessionAffinity is ignored for headless services');
  }
  warnings.push(...each(externalIps, 'externalIPs', warningsForIp));
  if (externalIps.length > 0 && !headless && !external) {
    warnings.push('spec.externalIPs is deprecated and may no longer be implemented in some clusters');
  }
  if (spec.loadBalancerIP) warnings.push(...warningsForIp(SPEC.child('loadBalancerIP'), spec.loadBalancerIP));
  warnings.push(...each(spec.loadBalancerSourceRanges, 'loadBalancerSourceRanges', warningsForCidr));
  if (external && externalIps.length > 0) warnings.push('spec.externalIPs is ignored when spec.type is "ExternalName"');
  if (!external && spec.externalName) warnings.push('spec.externalName is ignored when spec.type is not "ExternalName"');
  if (spec.trafficDistribution === 'PreferClose')
    warnings.push('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"');
  return warnings;
}

function each(values: readonly string[] | undefined, name: string, warningsFor: (path: FieldPath, value: string) => string[]): string[] {
  return (values ?? []).flatMap((value, i) => warningsFor(SPEC.child(name).index(i), value));
}

/** The same for addresses of load balancers in status. */
export function serviceStatusWarnings({ status }: Service): string[] {
  const path = FieldPath.of('status', 'loadBalancer', 'ingress');
  return (status.loadBalancer.ingress ?? []).flatMap(({ ip }, i) => (ip ? warningsForIp(path.index(i), ip) : []));
}
