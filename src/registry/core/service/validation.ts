import { duplicate, forbidden, invalid, NamedString, notSupported, required, type FieldError } from '../../../apimachinery/field-error.js';
import { FieldPath } from '../../../apimachinery/field-path.js';
import { parseAddress } from '../../../apimachinery/ip.js';
import { isDns1123Label, isDns1123Subdomain } from '../../../apimachinery/validation/dns.js';
import { isValidPortName, isValidPortNum } from '../../../apimachinery/validation/identifiers.js';
import { isValidCidrForLegacyField, isValidIpForLegacyField } from '../../../apimachinery/validation/ip.js';
import { isQualifiedName, validateLabels } from '../../../apimachinery/validation/labels.js';
import type { ServicePort } from '../../../schema/generated/core-v1.js';
import { endpointIpErrors } from '../endpoint-ip.js';
import { clusterIpErrors } from './ip-families.js';
import { externallyAccessible, isHeadless, needsHealthCheck, type Service } from './service.js';

const SPEC = FieldPath.of('spec');
const PORTS = SPEC.child('ports');
const SOURCE_RANGES = 'service.beta.kubernetes.io/load-balancer-source-ranges';
export const TOPOLOGY_HINTS = 'service.kubernetes.io/topology-aware-hints';
export const TOPOLOGY_MODE = 'service.kubernetes.io/topology-mode';
const ONLY_LOAD_BALANCERS = "may only be used when `type` is 'LoadBalancer'";
/** A day. */
const MAX_AFFINITY_SECONDS = 86400;

const AFFINITIES: ReadonlySet<string> = new Set(['ClientIP', 'None']);
const TYPES: ReadonlySet<string> = new Set(['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']);
const PROTOCOLS: ReadonlySet<string> = new Set(['TCP', 'UDP', 'SCTP']);
const TRAFFIC_POLICIES: ReadonlySet<string> = new Set(['Cluster', 'Local']);
const DISTRIBUTIONS: readonly string[] = ['PreferClose', 'PreferSameZone', 'PreferSameNode'];
const IP_MODES: ReadonlySet<string> = new Set(['VIP', 'Proxy']);

/** An enum field: required, and one of these. */
function enumErrors(value: string | undefined, path: FieldPath, supported: ReadonlySet<string>): FieldError[] {
  if (!value) return [required(path)];
  return supported.has(value) ? [] : [notSupported(path, new NamedString(value), supported)];
}

function messages(path: FieldPath, value: unknown, texts: readonly string[]): FieldError[] {
  return texts.map((text) => invalid(path, value, text));
}

/** Faults of a service beyond metadata (Go: validateService). */
export function validateService(service: Service, old: Service | undefined): FieldError[] {
  const { spec } = service;
  return [
    ...topologyErrors(service),
    ...typeErrors(service),
    ...portErrors(service),
    ...(spec.selector === undefined ? [] : validateLabels(spec.selector, SPEC.child('selector'))),
    ...affinityErrors(service),
    ...clusterIpErrors(service, old),
    ...externalIpErrors(service, old),
    ...enumErrors(spec.type, SPEC.child('type'), TYPES),
    ...nodePortErrors(service),
    ...duplicatePortErrors(service),
    ...sourceRangeErrors(service, old),
    ...loadBalancerErrors(service),
    ...externalTrafficErrors(service),
    ...internalTrafficErrors(service),
  ];
}

function topologyErrors({ metadata }: Service): FieldError[] {
  const hints = metadata.annotations?.[TOPOLOGY_HINTS];
  const mode = metadata.annotations?.[TOPOLOGY_MODE];
  if (hints === undefined || mode === undefined || hints === mode) return [];
  return [
    invalid(
      FieldPath.of('metadata', 'annotations').key(TOPOLOGY_MODE),
      mode,
      `must match annotations[${TOPOLOGY_HINTS}] when both are specified`,
    ),
  ];
}

function typeErrors(service: Service): FieldError[] {
  const { spec } = service;
  const errors: FieldError[] = [];
  const headless = isHeadless(service);
  if (!spec.ports?.length && !headless && spec.type !== 'ExternalName') errors.push(required(PORTS));
  if (headless && (spec.type === 'LoadBalancer' || spec.type === 'NodePort')) {
    errors.push(invalid(SPEC.child('clusterIPs').index(0), 'None', `may not be set to 'None' for ${spec.type} services`));
  }
  if (spec.type !== 'ExternalName') return errors;
  const without = 'may not be set for ExternalName services';
  if (spec.clusterIPs?.length) errors.push(forbidden(SPEC.child('clusterIPs'), without));
  if (spec.ipFamilies?.length) errors.push(forbidden(SPEC.child('ipFamilies'), without));
  if (spec.ipFamilyPolicy !== undefined) errors.push(forbidden(SPEC.child('ipFamilyPolicy'), without));
  const path = SPEC.child('externalName');
  const name = (spec.externalName ?? '').replace(/\.$/, '');
  if (name === '') errors.push(required(path));
  else errors.push(...messages(path, name, isDns1123Subdomain(name)));
  return errors;
}

