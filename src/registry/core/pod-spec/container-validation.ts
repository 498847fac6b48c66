import { duplicate, forbidden, invalid, NamedString, notFound, required, type FieldError } from '../../../apimachinery/field-error.js';
import type { FieldPath } from '../../../apimachinery/field-path.js';
import { isValidPortName, isValidPortNum } from '../../../apimachinery/validation/identifiers.js';
import type { Container, ContainerPort, ContainerResizePolicy, EphemeralContainer, PodSpec } from '../../../schema/generated/core-v1.js';
import { wasGiven } from '../../../schema/given-empty.js';
import { addMessages, checkDnsLabel, unsupported } from './checks.js';
import { isSidecar } from '../../../component-helpers/containers.js';
import { checkEnv, checkEnvFrom } from './env.js';
import { checkMounts, type VolumesByName } from './mounts.js';
import type { PodValidationOptions } from './options.js';
import { checkLifecycleAndProbes } from './probes.js';
import { checkPullPolicy } from './pull-policy.js';
import { checkContainerResources } from './resources.js';
import { checkContainerRestartPolicy, checkInitRestartPolicy } from './restart-policy.js';
import { checkSecurityContext } from './security-context.js';

/** What checks of containers need to know of the pod. */
export interface ContainerContext {
  readonly spec: PodSpec;
  readonly volumes: VolumesByName;
  /** Names in spec.resourceClaims. */
  readonly claims: ReadonlySet<string>;
  readonly options: PodValidationOptions;
}

/** The containers that make up the pod (Go: validateContainers). */
export function checkContainers(context: ContainerContext, path: FieldPath, errors: FieldError[]): void {
  const containers = context.spec.containers ?? [];
  if (containers.length === 0) {
    errors.push(required(path));
    return;
  }
  const names = new Set<string>();
  containers.forEach((container, i) => {
    const at = path.index(i);
    checkCommon(container, context, at, errors);
    const { name = '' } = container;
    if (names.has(name)) errors.push(duplicate(at.child('name'), name));
    names.add(name);
    checkLifecycleAndProbes(container, context.spec.terminationGracePeriodSeconds, at, errors);
    checkContainerRestartPolicy(container, at, errors);
  });
  checkHostPorts(containers, path, errors);
}

/** Containers that run before, or beside as sidecars (Go: validateInitContainers). */
export function checkInitContainers(context: ContainerContext, path: FieldPath, errors: FieldError[]): void {
  const { spec, options } = context;
  const { initContainers = [] } = spec;
  if (initContainers.length === 0) return;
  const names = new Set((spec.containers ?? []).map(({ name = '' }) => name));
  initContainers.forEach((container, i) => {
    const at = path.index(i);
    checkCommon(container, context, at, errors);
    checkInitRestartPolicy(container, at, errors);
    const { name = '' } = container;
    if (names.has(name)) errors.push(duplicate(at.child('name'), name));
    else if (name !== '') names.add(name);
    // The real server reports conflicts as those of the first container, whichever it is.
    checkHostPorts([container], path, errors);
    if (isSidecar(container)) {
      checkLifecycleAndProbes(container, spec.terminationGracePeriodSeconds, at, errors);
      return;
    }
    checkNoProbes(container, at, errors);
    if (!options.allowRestartingInitContainers) checkNoRestartingResize(container, at, errors);
  });
}

function checkNoProbes(container: Container, path: FieldPath, errors: FieldError[]): void {
  for (const name of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
    if (container[name] !== undefined)
      errors.push(forbidden(path.child(name), 'may not be set for init containers without restartPolicy=Always'));
  }
}

function checkNoRestartingResize(container: Container, path: FieldPath, errors: FieldError[]): void {
  container.resizePolicy?.forEach(({ restartPolicy }, i) => {
    if (restartPolicy !== 'RestartContainer') return;
    const at = path.child('resizePolicy').index(i).child('restartPolicy');
    errors.push(invalid(at, restartPolicy, "must not be set to 'RestartContainer' for non-sidecar initContainers"));
  });
}

/** What ephemeral containers may not have, in the order of the fields. */
const NOT_EPHEMERAL = [
  'ports',
  'resources',
  'resizePolicy',
  'restartPolicy',
  'restartPolicyRules',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
] as const;

/** Containers that join a running pod for debugging (Go: validateEphemeralContainers). */
export function checkEphemeralContainers(context: ContainerContext, path: FieldPath, errors: FieldError[]): void {
  const { ephemeralContainers = [], containers, initContainers = [] } = context.spec;
  if (ephemeralContainers.length === 0) return;
  const others = new Set([...(containers ?? []), ...initContainers].map(({ name = '' }) => name));
  const names = new Set(others);
  ephemeralContainers.forEach((container, i) => {
    const at = path.index(i);
    checkCommon(container, context, at, errors);
    checkImagePadding(container, at, errors);
    const { name = '', targetContainerName } = container;
    if (names.has(name)) errors.push(duplicate(at.child('name'), name));
    names.add(name);
    if (targetContainerName && !others.has(targetContainerName))
      errors.push(notFound(at.child('targetContainerName'), targetContainerName));
    for (const field of NOT_EPHEMERAL)
      if (isSet(field, container)) errors.push(forbidden(at.child(field), 'cannot be set for an Ephemeral Container'));
    checkNoSubPaths(container, at, errors);
  });
}

const RESOURCE_LISTS = ['limits', 'requests', 'claims'] as const;

/** Resources are always there, other fields only if given. */
function isSet(field: (typeof NOT_EPHEMERAL)[number], container: Container): boolean {
  if (field !== 'resources') return wasGiven(container, field);
  const { resources } = container;
  return RESOURCE_LISTS.some((list) => wasGiven(resources, list));
}

