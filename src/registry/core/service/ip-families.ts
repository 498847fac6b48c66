import { duplicate, invalid, NamedString, notSupported, required, type FieldError } from '../../../apimachinery/field-error.js';
import { FieldPath } from '../../../apimachinery/field-path.js';
import { isIpv6 } from '../../../apimachinery/ip.js';
import { invalidObject } from '../../../apimachinery/status.js';
import { isValidIpForLegacyField } from '../../../apimachinery/validation/ip.js';
import { isHeadless, isSelectorless, NONE, otherFamily, sameList, type IpFamily, type Service } from './service.js';

/** The IP families that the cluster gives services; the first is the default. */
export type Families = readonly IpFamily[];

const CLUSTER_IPS = FieldPath.of('spec', 'clusterIPs');
const FAMILIES = FieldPath.of('spec', 'ipFamilies');
const POLICY = FieldPath.of('spec', 'ipFamilyPolicy');
const SUPPORTED_FAMILIES: ReadonlySet<string> = new Set(['IPv4', 'IPv6']);
const SUPPORTED_POLICIES: ReadonlySet<string> = new Set(['SingleStack', 'PreferDualStack', 'RequireDualStack']);

/** A pointer to a policy as a refused value. */
function policyValue(policy: string | undefined): NamedString | null {
  return policy === undefined ? null : new NamedString(policy);
}

/** Refuses with what is wrong, if anything is. */
function refuse(service: Service, errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalidObject({ group: '', kind: 'Service' }, service.metadata.name ?? '', errors);
}

/**
 * Works out policy and families from what the client gave, what the service had
 * and what the cluster has (Go: initIPFamilyFields; KEP-563). Throws 422.
 */
export function fillIpFamilies(service: Service, old: Service | undefined, cluster: Families): void {
  const { spec } = service;
  if (spec.type === 'ExternalName' || keepsPreferDualStack(service, old)) return;
  spec.ipFamilyPolicy ??=
    old?.spec.ipFamilyPolicy ?? (spec.clusterIP === NONE && isSelectorless(service) ? 'RequireDualStack' : 'SingleStack');
  refuse(service, clusterIpErrors(service, old));

  const errors = [...(old === undefined ? [] : reduce(service, old)), ...stackErrors(service), ...inferFamilies(service, cluster)];
  refuse(service, errors);

  if (spec.clusterIP === NONE && isSelectorless(service)) {
    fillSelectorless(service, cluster);
    return;
  }
  refuse(service, familyErrors(service, cluster));
  if (!spec.ipFamilies?.length) spec.ipFamilies = cluster.slice(0, 1);
  const [first] = spec.ipFamilies;
  if (spec.ipFamilyPolicy !== 'SingleStack' && spec.ipFamilies.length === 1 && cluster.length === 2 && first !== undefined) {
    spec.ipFamilies.push(otherFamily(first));
  }
}

/** A PreferDualStack service isn't changed just because the cluster was. */
export function keepsPreferDualStack(service: Service, old: Service | undefined): boolean {
  if (old === undefined) return false;
  const { spec } = service;
  return (
    spec.ipFamilyPolicy === 'PreferDualStack' &&
    old.spec.type === spec.type &&
    (spec.type === 'ClusterIP' || spec.type === 'NodePort' || spec.type === 'LoadBalancer') &&
    (old.spec.ipFamilyPolicy === undefined || old.spec.ipFamilyPolicy === 'PreferDualStack') &&
    sameList(old.spec.clusterIPs, spec.clusterIPs) &&
    sameList(old.spec.ipFamilies, spec.ipFamilies)
  );
}

/** SingleStack drops the second of each; without it, fewer than before is an error. */
function reduce({ spec }: Service, { spec: before }: Service): FieldError[] {
  if (spec.ipFamilyPolicy === 'SingleStack') {
    const sameIps = sameList(before.clusterIPs, spec.clusterIPs);
    const sameFamilies = sameList(before.ipFamilies, spec.ipFamilies);
    if (sameIps && (spec.clusterIPs?.length ?? 0) > 1) spec.clusterIPs = spec.clusterIPs?.slice(0, 1);
    if (sameFamilies && (spec.ipFamilies?.length ?? 0) > 1) spec.ipFamilies = spec.ipFamilies?.slice(0, 1);
    return [];
  }
  const errors: FieldError[] = [];
  const fewer = (now: readonly string[] | undefined, was: readonly string[] | undefined): boolean =>
    !!now?.length && now.length < (was?.length ?? 0);
  const value = policyValue(spec.ipFamilyPolicy);
  if (fewer(spec.clusterIPs, before.clusterIPs))
    errors.push(invalid(POLICY, value, "must be 'SingleStack' to release the secondary cluster IP"));
  if (fewer(spec.ipFamilies, before.ipFamilies))
    errors.push(invalid(POLICY, value, "must be 'SingleStack' to release the secondary IP family"));
  return errors;
}

