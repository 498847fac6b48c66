import { nextTurn } from '../client/activity.js';
import type { ComponentContext } from '../client/component-context.js';
import type { Typed } from '../client/client.js';
import { EventsRecorder } from '../client/events-recorder.js';
import type { Informer } from '../client/informer.js';
import { POD_DISRUPTION_BUDGETS, PODS } from '../component-helpers/resources.js';
import type { Binding, Pod } from '../schema/generated/core-v1.js';
import type { PodDisruptionBudget } from '../schema/generated/policy-v1.js';
import { SchedulingAlgorithm } from './algorithm.js';
import { SchedulerCache } from './cache.js';
import type { Diagnosis } from './diagnosis.js';
import type { NodeInfo } from './node-info.js';
import type { WhileIdle } from './plugin.js';
import type { PodFilter } from './pod-filter.js';
import { PodInfo } from './pod-info.js';
import { patchStatus } from './pod-status.js';
import { NAME as DEVICES } from './plugins/devices/dynamic-resources.js';
import { taintToleration } from './plugins/taint-toleration.js';
import { Preemption } from './preemption/preemption.js';
import { defaultProfile } from './profile.js';
import { Nominator } from './queue/nominator.js';
import type { QueuedPod } from './queue/queued-pod.js';
import { SchedulingQueue } from './queue/scheduling-queue.js';

export const SCHEDULER_NAME = 'default-scheduler';

/** Pods that are placed in a row before others have the event loop. */
const TURN = 16;

const STILL_NOT = 'still not schedulable';
const NO_NODES = 'no nodes available to schedule pods';
/** Whose interests tell when it is worth trying again: a node comes that the pod tolerates. */
const WITHOUT_NODES: ReadonlySet<string> = new Set([taintToleration.name]);

/** Places one pod after the other, and binds each without waiting for it (Go: scheduler.Scheduler). */
export class Scheduler {
  readonly cache = new SchedulerCache();
  readonly nominator = new Nominator();
  readonly queue: SchedulingQueue;
  readonly pods: Informer<Typed<Pod>>;
  private readonly recorder: EventsRecorder;
  private readonly algorithm: SchedulingAlgorithm;
  private readonly preemption: Preemption;
  private isRunning = false;

  constructor(private readonly context: ComponentContext) {
    const { client, clock, logger, activity, random, informers } = context;
    const { cache } = this;
    const nominatedOn = (nodeName: string): readonly PodInfo[] => this.nominator.on(nodeName);
    this.pods = informers.of<Typed<Pod>>(PODS);
    this.recorder = new EventsRecorder({
      client,
      clock,
      logger,
      activity,
      reportingController: SCHEDULER_NAME,
      reportingInstance: `${SCHEDULER_NAME}-kube-master`,
    });
    const { filters, scores, isWaiting } = defaultProfile(cache, context);
    this.algorithm = new SchedulingAlgorithm({ cache, random, filters, scores, nominatedOn });
    this.preemption = new Preemption({
      context,
      cache,
      pods: this.pods,
      budgets: informers.of<Typed<PodDisruptionBudget>>(POD_DISRUPTION_BUDGETS),
      recorder: this.recorder,
      nominatedOn,
      onFailure: (uid) => {
        this.queue.activateNow(uid);
      },
    });
    this.queue = new SchedulingQueue({
      clock,
      interests: new Map(filters.map(({ name, events }) => [name, events])),
      isBlocked: ({ uid, pod }) => (pod.spec.schedulingGates ?? []).length > 0 || isWaiting(pod) || this.preemption.isRunning(uid),
      onReady: () => {
        this.run();
      },
    });
    context.onStop(() => {
      this.queue.stop();
    });
  }

  private run(): void {
    if (this.isRunning || this.context.stopped) return;
    this.isRunning = true;
    void this.context.activity.run(() => this.placeAll());
  }

  private async placeAll(): Promise<void> {
    // Whoever brings the pods says all that it has to say, about nodes for instance.
    await nextTurn();
    let done = 0;
    for (let next = this.queue.pop(); next !== undefined && !this.context.stopped; next = this.queue.pop()) {
      this.place(next);
      if (++done % TURN === 0) await nextTurn();
    }
    this.isRunning = false;
  }

  /** One scheduling cycle: synchronous, so that nothing changes meanwhile. */
  private place(queued: QueuedPod): void {
    const { info } = queued;
    const { pod, namespace, name } = info;
    if (pod.metadata.deletionTimestamp !== undefined) {
      this.recordFailure(pod, `skip schedule deleting pod: ${namespace}/${name}`);
      return;
    }
    try {
      if (this.cache.nodes.length === 0) this.reject(queued, NO_NODES, WITHOUT_NODES, '');
      else this.decide(queued);
    } catch (error) {
      this.fail(queued, error);
    }
  }

  private decide(queued: QueuedPod): void {
    const decision = this.algorithm.decide(queued.info);
    if (decision.node === undefined) {
      const nominatedNodeName = this.makeRoom(queued.info, decision.filter, decision.diagnosis);
      this.reject(queued, decision.diagnosis.message, decision.diagnosis.plugins, nominatedNodeName);
      return;
    }
    const { node, filter } = decision;
    this.cache.assume(queued.info, node.name);
    this.nominator.delete(queued.info.uid);
    const rejection = filter.reserve(node);
    if (rejection === undefined) {
      void this.bind(queued, node, filter);
      return;
    }
    this.cache.forget(queued.info.uid);
    this.reject(queued, `0/1 nodes are available: 1 ${rejection.message}.`, new Set([rejection.plugin]), '');
  }

