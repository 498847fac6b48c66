import {
  duplicate,
  forbidden,
  internal,
  invalid,
  NamedString,
  required,
  tooLong,
  type FieldError,
} from '../../../apimachinery/field-error.js';
import { FieldPath } from '../../../apimachinery/field-path.js';
import { isV4, parseAddress } from '../../../apimachinery/ip.js';
import { isDns1123Subdomain } from '../../../apimachinery/validation/dns.js';
import { isValidGroupId, isValidUserId } from '../../../apimachinery/validation/identifiers.js';
import { isValidIpForLegacyField } from '../../../apimachinery/validation/ip.js';
import { byteLength } from '../../../apimachinery/validation/messages.js';
import type {
  Container,
  ContainerStatus,
  LinuxContainerUser,
  Pod,
  PodCondition,
  PodExtendedResourceClaimStatus,
  PodSpec,
  PodStatus,
  ResourceHealth,
} from '../../../schema/generated/core-v1.js';
import { type Typed } from '../../object.js';
import { kubeFinalizerErrors } from '../finalizers.js';
import { checkAnnotationUpdates } from '../pod-spec/annotations.js';
import { checkDnsLabel, checkDnsSubdomain, checkQualifiedName, unsupported, addMessages } from '../pod-spec/checks.js';
import { goAddresses } from '../pod-spec/go-values.js';
import { shouldRestart, someRuleRestartsAll } from '../../../component-helpers/restarts.js';
import { ANNOTATIONS, updateOptions } from './validation.js';

const STATUS = FieldPath.of('status');

/** Faults of a status (Go: ValidatePodStatusUpdate). */
export function validatePodStatusUpdate(pod: Typed<Pod>, old: Typed<Pod>): FieldError[] {
  const { spec, status } = pod;
  const errors = kubeFinalizerErrors(pod.metadata);
  checkAnnotationUpdates(pod.metadata.annotations, old.metadata.annotations, spec, ANNOTATIONS, updateOptions(old), errors);
  checkConditions(status.conditions ?? [], STATUS.child('conditions'), errors);
  checkNomination(status, old, errors);
  if ((status.observedGeneration ?? 0) < 0)
    errors.push(invalid(STATUS.child('observedGeneration'), status.observedGeneration, 'must be a non-negative integer'));
  if ((status.qosClass ?? '') !== (old.status.qosClass ?? '')) {
    errors.push(invalid(STATUS.child('qosClass'), new NamedString(status.qosClass ?? ''), 'field is immutable'));
  }
  checkTransitions(status, old, errors);
  checkClaimStatuses(status, spec, STATUS.child('resourceClaimStatuses'), errors);
  if (status.extendedResourceClaimStatus !== undefined)
    checkExtendedClaim(status.extendedResourceClaimStatus, spec, STATUS.child('extendedResourceClaimStatus'), errors);
  checkAddresses(status.podIPs ?? [], old.status.podIPs ?? [], STATUS.child('podIPs'), errors);
  const { hostIP = '', hostIPs = [] } = status;
  const firstHost = hostIPs[0]?.ip ?? '';
  if (hostIPs.length > 0 && hostIP !== firstHost)
    errors.push(invalid(STATUS.child('hostIPs').index(0).child('ip'), firstHost, 'must be equal to `hostIP`'));
  checkAddresses(hostIPs, old.status.hostIPs ?? [], STATUS.child('hostIPs'), errors);
  for (const [field] of CONTAINER_STATUSES) checkUsers(status[field] ?? [], spec.os?.name ?? 'linux', STATUS.child(field), errors);
  checkAllocatedResources(status, spec, errors);
  return errors;
}

/** The lists of container statuses, and the containers that they are of. */
const CONTAINER_STATUSES = [
  ['containerStatuses', 'containers'],
  ['initContainerStatuses', 'initContainers'],
  ['ephemeralContainerStatuses', 'ephemeralContainers'],
] as const;

const SYSTEM_CONDITIONS: ReadonlySet<string> = new Set(['PodScheduled', 'Ready', 'Initialized']);

function checkConditions(conditions: readonly PodCondition[], path: FieldPath, errors: FieldError[]): void {
  conditions.forEach(({ type = '', observedGeneration = 0 }, i) => {
    const at = path.index(i);
    if (observedGeneration < 0) errors.push(invalid(at.child('observedGeneration'), observedGeneration, 'must be a non-negative integer'));
    if (!SYSTEM_CONDITIONS.has(type)) checkQualifiedName(type, at.child('Type'), errors);
  });
}

