import { formatDuration } from '../../apimachinery/duration.js';
import { formatTime } from '../../apimachinery/time.js';
import type { EventSubject } from '../../client/event-recorder.js';
import type { ContainerField } from '../../component-helpers/containers.js';
import type { Pod } from '../../component-helpers/pods.js';
import type { Container, EphemeralContainer } from '../../schema/generated/core-v1.js';
import { RuntimeError, type ContainerExit, type PulledImage, type RunningContainer, type Sandbox } from '../runtime/runtime.js';
import type { BackOff } from './back-off.js';
import { exitOf, type Attempt, type ContainerRecord, type StartFailure } from './container-record.js';
import { ensureImage } from './image-puller.js';
import type { Pacer } from './pacer.js';
import type { PodHost } from './pod-host.js';
import type { PodState } from './pod-state.js';
import { ContainerProbes, type ProbeListener } from './probes.js';
import { runHook } from './stop-containers.js';

/** What the worker of the pod does for its containers. */
export interface StartingWorker {
  wake(): void;
  /** @param moment milliseconds since the epoch */
  wakeAt(purpose: string, moment: number): void;
  stop(container: Container, record: ContainerRecord, message: string, graceSeconds: number): Promise<void>;
}

export interface StarterOptions {
  readonly host: PodHost;
  readonly pacer: Pacer;
  readonly backOff: BackOff;
  readonly state: PodState;
  readonly worker: StartingWorker;
}

/** Milliseconds that a lifecycle handler may take. */
const HOOK_LIMIT = 600_000;

/** A settled cluster has the ends behind it that come within so many milliseconds. */
const SOON = 30_000;

/** Milliseconds before a container that can't be made is tried again. */
const CONFIG_RETRY = 12_000;

/** Starts containers of one pod, follows how they end and asks their probes. */
export class ContainerStarter implements ProbeListener {
  private readonly probes = new Map<ContainerRecord, ContainerProbes>();
  /** Ends that were told beforehand, by container ID: what the runtime says of them doesn't count. */
  private readonly toldEnds = new Map<string, number>();
  private readonly unhealthyRecords = new Map<ContainerRecord, 'Startup' | 'Liveness'>();

  constructor(private readonly options: StarterOptions) {}

  get pod(): Pod {
    return this.options.state.pod;
  }

  /** A container as Events name it. */
  subjectOf({ name = '' }: Container, { field }: { readonly field: ContainerField }): EventSubject {
    return { object: this.options.state.pod, fieldPath: `spec.${field}{${name}}` };
  }

  /** Makes one try to start a container. False if it can't be started now; the worker is woken when it can. */
  async start(sandbox: Sandbox, container: Container | EphemeralContainer): Promise<boolean> {
    const { host, pacer, backOff, state } = this.options;
    const record = state.records.get(container.name ?? '');
    if (record === undefined || state.isStopping || this.isHeldBack(container, record)) return false;
    const subject = this.subjectOf(container, record);
    const timeline = host.timeline(state.pod);
    const outcome = await ensureImage({ host, pacer, backOff, container, subject, pullTime: timeline.pull });
    if (state.isStopping) return false;
    if (outcome.image === undefined) {
      const { failure, retryAt } = outcome;
      this.fail(record, failure, retryAt === undefined ? undefined : this.laterToShow(failure, retryAt));
      return false;
    }
    await pacer.pause(timeline.start);
    if (state.isStopping) return false;
    return await this.run(sandbox, container, record, subject, outcome.image);
  }

  /** Kills what its probes have given up, so that it may be started again. */
  async killUnhealthy(): Promise<void> {
    const { state, worker } = this.options;
    for (const [record, kind] of this.unhealthyRecords) {
      this.unhealthyRecords.delete(record);
      const container = this.containerOf(record);
      if (container === undefined || record.running === undefined || state.isStopping) continue;
      const isInit = record.field === 'initContainers';
      const probe = kind === 'Startup' ? container.startupProbe : container.livenessProbe;
      const restarts = isInit || (container.restartPolicy ?? state.pod.spec.restartPolicy) !== 'Never';
      const what = `${isInit ? 'Init container' : 'Container'} ${record.name} failed ${kind.toLowerCase()} probe`;
      const grace = probe?.terminationGracePeriodSeconds ?? state.pod.spec.terminationGracePeriodSeconds ?? 30;
      await worker.stop(container, record, restarts && !isInit ? `${what}, will be restarted` : what, grace);
      worker.wake();
    }
  }

