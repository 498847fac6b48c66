import type { Container, Pod, PodSpec, ResourceList } from '../../../schema/generated/core-v1.js';
import { isHugePageResource } from '../../../component-helpers/resource-names.js';
import { aggregateContainers, isPodLevelResource } from '../../../component-helpers/aggregate-resources.js';
import { defaultPodSpec, defaultPodStatus, dropInitContainerAnnotations } from './defaults.js';

/**
 * Computed defaults of pods: what templates don't get, too (Go: SetDefaults_Pod
 * and the conversion of Pod). In place.
 */
export function defaultPod(pod: Pod): void {
  const { spec } = pod;
  for (const container of spec.containers ?? []) defaultRequests(container);
  for (const container of spec.initContainers ?? []) defaultRequests(container);
  if (spec.resources !== undefined) {
    defaultHugePageLimits(spec);
    defaultPodRequests(spec);
  }
  spec.enableServiceLinks ??= true;
  if (spec.hostNetwork === true) {
    defaultHostPorts(spec.containers ?? []);
    defaultHostPorts(spec.initContainers ?? []);
  }
  defaultPodSpec(spec);
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) spec.terminationGracePeriodSeconds = 1;
  dropInitContainerAnnotations(pod.metadata);
  defaultPodStatus(pod.status);
}

/** Who has a limit asks for as much. */
function defaultRequests(container: Container): void {
  const { resources } = container;
  if (resources.limits === undefined) return;
  resources.requests = { ...resources.limits, ...resources.requests };
}

function defaultHostPorts(containers: readonly Container[]): void {
  for (const { ports } of containers) {
    for (const port of ports ?? []) {
      if (!port.hostPort && port.containerPort) port.hostPort = port.containerPort;
    }
  }
}

function isEmpty(list: ResourceList | undefined): boolean {
  return list === undefined || Object.keys(list).length === 0;
}

/** Huge pages of the containers count for the pod unless it says otherwise. */
function defaultHugePageLimits(spec: PodSpec): void {
  const { resources } = spec;
  if (resources === undefined || (isEmpty(resources.limits) && isEmpty(resources.requests))) return;
  const limits: ResourceList = { ...resources.limits };
  for (const [name, amount] of aggregateContainers(spec, (container) => container.resources.limits)) {
    if (!isHugePageResource(name) || resources.requests?.[name] !== undefined) continue;
    limits[name] ??= amount.toString();
  }
  if (!isEmpty(limits)) resources.limits = limits;
}

/** A pod with limits asks for what its containers ask for together, or else for its limits. */
function defaultPodRequests(spec: PodSpec): void {
  const { resources } = spec;
  if (resources === undefined || isEmpty(resources.limits)) return;
  const requests: ResourceList = { ...resources.requests };
  for (const [name, amount] of aggregateContainers(spec, (container) => container.resources.requests)) {
    if (isPodLevelResource(name) && !isHugePageResource(name)) requests[name] ??= amount.toString();
  }
  for (const [name, limit] of Object.entries(resources.limits ?? {})) {
    if (isPodLevelResource(name)) requests[name] ??= limit;
  }
  if (!isEmpty(requests)) resources.requests = requests;
}
