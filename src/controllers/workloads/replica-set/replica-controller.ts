import type { GroupVersionKind, GroupVersionResource } from '../../../apimachinery/group-version.js';
import type { LabelSelector } from '../../../apimachinery/label-selector.js';
import type { ComponentContext } from '../../../client/component-context.js';
import { keyOf, splitKey, type Informer } from '../../../client/informer.js';
import type { WorkQueue } from '../../../client/work-queue.js';
import {
  BY_CONTROLLER,
  claimObjects,
  controllerIndex,
  controllerOf,
  isControlledBy,
  newControllerRef,
} from '../../../component-helpers/controller-ref.js';
import { isPodActive, isPodTerminating, nextPodAvailability, type Pod } from '../../../component-helpers/pods.js';
import { PODS } from '../../../component-helpers/resources.js';
import { checkLater } from '../common/delays.js';
import { Owned } from '../common/owned.js';
import { isNamespaceTerminating, PodControl, podFromTemplate } from '../common/pod-control.js';
import { slowStart } from '../common/slow-start.js';
import { equalStatus, updateStatus } from '../common/status.js';
import { podsToDelete } from './ranking.js';
import { replicaSetStatus, type ReplicaSet } from './replica-set-status.js';

/** Pods that are made or deleted in one go (Go: replicaset.BurstReplicas). */
const BURST = 500;

/** What differs between replica sets and replication controllers. */
export interface ReplicaKind {
  readonly kind: GroupVersionKind;
  /** Who says it in Events. */
  readonly component: string;
  readonly resource: GroupVersionResource;
  readonly selectorOf: (owner: ReplicaSet) => LabelSelector;
  /** Whether the status tells how many pods are being deleted. */
  readonly countsTerminating: boolean;
}

/** Keeps as many pods as a replica set, or a replication controller, asks for (Go: pkg/controller/replicaset). */
export class ReplicaController {
  private readonly owners: Informer<ReplicaSet>;
  private readonly pods: Informer<Pod>;
  private readonly owned: Owned<ReplicaSet, Pod>;
  private readonly queue: WorkQueue;
  private readonly podControl: PodControl;

  constructor(
    private readonly context: ComponentContext,
    private readonly options: ReplicaKind,
  ) {
    const { informers, client } = context;
    this.podControl = new PodControl(client, context.recorder(options.component));
    this.queue = context.queue((key) => this.sync(key), { isPatient: true });
    this.owners = informers.of<ReplicaSet>(options.resource).addIndex(BY_CONTROLLER, controllerIndex);
    this.pods = informers.of<Pod>(PODS);
    const enqueue = (owner: ReplicaSet): void => {
      this.queue.add(keyOf(owner));
    };
    this.owners.addHandler({ added: enqueue, updated: enqueue });
    this.owned = new Owned({
      owners: this.owners,
      ownerKind: options.kind.kind,
      children: this.pods,
      selectorOf: options.selectorOf,
      enqueue,
    });
  }

  private async sync(key: string): Promise<void> {
    const { namespace, name } = splitKey(key);
    const owner = this.owners.get(namespace, name);
    if (owner === undefined) return;
    const selector = this.options.selectorOf(owner);
    const all = this.owned.withOrphans(owner);
    const active = await this.claim(owner, selector, all.filter(isPodActive));
    const failure = owner.metadata.deletionTimestamp === undefined ? await this.manage(owner, active) : undefined;
    const terminating = this.options.countsTerminating
      ? all.filter((pod) => isPodTerminating(pod) && isControlledBy(pod, owner) && selector.matches(pod.metadata.labels)).length
      : undefined;
    await this.report(owner, active, terminating, failure);
    if (failure !== undefined) throw failure as Error;
    const wait = nextPodAvailability(active, owner.spec.minReadySeconds ?? 0, this.context.clock.now());
    if (wait !== undefined) checkLater(this.queue, key, wait);
  }

  private claim(owner: ReplicaSet, selector: LabelSelector, pods: readonly Pod[]): Promise<Pod[]> {
    const { kind, resource } = this.options;
    const { client } = this.context;
    return claimObjects({ client, resource: PODS, owner, ownerKind: kind, ownerResource: resource, selector }, pods);
  }

  /** Makes what is missing, deletes what is too much. Returns the first failure. */
  private async manage(owner: ReplicaSet, active: readonly Pod[]): Promise<unknown> {
    const surplus = active.length - (owner.spec.replicas ?? 1);
    if (surplus < 0) {
      const reference = newControllerRef(owner, this.options.kind);
      const { error } = await slowStart(Math.min(-surplus, BURST), async () => {
        try {
          await this.podControl.create(owner, podFromTemplate(owner.spec.template, owner, reference));
        } catch (cause) {
          if (!isNamespaceTerminating(cause)) throw cause;
        }
      });
      return error;
    }
    let failure: unknown;
    if (surplus > 0) {
      const chosen = podsToDelete(active, this.relatedPods(owner), Math.min(surplus, BURST), this.context.clock.now());
      for (const pod of chosen) {
        try {
          await this.podControl.delete(owner, pod);
        } catch (error) {
          failure ??= error;
        }
      }
    }
    return failure;
  }

  /** Pods of all replica sets of the same deployment (Go: getIndirectlyRelatedPods). */
  private relatedPods(owner: ReplicaSet): readonly Pod[] {
    const controller = controllerOf(owner);
    if (controller === undefined) return [];
    const selectors = this.owners.byIndex(BY_CONTROLLER, controller.uid).map((sibling) => this.options.selectorOf(sibling));
    return this.pods
      .list(owner.metadata.namespace)
      .filter(({ metadata }) => selectors.some((selector) => selector.matches(metadata.labels)));
  }

  private async report(owner: ReplicaSet, active: readonly Pod[], terminating: number | undefined, failure: unknown): Promise<void> {
    const { generation } = owner.metadata;
    const status = replicaSetStatus(owner, { active, terminating, failure, now: this.context.clock.now() });
    if (equalStatus(status, owner.status, ['terminatingReplicas']) && generation === owner.status.observedGeneration) return;
    await updateStatus(this.context.client, this.options.resource, owner, { ...status, observedGeneration: generation });
  }
}
