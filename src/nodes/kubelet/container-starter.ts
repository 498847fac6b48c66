import { shouldRestart } from '../../component-helpers/restarts.js';
import { formatTime } from '../../apimachinery/time.js';
import type { Container, EphemeralContainer } from '../../schema/generated/core-v1.js';
import { RuntimeError, type ContainerExit, type PulledImage, type RunningContainer, type Sandbox } from '../runtime/runtime.js';
import { BackOff } from './back-off.js';
import { exitOf, type Attempt, type ContainerRecord, type StartFailure } from './container-record.js';
import type { ContainersWorker, ContainerWatch } from './container-watch.js';
import { ensureImage, type ImageOutcome, type PullRequest } from './image-puller.js';
import type { Pacer } from './pacer.js';
import type { PodHost } from './pod-host.js';
import type { PodState } from './pod-state.js';
import { RestartBackOff } from './restart-back-off.js';
import { runHook } from './stop-containers.js';

export interface StarterOptions {
  readonly host: PodHost;
  readonly pacer: Pacer;
  readonly state: PodState;
  readonly watch: ContainerWatch;
  readonly worker: ContainersWorker;
}

/** A container that is to be started, and its image. */
interface Start {
  readonly sandbox: Sandbox;
  readonly container: Container | EphemeralContainer;
  readonly record: ContainerRecord;
  readonly image: PulledImage;
}

/** Milliseconds that a lifecycle handler may take. */
const HOOK_LIMIT = 600_000;

/** Milliseconds before a container that can't be made is tried again. */
const CONFIG_RETRY = 12_000;

const EPOCH = '1970-01-01T00:00:00Z';

/** Starts the containers of one pod (Go: kuberuntime.startContainer). */
export class ContainerStarter {
  private readonly backOff = new BackOff();
  private readonly restarts: RestartBackOff;

  constructor(private readonly options: StarterOptions) {
    this.restarts = new RestartBackOff(options.host, options.state, this.backOff);
  }

  /** Makes one try to start a container. False if it can't be started now; the worker is woken when it can. */
  async start(sandbox: Sandbox, container: Container | EphemeralContainer): Promise<boolean> {
    const { host, pacer, state } = this.options;
    const record = state.records.get(container.name ?? '');
    if (record === undefined || state.isStopping || this.isHeldBack(record)) return false;
    const timeline = host.timeline(state.pod);
    const request = { host, pacer, backOff: this.backOff, container, subject: state.subjectOf(record), pullTime: timeline.pull };
    const outcome = (await this.withoutVolume(request)) ?? (await ensureImage(request));
    if (state.isStopping) return false;
    const { image } = outcome;
    if (image === undefined) {
      this.pullFailed(record, outcome.failure, outcome.retryAt);
      return false;
    }
    await pacer.pause(timeline.start);
    return !state.isStopping && (await this.run({ sandbox, container, record, image }));
  }

  /** Why an image volume of a container can't be had, if one can't. */
  private async withoutVolume(request: PullRequest & { readonly container: Container }): Promise<ImageOutcome | undefined> {
    const { pod } = this.options.state;
    const mounted = new Set(request.container.volumeMounts?.map(({ name }) => name));
    for (const { name, image: source } of pod.spec.volumes ?? []) {
      if (source === undefined || !mounted.has(name)) continue;
      const container = { image: source.reference, imagePullPolicy: source.pullPolicy };
      const outcome = await ensureImage({ ...request, container, subject: { object: pod } });
      if (outcome.image === undefined) return outcome;
    }
    return undefined;
  }

  private isHeldBack(record: ContainerRecord): boolean {
    const held = this.restarts.check(record);
    if (held === undefined) return false;
    this.fail(record, held.failure ?? record.failure, held.until);
    return true;
  }