function portErrors({ spec }: Service): FieldError[] {
  const ports = spec.ports ?? [];
  const names = new Set<string>();
  return ports.flatMap((port, i) => onePortErrors(port, ports.length > 1, names, PORTS.index(i)));
}

function onePortErrors(port: ServicePort, needsName: boolean, names: Set<string>, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const { name = '', targetPort = 0 } = port;
  if (name !== '') {
    errors.push(...messages(path.child('name'), name, isDns1123Label(name)));
    if (names.has(name)) errors.push(duplicate(path.child('name'), name));
    names.add(name);
  } else if (needsName) {
    errors.push(required(path.child('name')));
  }
  errors.push(...messages(path.child('port'), port.port ?? 0, isValidPortNum(port.port ?? 0)));
  errors.push(...enumErrors(port.protocol, path.child('protocol'), PROTOCOLS));
  errors.push(
    ...messages(
      path.child('targetPort'),
      targetPort,
      typeof targetPort === 'number' ? isValidPortNum(targetPort) : isValidPortName(targetPort),
    ),
  );
  if (port.appProtocol !== undefined)
    errors.push(...messages(path.child('appProtocol'), port.appProtocol, isQualifiedName(port.appProtocol)));
  return errors;
}

function affinityErrors({ spec }: Service): FieldError[] {
  const errors = enumErrors(spec.sessionAffinity, SPEC.child('sessionAffinity'), AFFINITIES);
  const path = SPEC.child('sessionAffinityConfig');
  const config = spec.sessionAffinityConfig;
  if (spec.sessionAffinity === 'None' && config !== undefined)
    errors.push(forbidden(path, 'must not be set when session affinity is None'));
  if (spec.sessionAffinity !== 'ClientIP') return errors;
  const seconds = config?.clientIP?.timeoutSeconds;
  const why = 'when session affinity type is ClientIP';
  if (config === undefined) errors.push(required(path, why));
  else if (config.clientIP === undefined) errors.push(required(path.child('clientIP'), why));
  else if (seconds === undefined) errors.push(required(path.child('clientIP', 'timeoutSeconds'), why));
  else if (seconds <= 0 || seconds > MAX_AFFINITY_SECONDS) {
    errors.push(
      invalid(path.child('clientIP', 'timeoutSeconds'), seconds, `must be greater than 0 and less than ${String(MAX_AFFINITY_SECONDS)}`),
    );
  }
  return errors;
}

function externalIpErrors({ spec }: Service, old: Service | undefined): FieldError[] {
  const known = old?.spec.externalIPs ?? [];
  return (spec.externalIPs ?? []).flatMap((ip, i) => {
    const path = SPEC.child('externalIPs').index(i);
    const errors = isValidIpForLegacyField(path, ip, true, known);
    return errors.length > 0 ? errors : endpointIpErrors(ip, path);
  });
}

function nodePortErrors({ spec }: Service): FieldError[] {
  const errors: FieldError[] = [];
  const ports = spec.ports ?? [];
  if (spec.type === 'ClusterIP') {
    ports.forEach(({ nodePort }, i) => {
      if (nodePort) errors.push(forbidden(PORTS.index(i).child('nodePort'), "may not be used when `type` is 'ClusterIP'"));
    });
  }
  const seen = new Set<string>();
  ports.forEach(({ nodePort, protocol = '' }, i) => {
    if (!nodePort) return;
    const key = `${protocol} ${String(nodePort)}`;
    if (seen.has(key)) errors.push(duplicate(PORTS.index(i).child('nodePort'), nodePort));
    seen.add(key);
  });
  return errors;
}

function duplicatePortErrors({ spec }: Service): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  (spec.ports ?? []).forEach(({ port = 0, protocol = '' }, i) => {
    const key = `${protocol} ${String(port)}`;
    // The value is a Go struct that has only these two fields set.
    if (seen.has(key))
      errors.push(duplicate(PORTS.index(i), { Name: '', Protocol: protocol, AppProtocol: null, Port: port, TargetPort: 0, NodePort: 0 }));
    seen.add(key);
  });
  return errors;
}

