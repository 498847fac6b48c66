import { forbidden, invalid, NamedString, type FieldError } from '../../../apimachinery/field-error.js';
import { NAMELESS } from '../../../apimachinery/field-path.js';
import type { Container, Pod, PodSpec, ResourceList, ResourceRequirements } from '../../../schema/generated/core-v1.js';
import type { Typed } from '../../object.js';
import { isSidecar } from '../../../component-helpers/containers.js';
import { annotation, MIRROR_ANNOTATION } from '../pod-spec/annotations.js';
import { semanticEqual } from '../semantic-equal.js';
import { computeQosClass, qosClassOf } from '../../../component-helpers/quality-of-service.js';
import { SPEC, updatedPodErrors, updateOptions } from './validation.js';

/**
 * The spec that a resize leads to: that of the stored pod with the new
 * resources (Go: dropNonResizeUpdates). Undefined if the containers aren't the
 * same ones, which validation then refuses.
 */
export function resizedSpec(spec: PodSpec, old: PodSpec): PodSpec | undefined {
  const [containers, oldContainers] = [spec.containers ?? [], old.containers ?? []];
  const [initContainers, oldInit] = [spec.initContainers ?? [], old.initContainers ?? []];
  if (containers.length !== oldContainers.length || initContainers.length !== oldInit.length) return undefined;
  const resized: PodSpec = { ...old, containers: resizedContainers(containers, oldContainers) };
  if (spec.resources === undefined) delete resized.resources;
  else resized.resources = spec.resources;
  if (initContainers.length > 0) resized.initContainers = resizedContainers(initContainers, oldInit);
  return resized;
}

function resizedContainers(containers: Container[], old: readonly Container[]): Container[] {
  if (containers.some(({ name = '' }, i) => name !== (old[i]?.name ?? ''))) return containers;
  return containers.map(({ resources, resizePolicy }, i) => {
    const container: Container = { ...old[i], resources };
    if (resizePolicy === undefined) delete container.resizePolicy;
    else container.resizePolicy = resizePolicy;
    return container;
  });
}

const ONLY_COMPUTE = 'only cpu and memory resources are mutable';

/** Faults of a resize (KEP-1287; Go: ValidatePodResize). */
export function validatePodResize(pod: Typed<Pod>, old: Typed<Pod>): FieldError[] {
  const errors = updatedPodErrors(pod, updateOptions(old));
  if (annotation(old.metadata.annotations, MIRROR_ANNOTATION) !== undefined) return [forbidden(NAMELESS, 'static pods cannot be resized')];
  if (old.spec.os?.name === 'windows') return [forbidden(NAMELESS, 'windows pods cannot be resized')];
  if (qosClassOf(old.spec, old.status) !== computeQosClass(pod.spec)) {
    errors.push(invalid(SPEC, new NamedString(pod.status.qosClass ?? ''), 'Pod QOS Class may not change as a result of resizing'));
  }
  if (!nodeCanResize(old)) errors.push(forbidden(SPEC, 'Pod running on node without support for resize'));
  checkPodLevelResize(pod.spec, old.spec, errors);
  const before = errors.length;
  checkSameContainers(pod.spec, old.spec, 'containers', errors);
  checkSameContainers(pod.spec, old.spec, 'initContainers', errors);
  if (errors.length > before) return errors;
  checkNothingRemoved(pod.spec, old.spec, 'initContainers', errors);
  checkNothingRemoved(pod.spec, old.spec, 'containers', errors);
  checkContainers(pod.spec, old.spec, errors);
  checkInitContainers(pod.spec, old.spec, errors);
  if (errors.length === 0 && !semanticEqual(withoutResize(pod.spec, old.spec), old.spec)) errors.push(forbidden(SPEC, ONLY_COMPUTE));
  return errors;
}

/** The first container that runs shows whether its kubelet reports resources. */
function nodeCanResize({ status }: Typed<Pod>): boolean {
  const running = status.containerStatuses?.find(({ state }) => state.running !== undefined);
  return running === undefined || running.resources !== undefined;
}

function hasPodLevel({ resources }: PodSpec): boolean {
  return Object.keys(resources?.requests ?? {}).length + Object.keys(resources?.limits ?? {}).length > 0;
}

function checkPodLevelResize(spec: PodSpec, old: PodSpec, errors: FieldError[]): void {
  if (!hasPodLevel(spec) && !hasPodLevel(old)) return;
  const path = SPEC.child('resources');
  if (old.resources !== undefined) {
    if (spec.resources === undefined) {
      errors.push(forbidden(path, 'pod-level resources cannot be removed'));
      return;
    }
    for (const list of ['requests', 'limits'] as const) {
      if (isRemoved(spec.resources[list], old.resources[list]))
        errors.push(forbidden(path.child(list), `pod-level resource ${list} cannot be removed`));
    }
  }
  if (!semanticEqual(withFormerPodLevel(spec.resources, old.resources), old.resources))
    errors.push(forbidden(SPEC, 'only cpu and memory resources are mutable at pod-level'));
}

