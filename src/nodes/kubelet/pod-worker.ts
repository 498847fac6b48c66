import { isPodTerminal, type Pod } from '../../component-helpers/pods.js';
import { PODS } from '../../component-helpers/resources.js';
import type { Container } from '../../schema/generated/core-v1.js';
import { request } from '../behaviour/behaviours.js';
import type { Sandbox } from '../runtime/runtime.js';
import type { ContainerRecord } from './container-record.js';
import { ContainerStarter } from './container-starter.js';
import { ContainerWatch } from './container-watch.js';
import { ignoringLoss } from './ignoring-loss.js';
import { Pacer } from './pacer.js';
import { podActions, type PodActions } from './pod-actions.js';
import type { PodHost } from './pod-host.js';
import { PodReporter } from './pod-reporter.js';
import { PodResizer } from './pod-resizer.js';
import { PodSandbox } from './pod-sandbox.js';
import { PodState, PREEMPTED, type Ending } from './pod-state.js';
import { PodTimers } from './pod-timers.js';
import { beginAnew, restartsAll, runningRecords } from './restart-all.js';
import { stopContainers, stopWithin } from './stop-containers.js';

/** Milliseconds before work that failed for no fault of the pod is done again. */
const RETRY = 1_000;

const PAST_DEADLINE = 'Pod was active on the node longer than the specified deadline';

/**
 * Takes one pod through its life on a node (Go: kubelet.SyncPod, SyncTerminatingPod
 * and SyncTerminatedPod): one piece of work at a time, woken by whatever changes.
 * A pod that runs and isn't probed costs no timer.
 */
export class PodWorker {
  private readonly state: PodState;
  private readonly pacer: Pacer;
  private readonly timers: PodTimers;
  private readonly watch: ContainerWatch;
  private readonly starter: ContainerStarter;
  private readonly resizer: PodResizer;
  private readonly reporter: PodReporter;
  private readonly sandbox: PodSandbox;
  private stage: 'new' | 'admitted' | 'over' = 'new';
  /** What was asked for last. */
  private oomKill: string | undefined;
  private isWorking = false;
  private isWoken = false;

  constructor(
    private readonly host: PodHost,
    pod: Pod,
  ) {
    this.state = new PodState(pod);
    this.pacer = new Pacer(host.clock, host.activity, host.turns);
    this.timers = new PodTimers(host.clock);
    this.resizer = new PodResizer(host);
    this.reporter = new PodReporter(host, this.state, this.resizer);
    this.sandbox = new PodSandbox(host, this.state, (message) => {
      this.evict(message);
    });
    this.watch = new ContainerWatch(host, this.state, this);
    this.starter = new ContainerStarter({ host, pacer: this.pacer, state: this.state, watch: this.watch, worker: this });
  }

  get pod(): Pod {
    return this.state.pod;
  }

  /** Whether a resize of the pod is deferred until there is room. */
  get waitsForRoom(): boolean {
    return this.resizer.isDeferred && !this.state.isStopping;
  }

  /** The pod has changed. */
  update(pod: Pod): void {
    const before = this.state.pod;
    this.state.pod = pod;
    this.sandbox.update(pod);
    if (pod.metadata.deletionTimestamp !== undefined) this.hurry(before);
    if (this.stage === 'admitted' && pod.spec.activeDeadlineSeconds !== before.spec.activeDeadlineSeconds) this.watchDeadline();
    if (this.reporter.isNews()) this.wake();
  }

  /** The pod was deleted for good. */
  remove(): void {
    this.state.isGone = true;
    this.pacer.interrupt();
    for (const { running } of this.state.records.values()) running?.container.stop(0);
    this.wake();
  }

  /** Ends the pod: it will have failed. */
  end(ending: Ending): void {
    if (this.state.isStopping || this.stage === 'over') return;
    this.state.ending = ending;
    this.pacer.interrupt();
    this.wake();
  }

  /** Ends the pod because a critical one needs its room. */
  preempt(): void {
    if (this.state.isStopping || this.stage === 'over') return;
    this.host.events.warning(this.pod, PREEMPTED.reason, PREEMPTED.message);
    this.end(PREEMPTED);
  }

  /** Something has changed: looks what is to be done. */
  wake(): void {
    this.isWoken = true;
    if (this.isWorking) return;
    this.isWorking = true;
    void this.work();
  }