/** The field, or the annotation that it replaced. Padding is tolerated. */
function sourceRangeErrors({ spec, metadata }: Service, old: Service | undefined): FieldError[] {
  const ranges = spec.loadBalancerSourceRanges ?? [];
  if (ranges.length > 0) {
    const path = SPEC.child('LoadBalancerSourceRanges');
    const errors = spec.type === 'LoadBalancer' ? [] : [forbidden(path, ONLY_LOAD_BALANCERS)];
    const known = (old?.spec.loadBalancerSourceRanges ?? []).map((range) => range.trim());
    return [...errors, ...ranges.flatMap((range, i) => isValidCidrForLegacyField(path.index(i), range.trim(), true, known))];
  }
  const value = metadata.annotations?.[SOURCE_RANGES];
  if (value === undefined) return [];
  const path = FieldPath.of('metadata', 'annotations').key(SOURCE_RANGES);
  const errors = spec.type === 'LoadBalancer' ? [] : [forbidden(path, ONLY_LOAD_BALANCERS)];
  if (old?.metadata.annotations?.[SOURCE_RANGES] === value || value.trim() === '') return errors;
  return [
    ...errors,
    ...value
      .trim()
      .split(',')
      .flatMap((range) => isValidCidrForLegacyField(path, range.trim())),
  ];
}

function loadBalancerErrors({ spec }: Service): FieldError[] {
  const errors: FieldError[] = [];
  const balanced = spec.type === 'LoadBalancer';
  const ports = spec.allocateLoadBalancerNodePorts;
  if (ports !== undefined && !balanced) errors.push(forbidden(SPEC.child('allocateLoadBalancerNodePorts'), ONLY_LOAD_BALANCERS));
  if (ports === undefined && balanced) errors.push(required(FieldPath.of('allocateLoadBalancerNodePorts')));
  errors.push(...loadBalancerClassErrors(spec.type, spec.loadBalancerClass));
  return errors;
}

function loadBalancerClassErrors(type: string | undefined, name: string | undefined): FieldError[] {
  if (name === undefined) return [];
  const path = SPEC.child('loadBalancerClass');
  return type === 'LoadBalancer' ? messages(path, name, isQualifiedName(name)) : [forbidden(path, ONLY_LOAD_BALANCERS)];
}

function externalTrafficErrors(service: Service): FieldError[] {
  const { spec } = service;
  const errors: FieldError[] = [];
  const path = SPEC.child('externalTrafficPolicy');
  if (externallyAccessible(service)) errors.push(...enumErrors(spec.externalTrafficPolicy, path, TRAFFIC_POLICIES));
  else if (spec.externalTrafficPolicy)
    errors.push(invalid(path, new NamedString(spec.externalTrafficPolicy), 'may only be set for externally-accessible services'));
  const port = spec.healthCheckNodePort ?? 0;
  const portPath = SPEC.child('healthCheckNodePort');
  if (!needsHealthCheck(service)) {
    if (port !== 0)
      errors.push(invalid(portPath, port, "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"));
  } else if (port === 0) {
    errors.push(required(portPath));
  } else {
    errors.push(...messages(portPath, port, isValidPortNum(port)));
  }
  return errors;
}

function internalTrafficErrors({ spec }: Service): FieldError[] {
  const errors: FieldError[] = [];
  const path = SPEC.child('internalTrafficPolicy');
  const policy = spec.internalTrafficPolicy;
  if (policy === undefined) {
    if (spec.type === 'NodePort' || spec.type === 'LoadBalancer' || spec.type === 'ClusterIP') errors.push(required(path));
  } else if (!TRAFFIC_POLICIES.has(policy)) {
    errors.push(notSupported(path, new NamedString(policy), TRAFFIC_POLICIES));
  }
  const distribution = spec.trafficDistribution;
  if (distribution !== undefined && !DISTRIBUTIONS.includes(distribution)) {
    errors.push(notSupported(SPEC.child('trafficDistribution'), distribution, DISTRIBUTIONS));
  }
  return errors;
}

/** Faults of a change, and of what came of it (Go: ValidateServiceUpdate). */
export function validateServiceUpdate(service: Service, old: Service): FieldError[] {
  const errors = [...clusterIpChanges(service, old), ...familyChanges(service, old)];
  const { spec } = service;
  if (old.spec.type === 'LoadBalancer' && spec.type === 'LoadBalancer' && old.spec.loadBalancerClass !== spec.loadBalancerClass) {
    errors.push(invalid(SPEC.child('loadBalancerClass'), spec.loadBalancerClass ?? null, 'may not change once set'));
  }
  errors.push(...loadBalancerClassErrors(spec.type, spec.loadBalancerClass));
  if (needsHealthCheck(old) && needsHealthCheck(service) && spec.healthCheckNodePort !== old.spec.healthCheckNodePort) {
    errors.push(forbidden(SPEC.child('healthCheckNodePort'), 'field is immutable'));
  }
  errors.push(...validateService(service, old));
  return errors;
}

