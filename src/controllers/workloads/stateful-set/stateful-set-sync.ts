import type { Pod } from '../../../component-helpers/pods.js';
import { slowStart } from '../common/slow-start.js';
import type { SetRevisions } from './set-revisions.js';
import { applyRevision } from './set-revisions.js';
import { countPods, isCreated, isRunningAndReady, isTerminating, isUnavailable } from './set-status.js';
import { hasIdentity, hasStorage, revisionOf, versionedPod, type Versions } from './stateful-pod.js';
import type { StatefulPodControl } from './stateful-pod-control.js';
import { isInRange, isParallel, ordinalOf, replicasOf, startOrdinal, type StatefulSet, type StatefulSetStatus } from './types.js';

export interface SetOutcome {
  readonly status: StatefulSetStatus;
  /** What kept a pod from being made, mended or deleted. */
  readonly failure: unknown;
}

/** One look at one stateful set: the next steps with its pods, and the status that comes of them (Go: updateStatefulSet). */
export class StatefulSetSync {
  private readonly versions: Versions;
  private readonly replicas: readonly Pod[];
  private readonly condemned: readonly Pod[];
  private readonly firstUnavailable: Pod | undefined;
  private readonly mustWait: boolean;

  constructor(
    private readonly podControl: StatefulPodControl,
    private readonly set: StatefulSet,
    private readonly revisions: SetRevisions,
    private readonly pods: readonly Pod[],
    private readonly now: number,
  ) {
    const { current, update } = revisions;
    this.versions = {
      current: applyRevision(set, current),
      currentName: current.metadata.name ?? '',
      update: applyRevision(set, update),
      updateName: update.metadata.name ?? '',
    };
    const byOrdinal = new Map(pods.filter((pod) => isInRange(pod, set)).map((pod) => [ordinalOf(pod), pod]));
    this.replicas = Array.from({ length: replicasOf(set) }, (_, place) => {
      const ordinal = startOrdinal(set) + place;
      return byOrdinal.get(ordinal) ?? versionedPod(this.versions, ordinal);
    });
    this.condemned = pods.filter((pod) => !isInRange(pod, set) && ordinalOf(pod) >= 0).sort((a, b) => ordinalOf(b) - ordinalOf(a));
    this.firstUnavailable = [...this.replicas, ...[...this.condemned].reverse()].find((pod) => this.isUnavailable(pod));
    this.mustWait = !isParallel(set);
  }

  async run(): Promise<SetOutcome> {
    if (this.set.metadata.deletionTimestamp !== undefined) return { status: this.status(this.pods), failure: undefined };
    let failure: unknown;
    let isDone = false;
    try {
      isDone =
        (await this.forAll(this.replicas, (pod) => this.keep(pod))) &&
        (await this.forAll(this.condemned, (pod) => this.fixClaims(pod))) &&
        (await this.forAll(this.condemned, (pod) => this.condemn(pod)));
    } catch (error) {
      failure = error;
    }
    const status = this.status([...this.replicas, ...this.condemned]);
    if (failure !== undefined || !isDone || this.set.spec.updateStrategy.type === 'OnDelete') return { status, failure };
    return await this.roll(status);
  }

  private isUnavailable(pod: Pod): boolean {
    return isUnavailable(pod, this.set.spec.minReadySeconds ?? 0, this.now);
  }

  private status(pods: readonly Pod[]): StatefulSetStatus {
    return {
      ...countPods(this.set, pods, this.versions, this.now),
      observedGeneration: this.set.metadata.generation,
      currentRevision: this.versions.currentName,
      updateRevision: this.versions.updateName,
      collisionCount: this.revisions.collisionCount,
    };
  }

  /**
   * In order, until one says that the others must wait; or all at once. Returns
   * whether none had to wait.
   */
  private async forAll(pods: readonly Pod[], step: (pod: Pod) => Promise<boolean>): Promise<boolean> {
    if (this.mustWait) {
      for (const pod of pods) if (!(await step(pod))) return false;
      return true;
    }
    const { error } = await slowStart(pods.length, async (index) => {
      const pod = pods[index];
      if (pod !== undefined) await step(pod);
    });
    if (error !== undefined) throw error as Error;
    return true;
  }

  /** A pod that is wanted. Returns whether the next one may follow (Go: processReplica). */
  private async keep(pod: Pod): Promise<boolean> {
    const { set, podControl } = this;
    const { phase } = pod.status;
    if (phase === 'Failed' || phase === 'Succeeded') {
      if (!isTerminating(pod)) await podControl.delete(set, pod);
      return false;
    }
    if (!isCreated(pod)) {
      if (podControl.hasStaleClaims(set, pod)) return false;
      await podControl.create(set, pod);
      if (this.mustWait) return false;
    }
    if (phase === 'Pending') await podControl.createMissingClaims(set, pod);
    if (this.mustWait && (!isRunningAndReady(pod) || this.isUnavailable(pod))) return false;
    const isRight = hasIdentity(set, pod) && hasStorage(set, pod) && podControl.haveRightOwners(this.versions.update, pod);
    if (!isRight) await podControl.update(this.versions.update, pod);
    return true;
  }

  private async fixClaims(pod: Pod): Promise<boolean> {
    if (!this.podControl.haveRightOwners(this.versions.update, pod)) await this.podControl.fixClaims(this.versions.update, pod);
    return true;
  }

  /** A pod beyond those wanted. Returns whether the next one may follow (Go: processCondemned). */
  private async condemn(pod: Pod): Promise<boolean> {
    if (isTerminating(pod)) return !this.mustWait;
    const isWaiting = !isRunningAndReady(pod) || this.isUnavailable(pod);
    if (this.mustWait && isWaiting && pod !== this.firstUnavailable) return false;
    await this.podControl.delete(this.set, pod);
    return false;
  }

  /** Takes away the last pod that isn't of the new revision, once those after it serve. */
  private async roll(status: StatefulSetStatus): Promise<SetOutcome> {
    const { partition = 0 } = this.set.spec.updateStrategy.rollingUpdate ?? {};
    for (const pod of this.replicas.slice(partition).reverse()) {
      if (revisionOf(pod) !== this.versions.updateName && !isTerminating(pod)) {
        try {
          await this.podControl.delete(this.set, pod);
        } catch (failure) {
          return { status, failure };
        }
        return { status: { ...status, currentReplicas: (status.currentReplicas ?? 0) - 1 }, failure: undefined };
      }
      if (this.isUnavailable(pod)) break;
    }
    return { status, failure: undefined };
  }
}