  /** Wakes the worker later; a new moment for the same purpose replaces the old one. @param moment milliseconds since the epoch */
  wakeAt(purpose: string, moment: number): void {
    this.timers.at(purpose, moment, () => {
      this.wake();
    });
  }

  /** Stops all work without a word to anybody: the cluster stops. */
  abandon(): void {
    this.state.isGone = true;
    this.timers.dropAll();
    this.watch.stop();
  }

  /** Stops one container that will be started again. */
  async stop(container: Container, record: ContainerRecord, message: string, graceSeconds: number): Promise<void> {
    const { host, state } = this;
    const stopping = { container, record, subject: state.subjectOf(record), message };
    const options = { host, grace: graceSeconds * 1000, delay: 0, runsHooks: state.hasSandbox };
    await this.pacer.until(stopContainers(state.pod.spec, [stopping], options), options.grace + RETRY);
  }

  private async work(): Promise<void> {
    while (this.isWoken) {
      this.isWoken = false;
      try {
        await this.pacer.run(() => this.sync());
      } catch (error) {
        this.host.logger.error(`kubelet ${this.host.nodeName}: pod ${this.pod.metadata.name ?? ''}`, error);
        if (!this.state.isGone) this.wakeAt('retry', this.host.clock.now() + RETRY);
      }
    }
    this.isWorking = false;
  }

  private async sync(): Promise<void> {
    if (this.stage === 'new' && !this.state.isStopping) this.admit();
    if (this.stage === 'over') {
      await this.finish();
      return;
    }
    this.obeyRequests();
    if (this.state.isStopping) await this.terminate();
    else await this.progress();
  }

  private admit(): void {
    const { pod } = this;
    if (isPodTerminal(pod)) {
      this.stage = 'over';
      return;
    }
    const refusal = this.host.admit(pod);
    if (refusal !== undefined) {
      this.host.events.warning(pod, refusal.reason, refusal.message);
      this.state.ending = { reason: refusal.reason, message: `Pod was rejected: ${refusal.message}` };
      return;
    }
    this.stage = 'admitted';
    this.resizer.admitted(pod);
    this.watchDeadline();
  }

  /** What the pod's annotations ask to happen to it. */
  private obeyRequests(): void {
    const { pod, records, isStopping } = this.state;
    const oom = request(pod, 'oom-kill');
    if (oom !== this.oomKill) {
      this.oomKill = oom;
      for (const { name, running } of records.values()) if (oom === name || oom === '*') running?.container.kill('OOMKilled');
    }
    const message = request(pod, 'evict');
    if (message !== undefined && !isStopping) this.evict(message);
  }

  /** Ends the pod at once for the node's sake (Go: eviction.evictPod). */
  private evict(message: string): void {
    if (this.state.isStopping || this.stage === 'over') return;
    this.host.events.warning(this.pod, 'Evicted', message);
    this.end({ reason: 'Evicted', message, gracePeriodSeconds: 0 });
  }

  private watchDeadline(): void {
    const { spec, status } = this.pod;
    const seconds = spec.activeDeadlineSeconds;
    if (seconds === undefined) {
      this.timers.drop('deadline');
      return;
    }
    const since = status.startTime == null ? this.host.clock.now() : Date.parse(status.startTime);
    this.timers.at('deadline', since + seconds * 1000, () => {
      this.host.events.normal(this.pod, 'DeadlineExceeded', PAST_DEADLINE);
      this.end({ reason: 'DeadlineExceeded', message: PAST_DEADLINE });
    });
  }

  /** Gets what is still missing and starts what is to run. */
  private async progress(): Promise<void> {
    const { state, host } = this;
    state.addRecords();
    await this.reportBefore(host.timeline(this.pod).sandbox);
    const sandbox = await this.prepare();
    if (sandbox === undefined || state.isStopping) return;
    if (restartsAll(this.pod.spec, state.records)) await this.restartAll();
    const actions = podActions(this.resizer.allocatedPod(this.pod).spec, state.records);
    if (actions.isOver) {
      await this.terminate();
      return;
    }
    await this.reportBefore(host.timeline(this.pod).start);
    await this.startInit(sandbox, actions);
    await this.watch.killUnhealthy();
    await this.resize();
    for (const container of actions.containers) await this.starter.start(sandbox, container);
    if (!state.isStopping) await this.report(false);
  }