function checkNoSubPaths(container: EphemeralContainer, path: FieldPath, errors: FieldError[]): void {
  container.volumeMounts?.forEach((mount, i) => {
    for (const name of ['subPath', 'subPathExpr'] as const) {
      if (mount[name]) errors.push(forbidden(path.child('volumeMounts').index(i).child(name), 'cannot be set for an Ephemeral Container'));
    }
  });
}

/** Blanks around an image's name are refused in pods, and let pass in templates (Go: validateContainersOnlyForPod). */
export function checkImagePadding(container: Container, path: FieldPath, errors: FieldError[]): void {
  const { image = '' } = container;
  if (image.trim() !== image) errors.push(invalid(path.child('image'), image, 'must not have leading or trailing whitespace'));
}

/** What holds for containers of all kinds (Go: validateContainerCommon). */
function checkCommon(container: Container, context: ContainerContext, path: FieldPath, errors: FieldError[]): void {
  const { name = '', image, terminationMessagePolicy, ports, env, envFrom, resizePolicy, securityContext } = container;
  const { spec, options } = context;
  if (name === '') errors.push(required(path.child('name')));
  else checkDnsLabel(name, path.child('name'), errors);
  if (!image) errors.push(required(path.child('image')));
  checkMessagePolicy(terminationMessagePolicy, path.child('terminationMessagePolicy'), errors);
  if (ports !== undefined) checkPorts(ports, path.child('ports'), errors);
  if (env !== undefined) checkEnv(env, path.child('env'), errors);
  if (envFrom !== undefined) checkEnvFrom(envFrom, path.child('envFrom'), errors);
  checkMounts(container, context.volumes, path, errors);
  checkPullPolicy(container.imagePullPolicy, path.child('imagePullPolicy'), errors);
  checkContainerResources(container.resources, context.claims, path.child('resources'), options, errors);
  if (resizePolicy !== undefined) checkResizePolicy(resizePolicy, spec.restartPolicy, path.child('resizePolicy'), errors);
  if (securityContext !== undefined) checkSecurityContext(securityContext, spec.hostUsers !== false, path.child('securityContext'), errors);
}

const MESSAGE_POLICIES: readonly string[] = ['File', 'FallbackToLogsOnError'];

function checkMessagePolicy(policy: string | undefined, path: FieldPath, errors: FieldError[]): void {
  if (!policy) errors.push(required(path));
  else if (!MESSAGE_POLICIES.includes(policy)) errors.push(unsupported(path, policy, MESSAGE_POLICIES));
}

const PROTOCOLS: ReadonlySet<string> = new Set(['TCP', 'UDP', 'SCTP']);

function checkPorts(ports: readonly ContainerPort[], path: FieldPath, errors: FieldError[]): void {
  const names = new Set<string>();
  ports.forEach(({ name = '', containerPort = 0, hostPort = 0, protocol = '' }, i) => {
    const at = path.index(i);
    if (name !== '') {
      const messages = isValidPortName(name);
      if (messages.length > 0) addMessages(at.child('name'), name, messages, errors);
      else if (names.has(name)) errors.push(duplicate(at.child('name'), name));
      else names.add(name);
    }
    if (containerPort === 0) errors.push(required(at.child('containerPort')));
    else addMessages(at.child('containerPort'), containerPort, isValidPortNum(containerPort), errors);
    if (hostPort !== 0) addMessages(at.child('hostPort'), hostPort, isValidPortNum(hostPort), errors);
    if (protocol === '') errors.push(required(at.child('protocol')));
    else if (!PROTOCOLS.has(protocol)) errors.push(unsupported(at.child('protocol'), protocol, PROTOCOLS));
  });
}

/** No two containers get the same port of the host (Go: checkHostPortConflicts). */
function checkHostPorts(containers: readonly Container[], path: FieldPath, errors: FieldError[]): void {
  const taken = new Set<string>();
  containers.forEach(({ ports }, i) => {
    ports?.forEach(({ protocol = '', hostIP = '', hostPort }, j) => {
      if (!hostPort) return;
      const key = `${protocol}/${hostIP}/${String(hostPort)}`;
      if (taken.has(key)) errors.push(duplicate(path.index(i).child('ports').index(j).child('hostPort'), key));
      taken.add(key);
    });
  });
}

const RESIZABLE: ReadonlySet<string> = new Set(['cpu', 'memory']);
const RESIZE_POLICIES: ReadonlySet<string> = new Set(['NotRequired', 'RestartContainer']);

function checkResizePolicy(
  policies: readonly ContainerResizePolicy[],
  podRestartPolicy: string | undefined,
  path: FieldPath,
  errors: FieldError[],
): void {
  const seen = new Set<string>();
  policies.forEach(({ resourceName = '', restartPolicy = '' }, i) => {
    if (seen.has(resourceName)) errors.push(duplicate(path.index(i), new NamedString(resourceName)));
    seen.add(resourceName);
    if (resourceName === '') errors.push(required(path));
    else if (!RESIZABLE.has(resourceName)) errors.push(unsupported(path, resourceName, RESIZABLE));
    if (restartPolicy === '') errors.push(required(path));
    else if (!RESIZE_POLICIES.has(restartPolicy)) errors.push(unsupported(path, restartPolicy, RESIZE_POLICIES));
    if (podRestartPolicy === 'Never' && restartPolicy !== 'NotRequired') {
      errors.push(invalid(path, new NamedString(restartPolicy), "must be 'NotRequired' when pod `restartPolicy` is 'Never'"));
    }
  });
}