  /** Tries preemption; returns the node to be nominated, empty for none, undefined for what it was (Go: RunPostFilterPlugins). */
  private makeRoom(pod: PodInfo, filter: PodFilter | undefined, diagnosis: Diagnosis): string | undefined {
    if (filter === undefined && diagnosis.everywhere?.plugin !== DEVICES) {
      // What the real one says when it has nothing prepared for claims.
      diagnosis.postFilterMessage = 'not found';
      return undefined;
    }
    const { nominatedNodeName, message } = this.preemption.tryFor(pod, filter, diagnosis);
    const ofClaims = filter !== undefined && pod.pod.spec.resourceClaims !== undefined ? STILL_NOT : 'no new claims to deallocate';
    if (message !== '') diagnosis.postFilterMessage = `${ofClaims}, preemption: ${message}`;
    return nominatedNodeName;
  }

  private async bind(queued: QueuedPod, node: NodeInfo, filter: PodFilter): Promise<void> {
    const { activity } = this.context;
    let end = activity.begin();
    const whileIdle: WhileIdle = async (wait) => {
      end();
      try {
        await wait;
      } finally {
        end = activity.begin();
      }
    };
    try {
      await this.tryBind(queued.info, node, filter, whileIdle);
    } catch (error) {
      this.giveUp(queued, node, filter, error);
    } finally {
      end();
    }
  }

  private async tryBind(info: PodInfo, node: NodeInfo, filter: PodFilter, whileIdle: WhileIdle): Promise<void> {
    const { clock, client } = this.context;
    if (filter.needsPreBind(node)) {
      await patchStatus(client, this.current(info) ?? info.pod, { nominatedNodeName: node.name }, clock.now());
      await filter.preBind(node, whileIdle);
    }
    await client.create({ resource: PODS, namespace: info.namespace, subresource: 'binding' }, bindingOf(info, node.name), {}, info.name);
    const note = `Successfully assigned ${info.namespace}/${info.name} to ${node.name}`;
    this.recorder.record(info.pod, { type: 'Normal', reason: 'Scheduled', action: 'Binding', note });
  }

  private giveUp(queued: QueuedPod, node: NodeInfo, filter: PodFilter, error: unknown): void {
    const { info } = queued;
    this.cache.forget(info.uid);
    filter.unreserve(node);
    this.queue.moveAll({ resource: 'Pod', action: 'Delete', old: { ...info.pod, spec: { ...info.pod.spec, nodeName: node.name } } });
    this.fail(queued, error);
  }

  /** The pod waits until something happens that may help. */
  private reject(queued: QueuedPod, message: string, plugins: ReadonlySet<string>, nominatedNodeName: string | undefined): void {
    const pod = this.stillWaiting(queued);
    if (pod === undefined) return;
    this.queue.addRejected(queued, plugins);
    this.tell(queued.info, 'Unschedulable', message, nominatedNodeName);
  }

  /** Something went wrong: the pod is tried again after a while. */
  private fail(queued: QueuedPod, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.context.logger.info(`${this.context.identity.name}: ${queued.info.namespace}/${queued.info.name}: ${message}`);
    if (this.context.stopped || this.stillWaiting(queued) === undefined) return;
    this.queue.addFailed(queued);
    this.tell(queued.info, 'SchedulerError', message, '');
  }

  private tell(info: PodInfo, reason: string, message: string, nominatedNodeName: string | undefined): void {
    const { client, clock, activity, logger } = this.context;
    if (nominatedNodeName !== undefined) this.nominator.set(info, nominatedNodeName);
    this.recordFailure(info.pod, message);
    const condition = { type: 'PodScheduled', status: 'False', reason, message };
    void activity.run(async () => {
      try {
        await patchStatus(client, info.pod, { condition, nominatedNodeName }, clock.now());
      } catch (error) {
        logger.info(`can't tell that ${info.namespace}/${info.name} is not scheduled`, { error: String(error) });
      }
    });
  }

  private recordFailure(pod: Typed<Pod>, note: string): void {
    this.recorder.record(pod, { type: 'Warning', reason: 'FailedScheduling', action: 'Scheduling', note });
  }

  /** Brings the queued pod up to date; undefined if it has gone, or has a node by now. */
  private stillWaiting(queued: QueuedPod): Typed<Pod> | undefined {
    const pod = this.current(queued.info);
    if (pod === undefined || pod.spec.nodeName) return undefined;
    if (pod !== queued.info.pod) queued.info = new PodInfo(pod);
    return pod;
  }

  private current({ namespace, name, uid }: PodInfo): Typed<Pod> | undefined {
    const pod = this.pods.get(namespace, name);
    return pod?.metadata.uid === uid ? pod : undefined;
  }
}

function bindingOf({ namespace, name, uid }: PodInfo, nodeName: string): Typed<Binding> {
  return { apiVersion: 'v1', kind: 'Binding', metadata: { name, namespace, uid }, target: { kind: 'Node', name: nodeName } };
}