  /** An init container that can't be started holds up what follows; a sidecar doesn't. */
  private async startInit(sandbox: Sandbox, { ephemeral, init }: PodActions): Promise<void> {
    for (const container of ephemeral) await this.starter.start(sandbox, container);
    for (const container of init) {
      const isStarted = await this.starter.start(sandbox, container);
      if (!isStarted && container.restartPolicy !== 'Always') return;
    }
  }

  /** Volumes, addresses, network. Undefined if the volumes aren't there yet. */
  private async prepare(): Promise<Sandbox | undefined> {
    const { state, host } = this;
    const prepared = await this.sandbox.prepare();
    if (typeof prepared === 'number') {
      await this.report(false);
      this.wakeAt('mount', prepared);
      return undefined;
    }
    if (state.hasSandbox) return prepared;
    const { sandbox, pull } = host.timeline(this.pod);
    await this.pacer.pause(sandbox);
    state.hasSandbox = true;
    await this.reportBefore(pull);
    return prepared;
  }

  /** Stops what runs; then all containers are started anew, init containers first. */
  private async restartAll(): Promise<void> {
    const { state } = this;
    state.isRestartingAll = true;
    await this.report(false);
    for (const { running } of runningRecords(state.records)) {
      if (running === undefined) continue;
      running.container.kill('Error');
      await this.pacer.until(running.exit, RETRY);
    }
    beginAnew(state.records);
    await this.reportBefore(this.host.timeline(this.pod).start);
    state.isRestartingAll = false;
  }

  /** Brings what runs to the resources that the spec asks for by now. */
  private async resize(): Promise<void> {
    const { pod, records, graceSeconds } = this.state;
    this.resizer.allocate(pod);
    const resizes = this.resizer.toResize(pod, records);
    if (resizes.length === 0) {
      this.resizer.completed(pod);
      return;
    }
    const { start } = this.host.timeline(pod);
    await this.reportBefore(start);
    await this.pacer.pause(start);
    for (const { container, record, resources, restarts } of resizes) {
      if (restarts) await this.stop(container, record, `Container ${record.name} resize requires restart`, graceSeconds);
      else if (record.current !== undefined) {
        record.current.resources = resources;
        record.running?.container.resize(resources);
      }
    }
    this.isWoken = true;
  }

  /** Stops everything that runs; then the pod is over. */
  private async terminate(): Promise<void> {
    const { host, state } = this;
    if (this.stage === 'admitted') state.addRecords();
    this.watch.stopKilling();
    const stopping = state.running();
    if (stopping.length > 0) {
      await this.report(false);
      const grace = state.graceSeconds * 1000;
      const delay = state.isGone ? 0 : host.timeline(this.pod).stop;
      const options = { host, grace, delay, runsHooks: state.hasSandbox && !state.isGone };
      await this.pacer.until(stopContainers(this.pod.spec, stopping, options), grace + delay + RETRY);
    }
    this.watch.stop();
    this.timers.dropAll();
    this.sandbox.stop();
    this.stage = 'over';
    host.ended(this.pod);
    await this.report(true);
    await this.finish();
  }

  /** Somebody deletes the pod, or wants it gone sooner than before. */
  private hurry({ metadata: before }: Pod): void {
    this.pacer.interrupt();
    const grace = this.pod.metadata.deletionGracePeriodSeconds;
    if (before.deletionTimestamp === undefined || grace === undefined || grace >= (before.deletionGracePeriodSeconds ?? 0)) return;
    for (const { running } of this.state.records.values())
      if (running !== undefined) stopWithin(this.host, running.container, grace * 1000);
  }

  /** After the end: the API server may forget the pod once somebody has deleted it; what is left here goes with it. */
  private async finish(): Promise<void> {
    const { host, state } = this;
    const { name = '', namespace, uid = '', deletionTimestamp } = this.pod.metadata;
    if (!state.isGone && deletionTimestamp !== undefined) {
      const options = { gracePeriodSeconds: 0, preconditions: { uid } };
      await ignoringLoss(host.client.delete({ resource: PODS, namespace }, name, options));
    }
    if (!state.isGone) return;
    this.sandbox.remove();
    host.forget(this.pod);
  }

  private async report(isTerminal: boolean): Promise<void> {
    if (await this.reporter.report(isTerminal)) this.isWoken = true;
  }

  private async reportBefore(milliseconds: number): Promise<void> {
    if (await this.reporter.reportBefore(milliseconds)) this.isWoken = true;
  }
}