  /** A container that runs has been given what its pod was given. */
  resized({ name, current }: ContainerRecord, { spec }: Pod): void {
    const container = [...(spec.initContainers ?? []), ...(spec.containers ?? [])].find((one) => one.name === name);
    if (current !== undefined && container !== undefined) current.resources = container.resources;
  }

  stopKilling(): void {
    for (const probes of this.probes.values()) probes.stopKilling();
    this.unhealthyRecords.clear();
  }

  stopProbes(): void {
    for (const probes of this.probes.values()) probes.stop();
    this.probes.clear();
  }

  changed(): void {
    this.options.worker.wake();
  }

  failed(record: ContainerRecord, kind: 'Startup' | 'Liveness'): void {
    this.unhealthyRecords.set(record, kind);
    this.options.worker.wake();
  }

  unhealthy(record: ContainerRecord, message: string): void {
    const container = this.containerOf(record);
    if (container !== undefined) this.options.host.events.warning(this.subjectOf(container, record), 'Unhealthy', message);
  }

  private containerOf({ name, field }: ContainerRecord): Container | undefined {
    return this.options.state.pod.spec[field]?.find((container) => container.name === name);
  }

  /** Whether a container that ended must wait before it is started again (Go: kuberuntime.doBackOff). */
  private isHeldBack({ name = '' }: Container, record: ContainerRecord): boolean {
    const { host, backOff, state, worker } = this.options;
    const end = record.current?.endedAt;
    if (exitOf(record) === undefined || end === undefined) return false;
    const now = host.clock.now();
    const until = backOff.blockedUntil(name, now, end);
    if (until === undefined) {
      backOff.next(name, now, end);
      return false;
    }
    const shown = end + host.timeline(state.pod).ended;
    if (now < shown) worker.wakeAt(`ended ${name}`, shown);
    else if (record.failure?.reason !== 'CrashLoopBackOff') this.holdBack(record, backOff.delayOf(name), until);
    return true;
  }

  private holdBack(record: ContainerRecord, delay: number, until: number): void {
    const { host, state } = this.options;
    const { name = '', namespace = '', uid = '' } = state.pod.metadata;
    const pod = `${name}_${namespace}(${uid})`;
    const container = this.containerOf(record);
    if (container !== undefined)
      host.events.warning(
        this.subjectOf(container, record),
        'BackOff',
        `Back-off restarting failed container ${record.name} in pod ${pod}`,
      );
    const text = formatDuration(delay * 1_000_000);
    const message = `back-off ${text} restarting failed container=${record.name} pod=${pod}`;
    this.fail(record, { reason: 'CrashLoopBackOff', message }, until);
  }

  /** A pull that failed shows for a moment before it shows that the next one is waited for. */
  private laterToShow({ reason }: StartFailure, retryAt: number): number {
    const { host, state } = this.options;
    return reason === 'ErrImagePull' || reason === 'RegistryUnavailable' ? retryAt + host.timeline(state.pod).ended : retryAt;
  }

  private fail(record: ContainerRecord, failure: StartFailure, retryAt: number | undefined): void {
    record.failure = failure;
    if (retryAt !== undefined) this.options.worker.wakeAt(`start ${record.name}`, retryAt);
  }

  private async run(
    sandbox: Sandbox,
    container: Container,
    record: ContainerRecord,
    subject: EventSubject,
    image: PulledImage,
  ): Promise<boolean> {
    const { host, worker } = this.options;
    let exited: (exit: ContainerExit) => void = () => undefined;
    const exit = new Promise<ContainerExit>((resolve) => (exited = resolve));
    let running: RunningContainer;
    try {
      running = await sandbox.startContainer({ container, attempt: record.attempts, onExit: exited });
    } catch (error) {
      if (!(error instanceof RuntimeError)) throw error;
      host.events.warning(subject, 'Failed', `Error: ${error.message}`);
      this.notStarted(record, container, image, error);
      return false;
    }
    host.events.normal(subject, 'Created', 'Container created');
    host.events.normal(subject, 'Started', 'Container started');
    this.began(record, container, running, image, exit);
    void exit.then((how) => {
      this.ended(record, running, how);
    });
    await this.runPostStart(container, record, subject);
    worker.wake();
    return true;
  }

