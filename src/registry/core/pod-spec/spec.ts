import { duplicate, forbidden, type FieldError, invalid, notFound, required, tooLong } from '../../../apimachinery/field-error.js';
import { NAMELESS, type FieldPath } from '../../../apimachinery/field-path.js';
import { validateLabels } from '../../../apimachinery/validation/labels.js';
import { byteLength } from '../../../apimachinery/validation/messages.js';
import { isValidIpForLegacyField } from '../../../apimachinery/validation/ip.js';
import { nameIsDnsSubdomain } from '../../../apimachinery/validation/names.js';
import type { HostAlias, PodOS, PodResourceClaim, PodSpec } from '../../../schema/generated/core-v1.js';
import { checkAffinity } from './affinity.js';
import { annotation, MIRROR_ANNOTATION, type Annotations } from './annotations.js';
import { addMessages, checkDnsLabel, checkDnsSubdomain, checkQualifiedName, unsupported } from './checks.js';
import { checkContainers, checkEphemeralContainers, checkInitContainers } from './container-validation.js';
import { visitContainersWithPath } from '../../../component-helpers/containers.js';
import { checkDnsConfig } from './dns-config.js';
import { goResourceClaim } from './go-values.js';
import type { PodValidationOptions } from './options.js';
import { checkPodLevelResources } from './pod-level-resources.js';
import { checkContainerResources } from './resources.js';
import { checkHostUsers, checkPodSecurityContext } from './security-context.js';
import { checkTolerations } from './tolerations.js';
import { checkTopologySpread } from './topology-spread.js';
import { checkVolumes } from './volumes.js';
import { checkHostProcess, checkLinuxPod, checkWindowsPod } from './windows.js';

/** Metadata of the pod that a spec is of; templates have none. */
export interface SpecOwner {
  readonly name?: string | undefined;
  readonly annotations?: Annotations;
}

/** Faults of a pod's spec, in the order of the real server (Go: ValidatePodSpec). */
export function checkPodSpec(
  spec: PodSpec,
  owner: SpecOwner | undefined,
  path: FieldPath,
  options: PodValidationOptions,
  errors: FieldError[],
): void {
  if (spec.terminationGracePeriodSeconds === undefined) errors.push(required(path.child('terminationGracePeriodSeconds')));
  const volumes = checkVolumes(spec, owner?.name ?? '', path.child('volumes'), options, errors);
  const claims = checkResourceClaims(spec.resourceClaims ?? [], owner?.annotations, path.child('resourceClaims'), errors);
  const context = { spec, volumes, claims, options };
  checkContainers(context, path.child('containers'), errors);
  checkInitContainers(context, path.child('initContainers'), errors);
  checkEphemeralContainers(context, path.child('ephemeralContainers'), errors);
  checkPodLevelResources(spec, claims, path, options, errors);
  checkHostNetworkPorts(spec, path.child('containers'), options, errors);
  checkPolicies(spec, path, errors);
  if (spec.nodeSelector !== undefined) errors.push(...validateLabels(spec.nodeSelector, path.child('nodeSelector')));
  if (spec.securityContext !== undefined)
    checkPodSecurityContext(spec.securityContext, spec, path.child('securityContext'), options, errors);
  if (spec.affinity !== undefined) checkAffinity(spec.affinity, path.child('affinity'), options, errors);
  checkDnsConfig(spec, path.child('dnsConfig'), errors);
  checkGates(spec, path, errors);
  if (spec.topologySpreadConstraints !== undefined)
    checkTopologySpread(spec.topologySpreadConstraints, path.child('topologySpreadConstraints'), options, errors);
  checkHostProcess(spec, path, errors);
  checkHostUsers(spec, path, options, errors);
  checkHostnameOverride(spec, path.child('hostnameOverride'), errors);
  checkNames(spec, path, options, errors);
  if (spec.os !== undefined) checkOs(spec, spec.os, path, errors);
  checkFileKeyVolumes(spec, path, errors);
}

