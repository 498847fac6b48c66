import type { Cancel } from '../../apimachinery/clock.js';
import { visitContainers } from '../../component-helpers/containers.js';
import { isPodTerminal, type Pod } from '../../component-helpers/pods.js';
import { someRuleRestartsAll } from '../../component-helpers/restarts.js';
import { PODS } from '../../component-helpers/resources.js';
import { formatTime } from '../../apimachinery/time.js';
import type { Container, PodCondition } from '../../schema/generated/core-v1.js';
import { RuntimeError, type Sandbox } from '../runtime/runtime.js';
import { request } from '../behaviour/behaviours.js';
import { BackOff } from './back-off.js';
import { ContainerStarter } from './container-starter.js';
import { isRunning, newRecord, type ContainerRecord } from './container-record.js';
import { Pacer } from './pacer.js';
import { podActions } from './pod-actions.js';
import { condition } from './pod-conditions.js';
import type { PodHost } from './pod-host.js';
import { PodResizer } from './pod-resizer.js';
import { beginAnew, restartsAll, runningRecords } from './restart-all.js';
import { podStatus, type Verdict } from './pod-status.js';
import { podStatusPatch } from './status-patch.js';
import { stopContainers, type Stopping } from './stop-containers.js';

/** Milliseconds before a failed mount is tried again; doubles up to the longest (Go: exponentialbackoff of volumes). */
const FIRST_MOUNT_RETRY = 500;
const LONGEST_MOUNT_RETRY = 122_000;

/** Milliseconds before work that failed for no fault of the pod is done again. */
const RETRY = 1_000;

/** How a pod is to be ended from outside. */
export interface Ending extends Verdict {
  /** Seconds; default: the pod's own. */
  readonly gracePeriodSeconds?: number | undefined;
}

/**
 * Takes one pod through its life on a node (Go: kubelet.SyncPod, SyncTerminatingPod
 * and SyncTerminatedPod): one piece of work at a time, woken by whatever changes.
 * A pod that runs and isn't probed costs no timer.
 */
export class PodWorker {
  readonly records = new Map<string, ContainerRecord>();
  private readonly pacer: Pacer;
  private readonly backOff = new BackOff();
  private readonly starter: ContainerStarter;
  private readonly resizer: PodResizer;
  private readonly timers = new Map<string, Cancel>();
  private stage: 'new' | 'admitted' | 'over' = 'new';
  private sandbox: Sandbox | undefined;
  private hasSandbox = false;
  private podIPs: readonly string[] = [];
  private mountRetry = FIRST_MOUNT_RETRY;
  private ending: Ending | undefined;
  /** The API server has it no more. */
  private isGone = false;
  private isRestartingAll = false;
  /** What was asked for last. */
  private oomKill: string | undefined;
  private isWorking = false;
  private isWoken = false;
  private isWriting = false;
  /** Changes that came while the status was written; one of them is our own. */
  private seen = 0;

  constructor(
    private readonly host: PodHost,
    private current: Pod,
  ) {
    this.pacer = new Pacer(host.clock, host.activity, host.turns);
    this.resizer = new PodResizer(host);
    this.starter = new ContainerStarter({ host, pacer: this.pacer, backOff: this.backOff, worker: this });
  }

  get pod(): Pod {
    return this.current;
  }

  /** Whether a resize of the pod is deferred until there is room. */
  get waitsForRoom(): boolean {
    return this.resizer.isDeferred && !this.isStopping;
  }

  /** Whether containers are to be started no more. */
  get isStopping(): boolean {
    return this.isGone || this.ending !== undefined || this.current.metadata.deletionTimestamp !== undefined;
  }

  /** The pod has changed. */
  update(pod: Pod): void {
    const before = this.current;
    this.current = pod;
    this.sandbox?.update(pod);
    if (pod.metadata.deletionTimestamp !== undefined) this.hurry(before);
    if (this.isWriting) this.seen++;
    else this.wake();
  }

  /** The pod was deleted for good. */
  remove(): void {
    this.isGone = true;
    this.pacer.interrupt();
    for (const { running } of this.records.values()) running?.container.stop(0);
    this.wake();
  }

  /** Ends the pod: it will have failed. */
  end(ending: Ending): void {
    if (this.isStopping || this.stage === 'over') return;
    this.ending = ending;
    this.pacer.interrupt();
    this.wake();
  }