  private began(
    record: ContainerRecord,
    container: Container,
    running: RunningContainer,
    image: PulledImage,
    exit: Promise<ContainerExit>,
  ): void {
    this.takeTurn(record, {
      containerId: running.containerId,
      image: image.image,
      imageId: image.imageId,
      startedAt: formatTime(this.options.host.clock.now()),
      resources: container.resources,
    });
    record.failure = undefined;
    record.running = { container: running, exit };
    this.probes.set(record, new ContainerProbes(this.options.host, container, record, running, this));
    this.tellEnd(container, running);
  }

  /** Lets a container end as its behaviour says, whatever runs in it. */
  private tellEnd(container: Container, running: RunningContainer): void {
    const { host, state } = this.options;
    const ending = host.behaviours.exit(state.pod, container);
    if (ending === undefined) return;
    const end = (): void => {
      if (!running.running) return;
      this.toldEnds.set(running.containerId, ending.exitCode);
      running.kill('Error');
    };
    if (ending.after <= SOON) host.activity.after(host.clock, ending.after, end);
    else host.clock.after(ending.after, end);
  }

  private takeTurn(record: ContainerRecord, attempt: Attempt): void {
    record.previous = exitOf(record) ?? record.previous;
    record.current = attempt;
    record.attempts++;
  }

  private ended(record: ContainerRecord, { containerId }: RunningContainer, exit: ContainerExit): void {
    const { current } = record;
    if (current?.containerId !== containerId) return;
    this.probes.get(record)?.stop();
    this.probes.delete(record);
    this.unhealthyRecords.delete(record);
    record.running = undefined;
    record.started = false;
    const now = this.options.host.clock.now();
    const { exitCode, reason, message } = this.endOf(containerId, exit);
    current.endedAt = now;
    current.terminated = {
      exitCode,
      reason,
      ...(message === '' ? {} : { message }),
      startedAt: current.startedAt,
      finishedAt: formatTime(now),
      containerID: containerId,
    };
    this.options.worker.wake();
  }

  private endOf(containerId: string, exit: ContainerExit): ContainerExit {
    const exitCode = this.toldEnds.get(containerId);
    if (exitCode === undefined) return exit;
    this.toldEnds.delete(containerId);
    return { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error', message: '' };
  }

  /** `StartError` counts as an attempt that ended at once; others leave the container as it was. */
  private notStarted(
    record: ContainerRecord,
    { resources }: Container,
    { image, imageId }: PulledImage,
    { reason, message }: RuntimeError,
  ): void {
    const { host, state, worker } = this.options;
    const now = host.clock.now();
    if (reason !== 'StartError') {
      this.fail(record, { reason, message }, now + CONFIG_RETRY);
      return;
    }
    const containerId = `containerd://${Buffer.from(host.random.bytes(32)).toString('hex')}`;
    const epoch = '1970-01-01T00:00:00Z';
    const terminated = { exitCode: 128, reason, message, startedAt: epoch, finishedAt: formatTime(now), containerID: containerId };
    this.takeTurn(record, { containerId, image, imageId, startedAt: epoch, resources, terminated, endedAt: now });
    record.failure = { reason: 'RunContainerError', message };
    worker.wakeAt(`ended ${record.name}`, now + host.timeline(state.pod).ended);
  }

  private async runPostStart(container: Container, record: ContainerRecord, subject: EventSubject): Promise<void> {
    const { host, pacer, state, worker } = this.options;
    const hook = container.lifecycle?.postStart;
    const { running } = record;
    if (hook === undefined || running === undefined) return;
    const message = await pacer.until(
      Promise.race([runHook(host, running.container, hook, HOOK_LIMIT), running.exit.then(() => undefined)]),
      HOOK_LIMIT,
    );
    if (message === undefined || record.running !== running) return;
    host.events.warning(subject, 'FailedPostStartHook', 'PostStartHook failed');
    await worker.stop(container, record, 'FailedPostStartHook', state.pod.spec.terminationGracePeriodSeconds ?? 30);
    record.failure = { reason: 'PostStartHookError', message };
  }
}