function stackErrors({ spec }: Service): FieldError[] {
  if (spec.ipFamilyPolicy !== 'SingleStack') return [];
  const errors: FieldError[] = [];
  const need = "must be 'RequireDualStack' or 'PreferDualStack' when multiple";
  const value = policyValue(spec.ipFamilyPolicy);
  if (spec.clusterIPs?.length === 2) errors.push(invalid(POLICY, value, `${need} cluster IPs are specified`));
  if (spec.ipFamilies?.length === 2) errors.push(invalid(POLICY, value, `${need} IP families are specified`));
  return errors;
}

/** Families of given cluster IPs. */
function inferFamilies({ spec }: Service, cluster: Families): FieldError[] {
  const errors: FieldError[] = [];
  const ips = spec.clusterIPs ?? [];
  for (const [i, ip] of ips.entries()) {
    if (ip === NONE) break;
    if (i < (spec.ipFamilies?.length ?? 0)) continue;
    const family: IpFamily = isIpv6(ip) ? 'IPv6' : 'IPv4';
    if (cluster.includes(family)) (spec.ipFamilies ??= []).push(family);
    else errors.push(invalid(CLUSTER_IPS.index(i), ips, `${family} is not configured on this cluster`));
  }
  return errors;
}

/** Endpoints that others make may be of any family, whatever the cluster has. */
function fillSelectorless({ spec }: Service, cluster: Families): void {
  if (!spec.ipFamilies?.length) spec.ipFamilies = cluster.slice(0, 1);
  const [first] = spec.ipFamilies;
  if (spec.ipFamilies.length < 2 && spec.ipFamilyPolicy !== 'SingleStack' && first !== undefined) spec.ipFamilies.push(otherFamily(first));
}

function familyErrors({ spec }: Service, cluster: Families): FieldError[] {
  const errors: FieldError[] = [];
  if (spec.ipFamilyPolicy === 'RequireDualStack' && cluster.length < 2) {
    errors.push(invalid(POLICY, policyValue(spec.ipFamilyPolicy), 'this cluster is not configured for dual-stack services'));
  }
  (spec.ipFamilies ?? []).forEach((family, i) => {
    if (!(cluster as readonly string[]).includes(family))
      errors.push(invalid(FAMILIES.index(i), new NamedString(family), 'not configured on this cluster'));
  });
  return errors;
}

/** Faults of cluster IPs and families (Go: ValidateServiceClusterIPsRelatedFields). */
export function clusterIpErrors(service: Service, old: Service | undefined): FieldError[] {
  const { spec } = service;
  if (spec.type === 'ExternalName') return [];
  const errors: FieldError[] = [];
  const ips = spec.clusterIPs ?? [];
  if (spec.clusterIP) {
    if (ips.length === 0) errors.push(required(CLUSTER_IPS));
    else if (ips[0] !== spec.clusterIP) errors.push(invalid(CLUSTER_IPS, ips, 'first value must match `clusterIP`'));
  } else if (ips.length > 0) {
    errors.push(invalid(CLUSTER_IPS, ips, 'must be empty when `clusterIP` is not specified'));
  }
  const families = spec.ipFamilies ?? [];
  families.forEach((family, i) => {
    if (!SUPPORTED_FAMILIES.has(family)) errors.push(notSupported(FAMILIES.index(i), new NamedString(family), SUPPORTED_FAMILIES));
    if (families.indexOf(family) < i) errors.push(duplicate(FAMILIES.index(i), new NamedString(family)));
  });
  if (spec.ipFamilyPolicy !== undefined && !SUPPORTED_POLICIES.has(spec.ipFamilyPolicy)) {
    errors.push(notSupported(POLICY, policyValue(spec.ipFamilyPolicy), SUPPORTED_POLICIES));
  }
  const malformed = addressErrors(ips, old?.spec.clusterIPs ?? []);
  errors.push(...malformed);
  if (ips.length > 2) errors.push(invalid(CLUSTER_IPS, ips, 'may only hold up to 2 values'));
  if (malformed.length > 0) return errors;
  if (ips.length > 1 && !(ips.some(isIpv6) && ips.some((ip) => !isIpv6(ip)))) {
    errors.push(invalid(CLUSTER_IPS, ips, 'may specify no more than one IP for each IP family'));
  }
  if (!isHeadless(service)) errors.push(...mismatches(ips, families));
  return errors;
}

function addressErrors(ips: readonly string[], known: readonly string[]): FieldError[] {
  return ips.flatMap((ip, i) => {
    if (i === 0 && ip === NONE) return ips.length > 1 ? [invalid(CLUSTER_IPS, ips, "'None' must be the first and only value")] : [];
    return isValidIpForLegacyField(CLUSTER_IPS.index(i), ip, true, known);
  });
}

function mismatches(ips: readonly string[], families: readonly string[]): FieldError[] {
  return ips.flatMap((ip, i) => {
    const wanted = families[i];
    if ((wanted !== 'IPv4' && wanted !== 'IPv6') || isIpv6(ip) === (wanted === 'IPv6')) return [];
    return [invalid(CLUSTER_IPS.index(i), ip, `expected an ${wanted} value as indicated by \`ipFamilies[${String(i)}]\``)];
  });
}
