import type { EventSubject } from '../../client/event-recorder.js';
import { visitContainers } from '../../component-helpers/containers.js';
import type { Pod } from '../../component-helpers/pods.js';
import type { Container } from '../../schema/generated/core-v1.js';
import { isRunning, newRecord, type ContainerRecord } from './container-record.js';
import type { Verdict } from './pod-status.js';
import type { Stopping } from './stop-containers.js';

/** How a pod is to be ended from outside. */
export interface Ending extends Verdict {
  /** Seconds; default: the pod's own. */
  readonly gracePeriodSeconds?: number | undefined;
}

/** How a pod ends for the sake of a critical one. */
export const PREEMPTED: Ending = { reason: 'Preempting', message: 'Preempted in order to admit critical pod' };

/** What a kubelet has of one pod; its worker and the worker's helpers share it. */
export class PodState {
  readonly records = new Map<string, ContainerRecord>();
  /** Whether the pod has its volumes and its network. */
  hasSandbox = false;
  /** Its own, not those of its node. */
  podIPs: readonly string[] = [];
  ending: Ending | undefined;
  /** The API server has it no more. */
  isGone = false;
  isRestartingAll = false;

  /** @param pod as the API server has it; changes with it */
  constructor(public pod: Pod) {}

  /** Whether containers are to be started no more. */
  get isStopping(): boolean {
    return this.isGone || this.ending !== undefined || this.pod.metadata.deletionTimestamp !== undefined;
  }

  /** Seconds that containers have to end. */
  get graceSeconds(): number {
    if (this.isGone) return 0;
    const { metadata, spec } = this.pod;
    return this.ending?.gracePeriodSeconds ?? metadata.deletionGracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? 30;
  }

  /** A record for each container that the spec has by now. */
  addRecords(): void {
    visitContainers(this.pod.spec, ({ name = '' }, field) => {
      if (!this.records.has(name)) this.records.set(name, newRecord(name, field));
    });
  }

  /** Everything that runs, to be stopped. */
  running(): Stopping[] {
    const stopping: Stopping[] = [];
    visitContainers(this.pod.spec, (container) => {
      const record = this.records.get(container.name ?? '');
      if (record === undefined || !isRunning(record)) return;
      stopping.push({ container, record, subject: this.subjectOf(record) });
    });
    return stopping;
  }

  containerOf({ name, field }: ContainerRecord): Container | undefined {
    return this.pod.spec[field]?.find((container) => container.name === name);
  }

  /** A container as Events name it. */
  subjectOf({ name, field }: ContainerRecord): EventSubject {
    return { object: this.pod, fieldPath: `spec.${field}{${name}}` };
  }
}