function isRemoved(list: ResourceList = {}, old: ResourceList = {}): boolean {
  return Object.keys(old).some((name) => !Object.hasOwn(list, name));
}

function checkSameContainers(spec: PodSpec, old: PodSpec, field: 'containers' | 'initContainers', errors: FieldError[]): void {
  const path = SPEC.child(field);
  const containers = spec[field] ?? [];
  const former = old[field] ?? [];
  if (containers.length !== former.length) {
    errors.push(forbidden(path, `${field} may not be added or removed on resize`));
    return;
  }
  former.forEach(({ name = '' }, i) => {
    if ((containers[i]?.name ?? '') !== name)
      errors.push(forbidden(path.index(i).child('name'), `${field} may not be renamed or reordered on resize`));
  });
}

function checkNothingRemoved(spec: PodSpec, old: PodSpec, field: 'containers' | 'initContainers', errors: FieldError[]): void {
  old[field]?.forEach(({ resources }, i) => {
    for (const list of ['requests', 'limits'] as const) {
      if (!isRemoved(spec[field]?.[i]?.resources[list], resources[list])) continue;
      errors.push(forbidden(SPEC.child(field).index(i).child('resources', list), `resource ${list} cannot be removed`));
    }
  });
}

function checkContainers(spec: PodSpec, old: PodSpec, errors: FieldError[]): void {
  spec.containers?.forEach((container, i) => {
    const former = old.containers?.[i];
    if (former !== undefined && !semanticEqual(withFormerCompute(container, former), former)) errors.push(forbidden(SPEC, ONLY_COMPUTE));
  });
}

function checkInitContainers(spec: PodSpec, old: PodSpec, errors: FieldError[]): void {
  spec.initContainers?.forEach((container, i) => {
    const former = old.initContainers?.[i];
    if (former === undefined) return;
    const path = SPEC.child('initContainers').index(i);
    if (!semanticEqual(withFormerCompute(container, former), former)) {
      errors.push(forbidden(path, 'only cpu and memory resources for init or sidecar containers are mutable'));
    }
    if (isSidecar(container) || semanticEqual(container, former)) return;
    for (const { restartPolicy } of container.resizePolicy ?? []) {
      if (restartPolicy === 'RestartContainer') {
        errors.push(forbidden(path, 'non-sidecar init containers with a resize policy of RestartContainer cannot be resized'));
      }
    }
  });
}

/** The container with cpu and memory as they were; claims are left out, as on the real server. */
function withFormerCompute(container: Container, old: Container): Container {
  return {
    ...container,
    resources: clean({
      limits: formerCompute(container.resources.limits, old.resources.limits),
      requests: formerCompute(container.resources.requests, old.resources.requests),
    }),
  };
}

function formerCompute(list: ResourceList | undefined, old: ResourceList | undefined): ResourceList | undefined {
  const former: ResourceList = { ...list };
  for (const name of ['cpu', 'memory']) {
    const amount = old?.[name];
    if (amount === undefined) Reflect.deleteProperty(former, name);
    else former[name] = amount;
  }
  return Object.keys(former).length === 0 ? undefined : former;
}

/** Leaves out what is undefined. */
function clean(requirements: ResourceRequirements): ResourceRequirements {
  return Object.fromEntries(Object.entries(requirements).filter(([, list]) => list !== undefined));
}

function withFormerPodLevel(
  resources: ResourceRequirements | undefined,
  old: ResourceRequirements | undefined,
): ResourceRequirements | undefined {
  if (resources === undefined) return undefined;
  const former = clean({
    ...resources,
    requests: formerCompute(resources.requests, old?.requests),
    limits: formerCompute(resources.limits, old?.limits),
  });
  return old === undefined && Object.keys(former).length === 0 ? undefined : former;
}

/** The new spec with everything that a resize may change as it was. */
function withoutResize(spec: PodSpec, old: PodSpec): PodSpec {
  const former = (
    containers: readonly Container[] | null | undefined,
    before: readonly Container[] | null | undefined,
  ): Container[] | undefined =>
    containers?.map((container, i) => {
      const match = before?.[i];
      return match === undefined ? container : withFormerCompute(container, match);
    });
  const result: PodSpec = {
    ...spec,
    containers: former(spec.containers, old.containers),
    initContainers: former(spec.initContainers, old.initContainers),
  };
  if (hasPodLevel(spec) || hasPodLevel(old)) result.resources = withFormerPodLevel(spec.resources, old.resources);
  return result;
}