  /** Something has changed: looks what is to be done. */
  wake(): void {
    this.isWoken = true;
    if (this.isWorking) return;
    this.isWorking = true;
    void this.work();
  }

  /** Wakes the worker later; a new moment for the same purpose replaces the old one. */
  wakeAt(purpose: string, moment: number): void {
    this.timers.get(purpose)?.();
    const cancel = this.host.clock.after(Math.max(0, moment - this.host.clock.now()), () => {
      this.timers.delete(purpose);
      this.wake();
    });
    this.timers.set(purpose, cancel);
  }

  /** Stops all work without a word to anybody: the cluster stops. */
  abandon(): void {
    this.isGone = true;
    this.dropTimers();
    this.starter.stopProbes();
  }

  /** Stops one container that will be started again. */
  async stop(container: Container, record: ContainerRecord, message: string, graceSeconds: number): Promise<void> {
    const { host } = this;
    const stopping: Stopping = { container, record, subject: this.starter.subjectOf(container, record), message };
    const options = { host, grace: graceSeconds * 1000, delay: 0, runsHooks: this.hasSandbox };
    await this.pacer.until(stopContainers(this.current.spec, [stopping], options), options.grace + RETRY);
  }

  private async work(): Promise<void> {
    while (this.isWoken) {
      this.isWoken = false;
      try {
        await this.pacer.run(() => this.sync());
      } catch (error) {
        this.host.logger.error(`kubelet ${this.host.nodeName}: pod ${this.current.metadata.name ?? ''}`, error);
        if (!this.isGone) this.wakeAt('retry', this.host.clock.now() + RETRY);
      }
    }
    this.isWorking = false;
  }

  private async sync(): Promise<void> {
    if (this.stage === 'over') {
      await this.finish();
      return;
    }
    if (this.stage === 'new' && !this.isStopping && !(await this.admit())) return;
    this.obeyRequests();
    if (this.isStopping) await this.terminate();
    else await this.progress();
  }

  private async admit(): Promise<boolean> {
    if (isPodTerminal(this.current)) {
      this.stage = 'over';
      return false;
    }
    const refusal = this.host.admit(this.current);
    if (refusal === undefined) {
      this.stage = 'admitted';
      this.resizer.admitted(this.current);
      this.watchDeadline();
    } else {
      this.host.events.warning(this.current, refusal.reason, refusal.message);
      this.ending = { reason: refusal.reason, message: `Pod was rejected: ${refusal.message}` };
    }
    return true;
  }

  /** What the pod's annotations ask to happen to it. */
  private obeyRequests(): void {
    const oom = request(this.current, 'oom-kill');
    if (oom !== this.oomKill) {
      this.oomKill = oom;
      for (const { name, running } of this.records.values()) if (oom === name || oom === '*') running?.container.kill('OOMKilled');
    }
    const message = request(this.current, 'evict');
    if (message === undefined || this.isStopping) return;
    this.host.events.warning(this.current, 'Evicted', message);
    this.ending = { reason: 'Evicted', message, gracePeriodSeconds: 0 };
  }

  private watchDeadline(): void {
    const { spec, status } = this.current;
    const seconds = spec.activeDeadlineSeconds;
    if (seconds === undefined) return;
    const since = status.startTime == null ? this.host.clock.now() : Date.parse(status.startTime);
    const cancel = this.host.clock.after(Math.max(0, since + seconds * 1000 - this.host.clock.now()), () => {
      const message = 'Pod was active on the node longer than the specified deadline';
      this.host.events.normal(this.current, 'DeadlineExceeded', message);
      this.end({ reason: 'DeadlineExceeded', message });
    });
    this.timers.set('deadline', cancel);
  }

  /** Gets what is still missing and starts what is to run. */
  private async progress(): Promise<void> {
    this.addRecords();
    await this.reportBeforePause(this.host.timeline(this.current).sandbox);
    const sandbox = await this.prepare();
    if (sandbox === undefined || this.isStopping) return;
    if (restartsAll(this.current.spec, this.records)) await this.restartAll();
    const actions = podActions(this.resizer.allocatedPod(this.current).spec, this.records);
    if (actions.isOver) {
      await this.terminate();
      return;
    }
    await this.reportBeforePause(this.host.timeline(this.current).start);
    for (const container of actions.ephemeral) await this.starter.start(sandbox, container);
    for (const container of actions.init)
      if (!(await this.starter.start(sandbox, container)) && container.restartPolicy !== 'Always') break;
    await this.starter.killUnhealthy();
    await this.resize();
    for (const container of actions.containers) await this.starter.start(sandbox, container);
    if (!this.isStopping) await this.report(false);
  }

