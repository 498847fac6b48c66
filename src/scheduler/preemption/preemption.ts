import type { ComponentContext } from '../../client/component-context.js';
import type { Typed } from '../../client/client.js';
import type { EventsRecorder } from '../../client/events-recorder.js';
import type { Lister } from '../../client/informer.js';
import { PODS } from '../../component-helpers/resources.js';
import { isStatus } from '../../apimachinery/status.js';
import type { Pod } from '../../schema/generated/core-v1.js';
import type { PodDisruptionBudget } from '../../schema/generated/policy-v1.js';
import type { SchedulerCache } from '../cache.js';
import { Diagnosis } from '../diagnosis.js';
import type { NodeInfo } from '../node-info.js';
import type { PodFilter } from '../pod-filter.js';
import type { PodInfo } from '../pod-info.js';
import { patchStatus } from '../pod-status.js';
import { Rejection } from '../rejection.js';
import { pickCandidate, type Candidate } from './pick-candidate.js';
import { selectVictims } from './victims.js';

const NAME = 'DefaultPreemption';
const NOT_HELPFUL = Rejection.unresolvable(NAME, 'Preemption is not helpful for scheduling');

/** How many nodes are tried: a tenth, but at least a hundred. */
const LEAST_CANDIDATES = 100;

export interface PreemptionOptions {
  readonly context: ComponentContext;
  readonly cache: SchedulerCache;
  readonly pods: Lister<Typed<Pod>>;
  readonly budgets: Lister<Typed<PodDisruptionBudget>>;
  readonly recorder: EventsRecorder;
  readonly nominatedOn: (nodeName: string) => readonly PodInfo[];
  /** Called with pods whose preemption has failed. */
  readonly onFailure: (uid: string) => void;
}

/** What came of an attempt: a node to be nominated (empty: none any more; undefined: as before), or why not. */
export interface PreemptionResult {
  readonly nominatedNodeName: string | undefined;
  readonly message: string;
}

/** Makes room for a pod by deleting less important ones (Go: defaultpreemption). */
export class Preemption {
  /** Preemptors whose victims are being deleted, with the key of the last victim once it is its turn. */
  private readonly running = new Map<string, PodInfo | undefined>();

  constructor(private readonly options: PreemptionOptions) {}

  /** Whether the pod had better wait for its own preemption. */
  isRunning(uid: string): boolean {
    if (!this.running.has(uid)) return false;
    const last = this.running.get(uid);
    if (last === undefined) return true;
    const pod = this.options.pods.get(last.namespace, last.name);
    return pod !== undefined && pod.metadata.deletionTimestamp === undefined;
  }

  /** @param filter undefined if the pod can go to no node whatever goes away */
  tryFor(pod: PodInfo, filter: PodFilter | undefined, diagnosis: Diagnosis): PreemptionResult {
    const reason = this.ineligible(pod, diagnosis);
    if (reason !== undefined) return { nominatedNodeName: undefined, message: reason };
    const now = this.options.context.clock.now();
    const found = this.findCandidates(filter, diagnosis, now);
    if (found instanceof Diagnosis) return { nominatedNodeName: '', message: found.message };
    const best = pickCandidate(found, now);
    if (best === undefined) return { nominatedNodeName: undefined, message: 'no candidate node for preemption' };
    this.makeRoom(pod, best);
    return { nominatedNodeName: best.node.name, message: '' };
  }

  private ineligible(pod: PodInfo, diagnosis: Diagnosis): string | undefined {
    const { spec, status } = pod.pod;
    if (spec.preemptionPolicy === 'Never') return 'not eligible due to preemptionPolicy=Never.';
    const node = this.options.cache.node(status.nominatedNodeName ?? '');
    if (node === undefined || diagnosis.of(node)?.code === 'UnschedulableAndUnresolvable') return undefined;
    for (const other of node.pods.values())
      if (other.priority < pod.priority && isBeingPreempted(other.pod))
        return 'not eligible due to a terminating pod on the nominated node.';
    return undefined;
  }

  private findCandidates(filter: PodFilter | undefined, diagnosis: Diagnosis, now: number): readonly Candidate[] | Diagnosis {
    const { cache, budgets, context } = this.options;
    const potential = cache.nodes.filter((node) => diagnosis.of(node)?.code === 'Unschedulable');
    const failed = new Diagnosis(cache.nodes.length);
    failed.elsewhere = NOT_HELPFUL;
    if (filter === undefined || potential.length === 0) return failed;
    const enough = Math.max(Math.trunc(potential.length / 10), LEAST_CANDIDATES);
    const offset = context.random.int(potential.length);
    const candidates: Candidate[] = [];
    let hasHarmless = false;
    for (let i = 0; i < potential.length && !(hasHarmless && candidates.length >= enough); i++) {
      const node = potential[(offset + i) % potential.length];
      if (node === undefined) continue;
      const victims = selectVictims(filter, node, budgets.list(), now);
      if (victims instanceof Rejection) failed.reject(node, victims);
      else if (victims.pods.length > 0) {
        candidates.push({ node, victims });
        hasHarmless ||= victims.violations === 0;
      }
    }
    return candidates.length === 0 ? failed : candidates;
  }

  /** Deletes the victims; the preemptor is tried again when the last of them has gone. */
  private makeRoom(preemptor: PodInfo, { node, victims }: Candidate): void {
    const { context } = this.options;
    const living = victims.pods.filter(({ pod }) => pod.metadata.deletionTimestamp === undefined);
    if (living.length === 0) return;
    this.running.set(preemptor.uid, undefined);
    void context.activity.run(async () => {
      let hasFailed = false;
      try {
        await this.clearNominations(preemptor, node);
        for (const [i, victim] of living.entries()) {
          if (i === living.length - 1) this.running.set(preemptor.uid, victim);
          await this.preempt(victim, preemptor, node);
        }
      } catch (error) {
        hasFailed = true;
        context.logger.error(`preemption for ${preemptor.namespace}/${preemptor.name} failed`, error);
      }
      this.running.delete(preemptor.uid);
      if (hasFailed) this.options.onFailure(preemptor.uid);
    });
  }

  /** Less important pods that were to have room there must look elsewhere. */
  private async clearNominations(preemptor: PodInfo, node: NodeInfo): Promise<void> {
    const { context, nominatedOn } = this.options;
    for (const { pod, priority } of nominatedOn(node.name))
      if (priority < preemptor.priority) await patchStatus(context.client, pod, { nominatedNodeName: '' }, context.clock.now());
  }

  private async preempt({ pod: victim }: PodInfo, preemptor: PodInfo, node: NodeInfo): Promise<void> {
    const { context, recorder } = this.options;
    const { namespace, name = '' } = victim.metadata;
    const condition = {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'PreemptionByScheduler',
      message: `${preemptor.pod.spec.schedulerName ?? ''}: preempting to accommodate a higher priority pod`,
    };
    try {
      await patchStatus(context.client, victim, { condition }, context.clock.now());
      await context.client.delete({ resource: PODS, namespace }, name);
    } catch (error) {
      if (isStatus(error, 'NotFound')) return;
      throw error;
    }
    const note = `Preempted by pod ${preemptor.uid} on node ${node.name}`;
    recorder.record(victim, { type: 'Normal', reason: 'Preempted', action: 'Preempting', note });
  }
}

function isBeingPreempted({ metadata, status }: Typed<Pod>): boolean {
  if (metadata.deletionTimestamp === undefined) return false;
  const condition = status.conditions?.find(({ type }) => type === 'DisruptionTarget');
  return condition?.status === 'True' && condition.reason === 'PreemptionByScheduler';
}
