import type { Cancel, Clock } from '../../apimachinery/clock.js';
import type { Typed } from '../../client/client.js';
import type { Pod } from '../../schema/generated/core-v1.js';
import { concerns, type ClusterEvent, type EventOfInterest } from '../cluster-event.js';
import { PodInfo } from '../pod-info.js';
import { PodHeap } from './pod-heap.js';
import { backoffEnd, isBefore, type QueuedPod } from './queued-pod.js';

/** Milliseconds after which a pod is tried again although nothing has happened. */
const LONGEST_WAIT = 300_000;

export interface SchedulingQueueOptions {
  readonly clock: Clock;
  /** What the plugins want to hear of, by plugin. */
  readonly interests: ReadonlyMap<string, readonly EventOfInterest[]>;
  /** Whether a pod must wait whatever happens: scheduling gates, a preemption under way. */
  readonly isBlocked: (pod: PodInfo) => boolean;
  /** Called when there is a pod to be popped. */
  readonly onReady: () => void;
}

/**
 * Pods that wait to be scheduled (Go: scheduler/backend/queue). Ready ones come
 * out by priority and age; those that plugins turned away wait until something
 * happens that may change a plugin's mind; those whose attempt failed rest a while.
 */
export class SchedulingQueue {
  private readonly active = new PodHeap(isBefore);
  /** Worth another try, but tried not long ago: they come after all that are active. */
  private readonly backoff = new PodHeap((a, b) => backoffEnd(a) < backoffEnd(b) || (backoffEnd(a) === backoffEnd(b) && isBefore(a, b)));
  private readonly unschedulable = new Map<string, QueuedPod>();
  private readonly timers = new Map<string, Cancel>();
  private flushTimer: Cancel | undefined;
  private order = 0;

  constructor(private readonly options: SchedulingQueueOptions) {}

  /** How many pods can be popped. */
  get ready(): number {
    return this.active.size + this.backoff.size;
  }

  /** How many wait for something to happen. */
  get waiting(): number {
    return this.unschedulable.size;
  }

  add(pod: Typed<Pod>): void {
    const info = new PodInfo(pod);
    this.activate({ info, queuedAt: this.options.clock.now(), order: this.order++, rejections: 0, errors: 0, rejectedBy: NOBODY });
  }

  pop(): QueuedPod | undefined {
    return this.active.pop() ?? this.backoff.pop();
  }

  /** A pod has changed that isn't on a node yet. */
  update(now: Typed<Pod>, events: readonly ClusterEvent[]): void {
    const uid = now.metadata.uid ?? '';
    const info = new PodInfo(now);
    for (const heap of [this.active, this.backoff]) {
      const queued = heap.get(uid);
      if (queued === undefined) continue;
      queued.info = info;
      heap.moved(uid);
      return;
    }
    const queued = this.unschedulable.get(uid);
    if (queued === undefined) {
      if (!this.timers.has(uid)) this.add(now);
      return;
    }
    queued.info = info;
    // A mere `Update` is what telling it that it can't be scheduled does.
    if (events.some((event) => event.action !== 'Update' && this.mayHelp(queued, event))) this.requeue(queued);
  }

  delete(uid: string): void {
    this.active.delete(uid);
    this.backoff.delete(uid);
    this.unschedulable.delete(uid);
    this.timers.get(uid)?.();
    this.timers.delete(uid);
  }

  has(uid: string): boolean {
    return this.unschedulable.has(uid) || this.timers.has(uid) || this.active.get(uid) !== undefined || this.backoff.get(uid) !== undefined;
  }

  /** Plugins have turned the pod away; without plugins, anything that happens is a reason to try again. */
  addRejected(queued: QueuedPod, rejectedBy: ReadonlySet<string>): void {
    this.renew(queued, rejectedBy);
    queued.rejections++;
    queued.errors = 0;
    this.wait(queued);
  }

  /** An attempt has failed; the pod is tried again after a while. */
  addFailed(queued: QueuedPod): void {
    this.renew(queued, NOBODY);
    queued.errors++;
    const { clock } = this.options;
    const { uid } = queued.info;
    const cancel = clock.after(backoffEnd(queued) - clock.now(), () => {
      this.timers.delete(uid);
      this.activate(queued);
    });
    this.timers.set(uid, cancel);
  }

  /** Tries all pods again that the event may help. */
  moveAll(event: ClusterEvent): void {
    if (this.unschedulable.size === 0) return;
    const plugins = this.interested(event);
    for (const queued of [...this.unschedulable.values()])
      if (queued.rejectedBy.size === 0 || isWorthIt(queued, event, plugins)) this.requeue(queued);
  }

  /** Tries the pod again at once, if it waits. */
  activateNow(uid: string): void {
    const queued = this.unschedulable.get(uid);
    if (queued === undefined) return;
    this.unschedulable.delete(uid);
    this.activate(queued);
  }

  stop(): void {
    for (const cancel of this.timers.values()) cancel();
    this.timers.clear();
    this.flushTimer?.();
  }

  private mayHelp(queued: QueuedPod, event: ClusterEvent): boolean {
    return queued.rejectedBy.size === 0 || isWorthIt(queued, event, this.interested(event));
  }

  private interested(event: ClusterEvent): readonly Interest[] {
    const found: Interest[] = [];
    for (const [plugin, interests] of this.options.interests)
      for (const { hint, ...interest } of interests) if (concerns(interest, event)) found.push({ plugin, hint });
    return found;
  }

  private renew(queued: QueuedPod, rejectedBy: ReadonlySet<string>): void {
    queued.queuedAt = this.options.clock.now();
    queued.order = this.order++;
    queued.rejectedBy = rejectedBy;
  }

  private wait(queued: QueuedPod): void {
    this.unschedulable.set(queued.info.uid, queued);
    this.armFlush();
  }

  private requeue(queued: QueuedPod): void {
    if (this.options.isBlocked(queued.info)) return;
    this.unschedulable.delete(queued.info.uid);
    if (backoffEnd(queued) <= this.options.clock.now()) {
      this.activate(queued);
      return;
    }
    this.backoff.add(queued);
    this.options.onReady();
  }

  private activate(queued: QueuedPod): void {
    if (this.options.isBlocked(queued.info)) {
      // Gates are what it waits for, not plugins; `update` lets it go on.
      queued.rejectedBy = NOBODY;
      this.unschedulable.set(queued.info.uid, queued);
      return;
    }
    this.active.add(queued);
    this.options.onReady();
  }

  private armFlush(): void {
    if (this.flushTimer !== undefined) return;
    this.flushTimer = this.options.clock.after(LONGEST_WAIT, () => {
      this.flushTimer = undefined;
      const due = this.options.clock.now() - LONGEST_WAIT;
      for (const queued of [...this.unschedulable.values()]) if (queued.queuedAt <= due) this.requeue(queued);
      if (this.unschedulable.size > 0) this.armFlush();
    });
  }
}

interface Interest {
  readonly plugin: string;
  readonly hint: EventOfInterest['hint'];
}

function isWorthIt({ rejectedBy, info }: QueuedPod, event: ClusterEvent, interests: readonly Interest[]): boolean {
  return interests.some(({ plugin, hint }) => rejectedBy.has(plugin) && hint?.(info, event) !== false);
}

const NOBODY: ReadonlySet<string> = new Set();