function checkNomination({ nominatedNodeName = '' }: PodStatus, old: Typed<Pod>, errors: FieldError[]): void {
  if (nominatedNodeName === '' || nominatedNodeName === (old.status.nominatedNodeName ?? '')) return;
  const path = STATUS.child('nominatedNodeName');
  checkDnsSubdomain(nominatedNodeName, path, errors);
  if (old.spec.nodeName) errors.push(forbidden(path, 'may not be set on pods that are already bound to a node'));
}

/** What has ended stays so, unless it is to be started again. */
function checkTransitions(status: PodStatus, old: Typed<Pod>, errors: FieldError[]): void {
  const restartsAll = someRuleRestartsAll(old.spec);
  for (const [field, containers] of CONTAINER_STATUSES) {
    if (containers !== 'ephemeralContainers' && restartsAll) continue;
    old.status[field]?.forEach(({ name = '', state }, i) => {
      const { terminated } = state;
      if (terminated === undefined) return;
      const started = status[field]?.filter((other) => (other.name ?? '') === name && other.state.terminated === undefined).length ?? 0;
      if (started === 0) return;
      const container =
        containers === 'ephemeralContainers' ? undefined : old.spec[containers]?.find((other) => (other.name ?? '') === name);
      if (container !== undefined && shouldRestart(container, old.spec, terminated.exitCode ?? 0)) return;
      // Ephemeral containers of one name are looked at one by one, others only once.
      const times = containers === 'ephemeralContainers' ? started : 1;
      for (let n = 0; n < times; n++)
        errors.push(forbidden(STATUS.child(field).index(i).child('state'), 'may not be transitioned to non-terminated state'));
    });
  }
}

function checkClaimStatuses({ resourceClaimStatuses = [] }: PodStatus, spec: PodSpec, path: FieldPath, errors: FieldError[]): void {
  const claims = new Set((spec.resourceClaims ?? []).map(({ name = '' }) => name));
  const seen = new Set<string>();
  resourceClaimStatuses.forEach(({ name = '', resourceClaimName }, i) => {
    const at = path.index(i);
    if (!claims.has(name)) errors.push(invalid(at.child('name'), name, 'must match the name of an entry in `spec.resourceClaims`'));
    if (seen.has(name)) errors.push(duplicate(at.child('name'), name));
    seen.add(name);
    if (resourceClaimName !== undefined)
      addMessages(at.child('resourceClaimName'), new NamedString(resourceClaimName), isDns1123Subdomain(resourceClaimName), errors);
  });
}

function checkExtendedClaim(claim: PodExtendedResourceClaimStatus, spec: PodSpec, path: FieldPath, errors: FieldError[]): void {
  const containers = new Map(
    [...(spec.initContainers ?? []), ...(spec.containers ?? [])].map((container) => [container.name ?? '', container]),
  );
  const mappings = claim.requestMappings ?? [];
  const mappingsPath = path.child('requestMappings');
  if (mappings.length === 0) errors.push(required(mappingsPath, 'at least one request mapping is required'));
  const seen = new Set<string>();
  mappings.forEach(({ containerName = '', resourceName = '', requestName = '' }, i) => {
    const at = mappingsPath.index(i);
    const requests = containers.get(containerName)?.resources.requests ?? {};
    if (!containers.has(containerName)) {
      errors.push(
        invalid(
          at.child('containerName'),
          containerName,
          'must match the name of an entry in spec.initContainers.name or spec.containers.name',
        ),
      );
    } else if (!Object.hasOwn(requests, resourceName)) {
      const detail =
        'must match the extended resource name of an entry in spec.initContainers.resources.requests or spec.containers.resources.requests';
      errors.push(invalid(at.child('resourceName'), resourceName, detail));
    }
    checkDnsLabel(requestName, path.child('requestName'), errors);
    const key = JSON.stringify([containerName, resourceName, requestName]);
    if (seen.has(key))
      for (const [name, value] of Object.entries({ containerName, resourceName, requestName }))
        errors.push(duplicate(at.child(name), value));
    seen.add(key);
  });
  if (!claim.resourceClaimName) errors.push(required(path.child('resourceClaimName')));
  else checkDnsSubdomain(claim.resourceClaimName, path.child('resourceClaimName'), errors);
}

interface AddressEntry {
  readonly ip?: string | undefined;
}

