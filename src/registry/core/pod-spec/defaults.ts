import type {
  Container,
  EnvVar,
  EphemeralContainer,
  HTTPGetAction,
  PodSpec,
  PodStatus,
  PodTemplateSpec,
  Probe,
} from '../../../schema/generated/core-v1.js';
import { pullPolicyFor } from './image-reference.js';
import { roundRequirements, roundResources } from './resource-rounding.js';
import { defaultVolumes } from './volume-defaults.js';

/**
 * Computed defaults of a pod's spec wherever it appears: pods and templates
 * (Go: SetDefaults_PodSpec and the functions for what it holds). Literal ones,
 * such as `protocol: TCP`, come from the facts. Also brings the aliases of old
 * clients in line, as conversion does on the real server. In place.
 */
export function defaultPodSpec(spec: PodSpec): void {
  spec.dnsPolicy ||= 'ClusterFirst';
  spec.restartPolicy ||= 'Always';
  spec.securityContext ??= {};
  spec.terminationGracePeriodSeconds ??= 30;
  spec.schedulerName ||= 'default-scheduler';
  if (spec.volumes !== undefined) defaultVolumes(spec.volumes);
  for (const container of spec.initContainers ?? []) defaultContainer(container);
  for (const container of spec.containers ?? []) defaultContainer(container);
  for (const container of spec.ephemeralContainers ?? []) defaultContainer(container);
  roundResources(spec.overhead);
  roundRequirements(spec.resources);
  syncServiceAccount(spec);
}

/** Defaults of a pod template: those of its spec. In place. */
export function defaultPodTemplateSpec(template: PodTemplateSpec): void {
  defaultPodSpec(template.spec);
  dropInitContainerAnnotations(template.metadata);
}

/** `serviceAccount` is an alias of `serviceAccountName`, which goes first. In place. */
export function syncServiceAccount(spec: PodSpec): void {
  const name = spec.serviceAccountName ? spec.serviceAccountName : spec.serviceAccount;
  if (!name) return;
  spec.serviceAccountName = name;
  spec.serviceAccount = name;
}

const INIT_CONTAINER_ANNOTATIONS = [
  'pod.beta.kubernetes.io/init-containers',
  'pod.alpha.kubernetes.io/init-containers',
  'pod.beta.kubernetes.io/init-container-statuses',
  'pod.alpha.kubernetes.io/init-container-statuses',
];

/** Annotations of kubelets before 1.8, which the server hides. In place. */
export function dropInitContainerAnnotations(metadata: { annotations?: Record<string, string> | undefined }): void {
  const { annotations } = metadata;
  if (annotations === undefined) return;
  let found = false;
  for (const key of INIT_CONTAINER_ANNOTATIONS) {
    if (!Object.hasOwn(annotations, key)) continue;
    found = true;
    Reflect.deleteProperty(annotations, key);
  }
  if (found && Object.keys(annotations).length === 0) delete metadata.annotations;
}

function defaultContainer(container: Container | EphemeralContainer): void {
  container.imagePullPolicy ||= pullPolicyFor(container.image ?? '');
  container.terminationMessagePath ||= '/dev/termination-log';
  container.terminationMessagePolicy ||= 'File';
  for (const env of container.env ?? []) defaultEnv(env);
  roundRequirements(container.resources);
  defaultProbe(container.livenessProbe);
  defaultProbe(container.readinessProbe);
  defaultProbe(container.startupProbe);
  defaultHttpGet(container.lifecycle?.postStart?.httpGet);
  defaultHttpGet(container.lifecycle?.preStop?.httpGet);
}

function defaultEnv(env: EnvVar): void {
  const source = env.valueFrom;
  if (source === undefined) return;
  if (source.fieldRef !== undefined) source.fieldRef.apiVersion ||= 'v1';
  if (source.fileKeyRef !== undefined) source.fileKeyRef.optional ??= false;
}

function defaultProbe(probe: Probe | undefined): void {
  if (probe === undefined) return;
  probe.timeoutSeconds ||= 1;
  probe.periodSeconds ||= 10;
  probe.successThreshold ||= 1;
  probe.failureThreshold ||= 3;
  defaultHttpGet(probe.httpGet);
  if (probe.grpc !== undefined) probe.grpc.service ??= '';
}

function defaultHttpGet(action: HTTPGetAction | undefined): void {
  if (action === undefined) return;
  action.path ||= '/';
  action.scheme ||= 'HTTP';
}

/** Defaults and old clients' alias in a pod's status. In place. */
export function defaultPodStatus(status: PodStatus): void {
  for (const list of [status.initContainerStatuses, status.containerStatuses, status.ephemeralContainerStatuses]) {
    for (const container of list ?? []) {
      roundResources(container.allocatedResources);
      roundRequirements(container.resources);
    }
  }
  roundResources(status.allocatedResources);
  roundRequirements(status.resources);
  syncPodIps(status);
}

/** `podIP` and the first of `podIPs` are one; if they differ, `podIP` is right. */
function syncPodIps(status: PodStatus): void {
  const first = status.podIPs?.[0];
  if (status.podIP) {
    if (first === undefined || (first.ip ?? '') !== status.podIP) status.podIPs = [{ ip: status.podIP }];
  } else if (first?.ip) {
    status.podIP = first.ip;
  }
}