  /** Stops what runs; then all containers are started anew, init containers first. */
  private async restartAll(): Promise<void> {
    this.isRestartingAll = true;
    await this.report(false);
    for (const { running } of runningRecords(this.records)) {
      running?.container.kill('Error');
      if (running !== undefined) await this.pacer.until(running.exit, RETRY);
    }
    beginAnew(this.records);
    await this.reportBeforePause(this.host.timeline(this.current).start);
    this.isRestartingAll = false;
  }

  /** Conditions besides those that every pod has. */
  private furtherConditions(isTerminal: boolean): PodCondition[] {
    const { current: pod, ending } = this;
    const now = this.host.clock.now();
    if (isTerminal && ending?.reason === 'Evicted') return [evicted(pod, ending.message, now)];
    const own = isTerminal ? [] : this.resizer.conditions;
    return someRuleRestartsAll(pod.spec) ? [...own, allRestarting(pod, this.isRestartingAll, now)] : own;
  }

  /** Brings what runs to the resources that the spec asks for by now. */
  private async resize(): Promise<void> {
    this.resizer.allocate(this.current);
    const resizes = this.resizer.toResize(this.current, this.records);
    if (resizes.length === 0) {
      this.resizer.completed(this.current);
      return;
    }
    const { start } = this.host.timeline(this.current);
    await this.reportBeforePause(start);
    await this.pacer.pause(start);
    for (const { container, record, restarts } of resizes) {
      if (restarts) await this.stop(container, record, `Container ${record.name} resize requires restart`, this.graceSeconds());
      else this.starter.resized(record, this.resizer.allocatedPod(this.current));
    }
    this.isWoken = true;
  }

  /** A record for each container that the spec has by now. */
  private addRecords(): void {
    visitContainers(this.current.spec, ({ name = '' }, field) => {
      if (!this.records.has(name)) this.records.set(name, newRecord(name, field));
    });
  }

  /** Volumes, addresses, network. Undefined if the volumes aren't there yet. */
  private async prepare(): Promise<Sandbox | undefined> {
    if (this.hasSandbox) return this.sandbox;
    const { host } = this;
    const isOnHost = this.current.spec.hostNetwork === true;
    if (this.sandbox === undefined) {
      if (!isOnHost) this.podIPs = host.takeAddresses();
      const podIPs = isOnHost ? host.hostIPs : this.podIPs;
      this.sandbox = host.runtime.createSandbox({ pod: this.current, nodeName: host.nodeName, podIPs, hostIPs: host.hostIPs });
    }
    try {
      await this.sandbox.mountVolumes();
    } catch (error) {
      if (!(error instanceof RuntimeError)) throw error;
      await this.mountFailed(error);
      return undefined;
    }
    await this.pacer.pause(host.timeline(this.current).sandbox);
    this.hasSandbox = true;
    await this.reportBeforePause(host.timeline(this.current).pull);
    return this.sandbox;
  }

  private async mountFailed({ reason, message }: RuntimeError): Promise<void> {
    this.host.events.warning(this.current, reason, message);
    await this.report(false);
    this.wakeAt('mount', this.host.clock.now() + this.mountRetry);
    this.mountRetry = Math.min(2 * this.mountRetry, LONGEST_MOUNT_RETRY);
  }

  /** Stops everything that runs; then the pod is over. */
  private async terminate(): Promise<void> {
    const { host } = this;
    if (this.stage === 'admitted') this.addRecords();
    this.starter.stopKilling();
    const stopping = this.running();
    if (stopping.length > 0) {
      if (!this.isGone) await this.report(false);
      const grace = this.graceSeconds() * 1000;
      const delay = this.isGone ? 0 : host.timeline(this.current).stop;
      const options = { host, grace, delay, runsHooks: this.hasSandbox && !this.isGone };
      await this.pacer.until(stopContainers(this.current.spec, stopping, options), grace + delay + RETRY);
    }
    this.starter.stopProbes();
    this.dropTimers();
    this.hasSandbox = false;
    this.stage = 'over';
    host.releaseAddresses(this.podIPs);
    host.ended(this.current);
    if (!this.isGone) await this.report(true);
    await this.finish();
  }