/** One address, or two of different families. */
function checkAddresses(entries: readonly AddressEntry[], old: readonly AddressEntry[], path: FieldPath, errors: FieldError[]): void {
  const former = old.map(({ ip = '' }) => ip);
  entries.forEach(({ ip = '' }, i) => {
    errors.push(...isValidIpForLegacyField(path.index(i), ip, true, former));
  });
  if (entries.length < 2) return;
  const addresses = entries.map(({ ip = '' }) => ({ ip, address: parseAddress(ip) }));
  const bad = addresses.find(({ address }) => address === undefined);
  if (bad !== undefined)
    errors.push(internal(path, `failed to check for dual stack with error:invalid IP[${String(addresses.indexOf(bad))}]: ${bad.ip}`));
  const families = new Set(addresses.map(({ address }) => address !== undefined && isV4(address)));
  if (bad !== undefined || families.size < 2 || entries.length > 2)
    errors.push(invalid(path, goAddresses(entries), 'may specify no more than one IP for each IP family'));
}

function checkUsers(statuses: readonly ContainerStatus[], os: string, path: FieldPath, errors: FieldError[]): void {
  statuses.forEach(({ user }, i) => {
    if (user?.linux === undefined) return;
    const at = path.index(i).child('user', 'linux');
    if (os === 'windows') errors.push(forbidden(at, 'cannot be set for a windows pod'));
    else if (os === 'linux') checkLinuxUser(user.linux, at, errors);
  });
}

function checkLinuxUser({ uid = 0, gid = 0, supplementalGroups = [] }: LinuxContainerUser, path: FieldPath, errors: FieldError[]): void {
  addMessages(path.child('uid'), uid, isValidUserId(uid), errors);
  addMessages(path.child('gid'), gid, isValidGroupId(gid), errors);
  supplementalGroups.forEach((group, i) => {
    addMessages(path.child('supplementalGroups').index(i), group, isValidGroupId(group), errors);
  });
}

/** Health of devices is that of what the container asked for (KEP-4680). */
function checkAllocatedResources(status: PodStatus, spec: PodSpec, errors: FieldError[]): void {
  for (const [field, containers] of CONTAINER_STATUSES) {
    status[field]?.forEach(({ name = '', allocatedResourcesStatus = [] }, i) => {
      const at = STATUS.child(field).index(i).child('allocatedResourcesStatus');
      if (containers === 'ephemeralContainers') {
        if (allocatedResourcesStatus.length > 0) errors.push(forbidden(at, 'must not be specified in container status'));
        return;
      }
      const container = spec[containers]?.find((other) => (other.name ?? '') === name);
      allocatedResourcesStatus.forEach(({ name: resource = '', resources = [] }, j) => {
        const fault = container === undefined ? undefined : allocationFault(container, resource);
        if (fault !== undefined) errors.push(invalid(at.index(j).child('name'), new NamedString(resource), fault));
        checkHealth(resources, at.index(j).child('resources'), errors);
      });
    });
  }
}

function allocationFault({ resources }: Container, name: string): string | undefined {
  if (!name.startsWith('claim:')) {
    return Object.hasOwn(resources.requests ?? {}, name) ? undefined : "must match one of the container's resource requests";
  }
  const found =
    resources.claims?.some(({ name: claim = '', request }) => name === `claim:${claim}${request ? `/${request}` : ''}`) ?? false;
  if (found) return undefined;
  return "must match one of the container's resource claims in a format 'claim:<claimName>/<request>' or 'claim:<claimName>' if request is empty";
}

const HEALTH: ReadonlySet<string> = new Set(['Healthy', 'Unhealthy', 'Unknown']);
const MAX_HEALTH_MESSAGE = 1024;

function checkHealth(resources: readonly ResourceHealth[], path: FieldPath, errors: FieldError[]): void {
  const seen = new Set<string>();
  resources.forEach(({ resourceID = '', health = '', message }, i) => {
    const at = path.index(i);
    if (!HEALTH.has(health)) errors.push(unsupported(at.child('health'), health, HEALTH));
    if (message === '') errors.push(required(at.child('message'), 'must be non-empty if specified'));
    else if (message !== undefined && byteLength(message) > MAX_HEALTH_MESSAGE)
      errors.push(tooLong(at.child('message'), MAX_HEALTH_MESSAGE));
    if (seen.has(resourceID)) errors.push(duplicate(at.child('resourceID'), new NamedString(resourceID)));
    seen.add(resourceID);
  });
}