const FIXED = 'may not change once set';

function policyErrors({ spec }: Service, what: string): FieldError[] {
  if (spec.ipFamilyPolicy === 'SingleStack') return [];
  const value = spec.ipFamilyPolicy === undefined ? null : new NamedString(spec.ipFamilyPolicy);
  return [invalid(SPEC.child('ipFamilyPolicy'), value, `must be set to 'SingleStack' when releasing the secondary ${what}`)];
}

/** The first address stays; the second may come and go. */
function clusterIpChanges(service: Service, old: Service): FieldError[] {
  if (service.spec.type === 'ExternalName' || old.spec.type === 'ExternalName') return [];
  if (isHeadless(service) && isHeadless(old)) return [];
  const path = SPEC.child('clusterIPs');
  const now = service.spec.clusterIPs ?? [];
  const was = old.spec.clusterIPs ?? [];
  if (was.length === now.length) return was.flatMap((ip, i) => (ip === now[i] ? [] : [invalid(path.index(i), now, FIXED)]));
  const errors: FieldError[] = [];
  if (now.length === 0) errors.push(invalid(path.index(0), listOrNull(service.spec.clusterIPs), 'primary clusterIP can not be unset'));
  else if (was.length > 0 && now[0] !== was[0]) errors.push(invalid(path.index(0), now, FIXED));
  if (now.length < was.length && now.length === 1) errors.push(...policyErrors(service, 'clusterIP'));
  return errors;
}

function familyChanges(service: Service, old: Service): FieldError[] {
  if (service.spec.type === 'ExternalName' || old.spec.type === 'ExternalName') return [];
  if (isHeadless(service) || isHeadless(old)) return [];
  const path = SPEC.child('ipFamilies').index(0);
  const now = service.spec.ipFamilies ?? [];
  const was = old.spec.ipFamilies ?? [];
  if (was.length === now.length) return was.flatMap((family, i) => (family === now[i] ? [] : [invalid(path, now, FIXED)]));
  const errors: FieldError[] = [];
  const ips = listOrNull(service.spec.clusterIPs);
  if (was.length > now.length && ips === null)
    errors.push(invalid(path, listOrNull(service.spec.ipFamilies), 'primary ipFamily can not be unset'));
  if (was.length > 0 && now.length > 0 && now[0] !== was[0]) errors.push(invalid(path, ips, FIXED));
  if (now.length < was.length && now.length === 1) errors.push(...policyErrors(service, 'ipFamily'));
  return errors;
}

/** A nil slice is printed as null. */
function listOrNull(list: readonly string[] | undefined): readonly string[] | null {
  return list === undefined || list.length === 0 ? null : list;
}

/** Faults of status.loadBalancer (Go: ValidateLoadBalancerStatus). */
export function validateLoadBalancerStatus(service: Service, old: Service): FieldError[] {
  const path = FieldPath.of('status', 'loadBalancer', 'ingress');
  const ingresses = service.status.loadBalancer.ingress ?? [];
  if (service.spec.type !== 'LoadBalancer' && ingresses.length > 0)
    return [forbidden(path, "may only be used when `spec.type` is 'LoadBalancer'")];
  const known = (old.status.loadBalancer.ingress ?? []).flatMap(({ ip }) => (ip ? [ip] : []));
  return ingresses.flatMap(({ ip = '', ipMode, hostname = '' }, i) => {
    const at = path.index(i);
    const errors = ip === '' ? [] : isValidIpForLegacyField(at.child('ip'), ip, true, known);
    if (ipMode === undefined) {
      if (ip !== '') errors.push(required(at.child('ipMode'), 'must be specified when `ip` is set'));
    } else if (ip === '') {
      errors.push(forbidden(at.child('ipMode'), 'may not be specified when `ip` is not set'));
    } else if (!IP_MODES.has(ipMode)) {
      errors.push(notSupported(at.child('ipMode'), new NamedString(ipMode), IP_MODES));
    }
    if (hostname !== '') {
      errors.push(...messages(at.child('hostname'), hostname, isDns1123Subdomain(hostname)));
      if (parseAddress(hostname) !== undefined)
        errors.push(invalid(at.child('hostname'), hostname, 'must be a DNS name, not an IP address'));
    }
    return errors;
  });
}
