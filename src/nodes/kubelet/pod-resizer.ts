import { semanticEqual } from '../../apimachinery/semantic-equal.js';
import { formatTime } from '../../apimachinery/time.js';
import { isSidecar } from '../../component-helpers/containers.js';
import type { Pod } from '../../component-helpers/pods.js';
import type { Container, PodCondition, PodSpec, ResourceRequirements } from '../../schema/generated/core-v1.js';
import { isRunning, type ContainerRecord } from './container-record.js';
import type { PodHost } from './pod-host.js';

/** A running container whose resources are to change, and whether it must be restarted for it. */
export interface ContainerResize {
  readonly container: Container;
  readonly record: ContainerRecord;
  /** What it is to have. */
  readonly resources: ResourceRequirements;
  readonly restarts: boolean;
}

/**
 * What a node has given to a pod, and the way from there to what the spec asks
 * for by now (KEP-1287; Go: kubelet/allocation).
 */
export class PodResizer {
  /** By container, from the moment of admission. */
  private readonly allocated = new Map<string, ResourceRequirements>();
  private pending: PodCondition | undefined;
  private inProgress: PodCondition | undefined;

  constructor(private readonly host: PodHost) {}

  /** Whether the node lacks the room for a resize. */
  get isDeferred(): boolean {
    return this.pending !== undefined;
  }

  get conditions(): PodCondition[] {
    return [this.pending, this.inProgress].filter((condition) => condition !== undefined);
  }

  /** The node has taken the pod in. */
  admitted({ spec }: Pod): void {
    for (const { name = '', resources } of resizable(spec)) this.allocated.set(name, resources);
  }

  /** The pod with what it was given in the place of what it asks for; itself if that is the same. */
  allocatedPod(pod: Pod): Pod {
    if (this.allocated.size === 0 || this.isAllocated(pod.spec)) return pod;
    const given = (list: Container[] | null | undefined): Container[] | undefined =>
      list?.map((container) => ({ ...container, resources: this.allocated.get(container.name ?? '') ?? container.resources }));
    const { containers, initContainers } = pod.spec;
    const init = given(initContainers);
    return { ...pod, spec: { ...pod.spec, containers: given(containers), ...(init === undefined ? {} : { initContainers: init }) } };
  }

  /** Gives the pod what it asks for, if there is room. */
  allocate(pod: Pod): void {
    if (this.isAllocated(pod.spec)) {
      this.pending = undefined;
      return;
    }
    const refusal = this.host.resize(pod);
    if (refusal !== undefined) {
      this.defer(pod, refusal.message);
      return;
    }
    this.admitted(pod);
    this.pending = undefined;
    this.inProgress = this.condition('PodResizeInProgress', pod, {});
    this.host.events.normal(pod, 'ResizeStarted', `Pod resize started: ${summary(pod)}`);
  }

  /** Containers that don't have yet what their pod was given. */
  toResize(pod: Pod, records: ReadonlyMap<string, ContainerRecord>): ContainerResize[] {
    return resizable(pod.spec).flatMap((container) => {
      const record = records.get(container.name ?? '');
      const wanted = this.allocated.get(container.name ?? '');
      if (record?.current === undefined || wanted === undefined || !isRunning(record)) return [];
      const { resources } = record.current;
      if (semanticEqual(resources, wanted)) return [];
      const policies = container.resizePolicy ?? [];
      const restarts = policies.some(
        ({ resourceName = '', restartPolicy }) => restartPolicy === 'RestartContainer' && !sameAmount(resources, wanted, resourceName),
      );
      return [{ container, record, resources: wanted, restarts }];
    });
  }

  /** All containers have what their pod was given. */
  completed(pod: Pod): void {
    if (this.inProgress === undefined) return;
    const generation = this.inProgress.observedGeneration;
    this.inProgress = undefined;
    this.host.events.normal(pod, 'ResizeCompleted', `Pod resize completed: ${summary(pod, generation)}`);
  }

  private isAllocated(spec: PodSpec): boolean {
    return resizable(spec).every(({ name = '', resources }) => semanticEqual(resources, this.allocated.get(name)));
  }

  private defer(pod: Pod, message: string): void {
    const { generation } = pod.metadata;
    const isNew = this.pending === undefined || this.pending.observedGeneration !== generation;
    this.pending = isNew ? this.condition('PodResizePending', pod, { reason: 'Deferred', message }) : { ...this.pending, message };
    if (isNew) this.host.events.warning(pod, 'ResizeDeferred', `Pod resize Deferred: ${summary(pod, generation, message)}`);
  }

  private condition(
    type: string,
    { metadata: { generation } }: Pod,
    why: { readonly reason?: string; readonly message?: string },
  ): PodCondition {
    const now = formatTime(this.host.clock.now());
    return { type, status: 'True', observedGeneration: generation, lastProbeTime: now, lastTransitionTime: now, ...why };
  }
}

/** Ordinary containers, sidecars and init containers: all but ephemeral ones. */
function resizable({ containers = [], initContainers = [] }: PodSpec): Container[] {
  return [...(initContainers ?? []), ...(containers ?? [])];
}

function sameAmount(a: ResourceRequirements, b: ResourceRequirements, name: string): boolean {
  return a.requests?.[name] === b.requests?.[name] && a.limits?.[name] === b.limits?.[name];
}

/** What events tell of a pod's resources, in JSON as Go writes it. */
function summary({ spec, metadata }: Pod, generation = metadata.generation, error?: string): string {
  const entries = (list: readonly Container[]): object[] =>
    list.map(({ name, resources: { limits, requests } }) => ({ name, resources: { limits, requests } }));
  const init = (spec.initContainers ?? []).filter((container) => isSidecar(container) || container.resources.requests !== undefined);
  return JSON.stringify({
    ...(init.length === 0 ? {} : { initContainers: entries(init) }),
    containers: entries(spec.containers ?? []),
    generation,
    error,
  });
}