  /** A pull that failed shows for a moment before it shows that the next one is waited for. */
  private pullFailed(record: ContainerRecord, failure: StartFailure, retryAt: number | undefined): void {
    const { host, state } = this.options;
    const isNew = failure.reason === 'ErrImagePull' || failure.reason === 'RegistryUnavailable';
    const shown = isNew ? host.timeline(state.pod).ended : 0;
    this.fail(record, failure, retryAt === undefined ? undefined : retryAt + shown);
  }

  private fail(record: ContainerRecord, failure: StartFailure | undefined, retryAt: number | undefined): void {
    record.failure = failure;
    if (retryAt !== undefined) this.options.worker.wakeAt(`start ${record.name}`, retryAt);
  }

  private async run(start: Start): Promise<boolean> {
    const { host, state, watch, worker } = this.options;
    const { sandbox, container, record, image } = start;
    const subject = state.subjectOf(record);
    let exited: (exit: ContainerExit) => void = () => undefined;
    const exit = new Promise<ContainerExit>((resolve) => (exited = resolve));
    let running: RunningContainer;
    try {
      running = await sandbox.startContainer({ container, attempt: record.attempts, onExit: exited });
    } catch (error) {
      if (!(error instanceof RuntimeError)) throw error;
      // What doesn't start was made before.
      if (error.reason === 'StartError') host.events.normal(subject, 'Created', 'Container created');
      host.events.warning(subject, 'Failed', `Error: ${error.message}`);
      this.notStarted(start, error);
      return false;
    }
    host.events.normal(subject, 'Created', 'Container created');
    host.events.normal(subject, 'Started', 'Container started');
    const startedAt = formatTime(host.clock.now());
    takeTurn(record, { ...idsOf(running.containerId, image), startedAt, resources: container.resources, user: running.user });
    watch.began(record, container, running, exit);
    await this.runPostStart(container, record);
    worker.wake();
    return true;
  }

  /** `StartError` counts as an attempt that ended at once; others leave the container as it was. */
  private notStarted({ record, container, image }: Start, { reason, message }: RuntimeError): void {
    const { host, state, worker } = this.options;
    const now = host.clock.now();
    if (reason !== 'StartError') {
      this.fail(record, { reason, message }, now + CONFIG_RETRY);
      return;
    }
    const containerID = `containerd://${Buffer.from(host.random.bytes(32)).toString('hex')}`;
    const terminated = { exitCode: 128, reason, message, startedAt: EPOCH, finishedAt: formatTime(now), containerID };
    takeTurn(record, { ...idsOf(containerID, image), startedAt: EPOCH, resources: container.resources, terminated, endedAt: now });
    if (shouldRestart(container, state.pod.spec, terminated.exitCode))
      this.fail(record, { reason: 'RunContainerError', message }, now + host.timeline(state.pod).ended);
    else worker.wake();
  }

  private async runPostStart(container: Container, record: ContainerRecord): Promise<void> {
    const { host, pacer, state, worker } = this.options;
    const hook = container.lifecycle?.postStart;
    const { running } = record;
    if (hook === undefined || running === undefined) return;
    const over = running.exit.then(() => undefined);
    const message = await pacer.until(Promise.race([runHook(host, running.container, hook, HOOK_LIMIT), over]), HOOK_LIMIT);
    if (message === undefined || record.running !== running) return;
    host.events.warning(state.subjectOf(record), 'FailedPostStartHook', 'PostStartHook failed');
    await worker.stop(container, record, 'FailedPostStartHook', state.pod.spec.terminationGracePeriodSeconds ?? 30);
    record.failure = { reason: 'PostStartHookError', message };
  }
}

function idsOf(containerId: string, { image, imageId }: PulledImage): Pick<Attempt, 'containerId' | 'image' | 'imageId'> {
  return { containerId, image, imageId };
}

function takeTurn(record: ContainerRecord, attempt: Attempt): void {
  record.previous = exitOf(record) ?? record.previous;
  record.current = attempt;
  record.attempts++;
}
