import { formatTime } from '../../apimachinery/time.js';
import { someRuleRestartsAll } from '../../component-helpers/restarts.js';
import type { Pod } from '../../component-helpers/pods.js';
import { PODS } from '../../component-helpers/resources.js';
import type { PodCondition } from '../../schema/generated/core-v1.js';
import { ignoringLoss } from './ignoring-loss.js';
import { condition } from './pod-conditions.js';
import type { PodHost } from './pod-host.js';
import type { PodResizer } from './pod-resizer.js';
import { PREEMPTED, type PodState } from './pod-state.js';
import { podStatus } from './pod-status.js';
import { podStatusPatch } from './status-patch.js';

/** What the condition of a preempted pod says; its status says it otherwise. */
const MADE_ROOM = 'Pod was preempted by Kubelet to accommodate a critical pod.';

/** Tells the API server how a pod is (Go: kubelet/status.manager). */
export class PodReporter {
  private isWriting = false;
  /** Changes that came while the status was written; one of them is our own. */
  private seen = 0;

  constructor(
    private readonly host: PodHost,
    private readonly state: PodState,
    private readonly resizer: PodResizer,
  ) {}

  /** Called for each change of the pod; false if it may be no more than our own report. */
  isNews(): boolean {
    if (this.isWriting) this.seen++;
    return !this.isWriting;
  }

  /** Before something that takes a while, so that people see how it stands; if it takes no time, one report at the end will do. */
  async reportBefore(milliseconds: number): Promise<boolean> {
    return milliseconds > 0 && (await this.report(false));
  }

  /**
   * Writes the status if it has changed. True if somebody else has changed the pod meanwhile.
   * @param isTerminal whether nothing of the pod will run any more
   */
  async report(isTerminal: boolean): Promise<boolean> {
    const { host, state } = this;
    const { pod } = state;
    if (state.isGone) return false;
    const patch = podStatusPatch(pod.status, this.status(isTerminal));
    if (patch === undefined) return false;
    const { name = '', namespace, uid } = pod.metadata;
    const target = { resource: PODS, namespace, subresource: 'status' };
    this.isWriting = true;
    this.seen = 0;
    try {
      await ignoringLoss(host.client.patch(target, name, 'strategic', { metadata: { uid }, status: patch }));
    } finally {
      this.isWriting = false;
    }
    return this.seen > 1;
  }

  private status(isTerminal: boolean): ReturnType<typeof podStatus> {
    const { host, state } = this;
    const { pod, hasSandbox, records, ending } = state;
    const ownIPs = hasSandbox || isTerminal ? state.podIPs : [];
    return podStatus({
      pod: this.resizer.allocatedPod(pod),
      records,
      hasSandbox,
      podIPs: pod.spec.hostNetwork === true ? host.hostIPs : ownIPs,
      hostIPs: host.hostIPs,
      isTerminal,
      verdict: ending,
      further: this.furtherConditions(isTerminal),
      now: host.clock.now(),
    });
  }

  /** Conditions besides those that every pod has. */
  private furtherConditions(isTerminal: boolean): PodCondition[] {
    const { pod, ending, isRestartingAll } = this.state;
    const now = formatTime(this.host.clock.now());
    if (isTerminal && ending?.reason === 'Evicted') return [disrupted(pod, ending.message, now)];
    if (isTerminal && ending?.reason === PREEMPTED.reason) return [disrupted(pod, MADE_ROOM, now)];
    const own = isTerminal ? [] : this.resizer.conditions;
    return someRuleRestartsAll(pod.spec) ? [...own, allRestarting(pod, isRestartingAll, now)] : own;
  }
}

/** What an eviction or a preemption leaves on the pod once it has ended (KEP-3329). */
function disrupted({ status, metadata: { generation } }: Pod, message: string, now: string): PodCondition {
  const finding = { status: 'True', reason: 'TerminationByKubelet', message };
  return condition('DisruptionTarget', finding, { before: status.conditions ?? [], generation, now });
}

/** Whether all containers are being restarted (KEP-5532). */
function allRestarting({ status, metadata: { generation } }: Pod, isUnderWay: boolean, now: string): PodCondition {
  const why = { reason: 'RestartAllContainersStarted', message: 'container exited with restart policy rule' };
  const finding = isUnderWay ? { status: 'True', ...why } : { status: 'False' };
  return condition('AllContainersRestarting', finding, { before: status.conditions ?? [], generation, now });
}