/** Returns the names of the pod's claims (Go: validatePodResourceClaims). */
function checkResourceClaims(
  claims: readonly PodResourceClaim[],
  annotations: Annotations,
  path: FieldPath,
  errors: FieldError[],
): ReadonlySet<string> {
  const isStatic = annotation(annotations, MIRROR_ANNOTATION) !== undefined;
  const names = new Set<string>();
  if (isStatic && claims.length > 0) errors.push(forbidden(NAMELESS, 'static pods do not support resource claims'));
  claims.forEach((claim, i) => {
    if (!isStatic) checkResourceClaim(claim, names, path.index(i), errors);
    if (claim.name) names.add(claim.name);
  });
  return names;
}

function checkResourceClaim(claim: PodResourceClaim, names: ReadonlySet<string>, path: FieldPath, errors: FieldError[]): void {
  const { name = '', resourceClaimName, resourceClaimTemplateName } = claim;
  if (name === '') errors.push(required(path.child('name')));
  else if (names.has(name)) errors.push(duplicate(path.child('name'), name));
  else checkDnsLabel(name, path.child('name'), errors);
  if (resourceClaimName !== undefined && resourceClaimTemplateName !== undefined) {
    errors.push(
      invalid(path, goResourceClaim(claim), 'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified'),
    );
  }
  if (resourceClaimName === undefined && resourceClaimTemplateName === undefined) {
    errors.push(invalid(path, goResourceClaim(claim), 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`'));
  }
  if (resourceClaimName !== undefined)
    addMessages(path.child('resourceClaimName'), resourceClaimName, nameIsDnsSubdomain(resourceClaimName, false), errors);
  if (resourceClaimTemplateName !== undefined) {
    addMessages(
      path.child('resourceClaimTemplateName'),
      resourceClaimTemplateName,
      nameIsDnsSubdomain(resourceClaimTemplateName, false),
      errors,
    );
  }
}

/** On the host's network a port is the same inside and outside. */
function checkHostNetworkPorts(spec: PodSpec, path: FieldPath, options: PodValidationOptions, errors: FieldError[]): void {
  if (spec.hostNetwork !== true) return;
  spec.containers?.forEach(({ ports }, i) => {
    ports?.forEach(({ hostPort = 0, containerPort = 0 }, j) => {
      if (hostPort === containerPort || (hostPort === 0 && !options.isPod)) return;
      errors.push(
        invalid(path.index(i).child('ports').index(j).child('hostPort'), hostPort, 'must match `containerPort` when `hostNetwork` is true'),
      );
    });
  });
}

const RESTART_POLICIES: readonly string[] = ['Always', 'OnFailure', 'Never'];
const DNS_POLICIES: readonly string[] = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];
const PREEMPTION_POLICIES: readonly string[] = ['PreemptLowerPriority', 'Never'];

function checkPolicies(spec: PodSpec, path: FieldPath, errors: FieldError[]): void {
  checkRequiredPolicy(spec.restartPolicy, RESTART_POLICIES, path.child('restartPolicy'), errors);
  checkRequiredPolicy(spec.dnsPolicy, DNS_POLICIES, path.child('dnsPolicy'), errors);
}

function checkRequiredPolicy(policy: string | undefined, supported: readonly string[], path: FieldPath, errors: FieldError[]): void {
  if (!policy) errors.push(required(path));
  else if (!supported.includes(policy)) errors.push(unsupported(path, policy, supported));
}

function checkGates(spec: PodSpec, path: FieldPath, errors: FieldError[]): void {
  spec.readinessGates?.forEach(({ conditionType = '' }, i) => {
    checkQualifiedName(conditionType, path.child('readinessGates').index(i).child('conditionType'), errors);
  });
  const seen = new Set<string>();
  spec.schedulingGates?.forEach(({ name = '' }, i) => {
    const at = path.child('schedulingGates').index(i);
    checkQualifiedName(name, at, errors);
    if (seen.has(name)) errors.push(duplicate(at, name));
    seen.add(name);
  });
}

function checkHostnameOverride(spec: PodSpec, path: FieldPath, errors: FieldError[]): void {
  const { hostnameOverride: hostname } = spec;
  if (hostname === undefined) return;
  if (spec.setHostnameAsFQDN === true) errors.push(forbidden(path, 'may not be specified when setHostnameAsFQDN is true'));
  if (spec.hostNetwork === true) errors.push(forbidden(path, 'may not be specified when hostNetwork is true'));
  if (byteLength(hostname) > 64) errors.push(tooLong(path, 64));
  checkDnsSubdomain(hostname, path, errors);
}

const MAX_INT32 = 2147483647;

/** Names of other objects, and smaller fields between them. */
function checkNames(spec: PodSpec, path: FieldPath, options: PodValidationOptions, errors: FieldError[]): void {
  const { activeDeadlineSeconds: deadline, hostname, subdomain, tolerations, hostAliases, preemptionPolicy, overhead } = spec;
  if (spec.serviceAccountName) checkDnsSubdomain(spec.serviceAccountName, path.child('serviceAccountName'), errors);
  if (spec.nodeName) checkDnsSubdomain(spec.nodeName, path.child('nodeName'), errors);
  if (deadline !== undefined && (deadline < 1 || deadline > MAX_INT32)) {
    errors.push(invalid(path.child('activeDeadlineSeconds'), deadline, `must be between 1 and ${String(MAX_INT32)}, inclusive`));
  }
  if (hostname) checkDnsLabel(hostname, path.child('hostname'), errors);
  if (subdomain) checkDnsLabel(subdomain, path.child('subdomain'), errors);
  if (tolerations !== undefined) checkTolerations(tolerations, path.child('tolerations'), errors);
  if (hostAliases !== undefined) checkHostAliases(hostAliases, path.child('hostAliases'), errors);
  if (spec.priorityClassName) checkDnsSubdomain(spec.priorityClassName, path.child('priorityClassName'), errors);
  if (spec.runtimeClassName !== undefined) checkDnsSubdomain(spec.runtimeClassName, path.child('runtimeClassName'), errors);
  if (preemptionPolicy !== undefined) checkRequiredPolicy(preemptionPolicy, PREEMPTION_POLICIES, path.child('preemptionPolicy'), errors);
  if (overhead !== undefined) checkContainerResources({ limits: overhead }, NO_CLAIMS, path.child('overhead'), options, errors);
}

const NO_CLAIMS: ReadonlySet<string> = new Set();

function checkHostAliases(aliases: readonly HostAlias[], path: FieldPath, errors: FieldError[]): void {
  aliases.forEach(({ ip = '', hostnames = [] }, i) => {
    errors.push(...isValidIpForLegacyField(path.index(i).child('ip'), ip));
    hostnames.forEach((hostname, j) => {
      checkDnsSubdomain(hostname, path.index(i).child('hostnames').index(j), errors);
    });
  });
}

const SYSTEMS: ReadonlySet<string> = new Set(['linux', 'windows']);

function checkOs(spec: PodSpec, { name }: PodOS, path: FieldPath, errors: FieldError[]): void {
  if (!name) errors.push(required(path.child('os', 'name')));
  else if (!SYSTEMS.has(name)) errors.push(unsupported(path.child('os'), name, SYSTEMS));
  else if (name === 'linux') checkLinuxPod(spec, path, errors);
  else checkWindowsPod(spec, path, errors);
}

/** Variables from files are read from empty directories of the pod. */
function checkFileKeyVolumes(spec: PodSpec, path: FieldPath, errors: FieldError[]): void {
  visitContainersWithPath(spec, path, (container, at) => {
    container.env?.forEach(({ valueFrom }, i) => {
      const reference = valueFrom?.fileKeyRef;
      if (reference === undefined) return;
      const { volumeName = '' } = reference;
      const volume = spec.volumes?.findLast(({ name = '' }) => name === volumeName);
      const field = at.child('env').index(i).child('valueFrom', 'fileKeyRef', 'volumeName');
      if (volume === undefined) errors.push(notFound(field, volumeName));
      else if (volume.emptyDir === undefined) errors.push(invalid(field, volumeName, 'referenced volume must be of type emptyDir'));
    });
  });
}