  private running(): Stopping[] {
    const stopping: Stopping[] = [];
    visitContainers(this.current.spec, (container) => {
      const record = this.records.get(container.name ?? '');
      if (record !== undefined && isRunning(record))
        stopping.push({ container, record, subject: this.starter.subjectOf(container, record) });
    });
    return stopping;
  }

  /** Seconds that containers have to end. */
  private graceSeconds(): number {
    if (this.isGone) return 0;
    const { metadata, spec } = this.current;
    return this.ending?.gracePeriodSeconds ?? metadata.deletionGracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? 30;
  }

  /** Somebody deletes the pod, or wants it gone sooner than before. */
  private hurry({ metadata: before }: Pod): void {
    this.pacer.interrupt();
    const grace = this.current.metadata.deletionGracePeriodSeconds;
    if (before.deletionTimestamp === undefined || grace === undefined || grace >= (before.deletionGracePeriodSeconds ?? 0)) return;
    for (const { running } of this.records.values()) running?.container.stop(grace * 1000);
  }

  /** After the end: the API server may forget the pod once somebody has deleted it; what is left here goes with it. */
  private async finish(): Promise<void> {
    if (!this.isGone && this.current.metadata.deletionTimestamp !== undefined) {
      const { name = '', namespace, uid = '' } = this.current.metadata;
      await ignoring(
        [404, 409],
        this.host.client.delete({ resource: PODS, namespace }, name, { gracePeriodSeconds: 0, preconditions: { uid } }),
      );
    }
    if (!this.isGone) return;
    this.sandbox?.remove();
    this.sandbox = undefined;
    this.host.forget(this.current);
  }

  /** What comes takes a moment: people shall see how it stands. Otherwise one report at the end will do. */
  private async reportBeforePause(milliseconds: number): Promise<void> {
    if (milliseconds > 0) await this.report(false);
  }

  /** Writes the status if it has changed. */
  private async report(isTerminal: boolean): Promise<void> {
    const { host, current: pod } = this;
    if (this.isGone) return;
    const verdict = this.ending;
    const podIPs = pod.spec.hostNetwork === true ? host.hostIPs : this.hasSandbox || isTerminal ? this.podIPs : [];
    const status = podStatus({
      pod: this.resizer.allocatedPod(pod),
      records: this.records,
      hasSandbox: this.hasSandbox,
      podIPs,
      hostIPs: host.hostIPs,
      isTerminal,
      verdict,
      further: this.furtherConditions(isTerminal),
      now: host.clock.now(),
    });
    const patch = podStatusPatch(pod.status, status);
    if (patch === undefined) return;
    const { name = '', namespace, uid } = pod.metadata;
    this.isWriting = true;
    this.seen = 0;
    try {
      await ignoring(
        [404, 409],
        host.client.patch({ resource: PODS, namespace, subresource: 'status' }, name, 'strategic', { metadata: { uid }, status: patch }),
      );
    } finally {
      this.isWriting = false;
      if (this.seen > 1) this.isWoken = true;
    }
  }

  private dropTimers(): void {
    for (const cancel of this.timers.values()) cancel();
    this.timers.clear();
  }
}

/** What an eviction leaves on the pod once it has ended (KEP-3329). @param now milliseconds since the epoch */
function evicted({ status, metadata: { generation } }: Pod, message: string, now: number): PodCondition {
  const finding = { status: 'True', reason: 'TerminationByKubelet', message };
  return condition('DisruptionTarget', finding, { before: status.conditions ?? [], generation, now: formatTime(now) });
}

/** Whether all containers are being restarted (KEP-5532). @param now milliseconds since the epoch */
function allRestarting({ status, metadata: { generation } }: Pod, isUnderWay: boolean, now: number): PodCondition {
  const why = { reason: 'RestartAllContainersStarted', message: 'container exited with restart policy rule' };
  const finding = isUnderWay ? { status: 'True', ...why } : { status: 'False' };
  return condition('AllContainersRestarting', finding, { before: status.conditions ?? [], generation, now: formatTime(now) });
}

/** Waits for a write that may be refused because the object is gone or another one has its name. */
async function ignoring(codes: readonly number[], write: Promise<unknown>): Promise<void> {
  try {
    await write;
  } catch (error) {
    if (!codes.includes((error as { status?: { code?: number } }).status?.code ?? 0)) throw error;
  }
}
