import { formatTime } from '../../apimachinery/time.js';
import type { Pod } from '../../component-helpers/pods.js';
import type { Container } from '../../schema/generated/core-v1.js';
import type { ContainerExit, RunningContainer } from '../runtime/runtime.js';
import type { ContainerRecord } from './container-record.js';
import type { PodHost } from './pod-host.js';
import type { PodState } from './pod-state.js';
import { ContainerProbes, type ProbeListener } from './probes.js';

/** What the worker of the pod does for its containers. */
export interface ContainersWorker {
  wake(): void;
  /** @param moment milliseconds since the epoch */
  wakeAt(purpose: string, moment: number): void;
  /** Stops a container that may be started again. */
  stop(container: Container, record: ContainerRecord, message: string, graceSeconds: number): Promise<void>;
}

/** A settled cluster has the ends behind it that come within so many milliseconds. */
const SOON = 30_000;

/** Watches over the containers of a pod that run: how they end, and what their probes say. */
export class ContainerWatch implements ProbeListener {
  private readonly probes = new Map<ContainerRecord, ContainerProbes>();
  /** Ends that were told beforehand, by container ID: what the runtime says of them doesn't count. */
  private readonly toldEnds = new Map<string, number>();
  private readonly givenUp = new Map<ContainerRecord, 'Startup' | 'Liveness'>();

  constructor(
    private readonly host: PodHost,
    private readonly state: PodState,
    private readonly worker: ContainersWorker,
  ) {}

  get pod(): Pod {
    return this.state.pod;
  }

  /** A container runs from now on. */
  began(record: ContainerRecord, container: Container, running: RunningContainer, exit: Promise<ContainerExit>): void {
    record.failure = undefined;
    record.running = { container: running, exit };
    this.probes.set(record, new ContainerProbes(this.host, container, record, running, this));
    this.tellEnd(container, running);
    void exit.then((how) => {
      this.ended(record, running, how);
    });
  }

  /** Kills what its probes have given up, so that it may be started again. */
  async killUnhealthy(): Promise<void> {
    const { spec } = this.pod;
    for (const [record, kind] of this.givenUp) {
      this.givenUp.delete(record);
      const container = this.state.containerOf(record);
      if (container === undefined || record.running === undefined || this.state.isStopping) continue;
      const isInit = record.field === 'initContainers';
      const probe = kind === 'Startup' ? container.startupProbe : container.livenessProbe;
      const restarts = !isInit && (container.restartPolicy ?? spec.restartPolicy) !== 'Never';
      const what = `${isInit ? 'Init container' : 'Container'} ${record.name} failed ${kind.toLowerCase()} probe`;
      const grace = probe?.terminationGracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? 30;
      await this.worker.stop(container, record, restarts ? `${what}, will be restarted` : what, grace);
      this.worker.wake();
    }
  }

  /** The pod is being stopped: nothing is killed for its health any more. */
  stopKilling(): void {
    for (const probes of this.probes.values()) probes.stopKilling();
    this.givenUp.clear();
  }

  stop(): void {
    for (const probes of this.probes.values()) probes.stop();
    this.probes.clear();
  }

  changed(): void {
    this.worker.wake();
  }

  failed(record: ContainerRecord, kind: 'Startup' | 'Liveness'): void {
    this.givenUp.set(record, kind);
    this.worker.wake();
  }

  unhealthy(record: ContainerRecord, message: string): void {
    this.host.events.warning(this.state.subjectOf(record), 'Unhealthy', message);
  }

  /** Lets a container end as its behaviour says, whatever runs in it. */
  private tellEnd(container: Container, running: RunningContainer): void {
    const { host, pod } = this;
    const ending = host.behaviours.exit(pod, container);
    if (ending === undefined) return;
    const end = (): void => {
      if (!running.running) return;
      this.toldEnds.set(running.containerId, ending.exitCode);
      running.kill('Error');
    };
    if (ending.after <= SOON) host.activity.after(host.clock, ending.after, end);
    else host.clock.after(ending.after, end);
  }

  private ended(record: ContainerRecord, { containerId }: RunningContainer, exit: ContainerExit): void {
    const { current } = record;
    if (current?.containerId !== containerId) return;
    this.probes.get(record)?.stop();
    this.probes.delete(record);
    this.givenUp.delete(record);
    record.running = undefined;
    record.started = false;
    const now = this.host.clock.now();
    const { exitCode, reason, message } = this.endOf(containerId, exit);
    const why = { exitCode, reason, ...(message === '' ? {} : { message }) };
    current.endedAt = now;
    current.terminated = { ...why, startedAt: current.startedAt, finishedAt: formatTime(now), containerID: containerId };
    this.worker.wake();
  }

  private endOf(containerId: string, exit: ContainerExit): ContainerExit {
    const exitCode = this.toldEnds.get(containerId);
    if (exitCode === undefined) return exit;
    this.toldEnds.delete(containerId);
    return { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error', message: '' };
  }
}
