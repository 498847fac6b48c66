import { isStatus } from '../../../apimachinery/status.js';
import type { Client, WriteOptions } from '../../../client/client.js';
import type { EventRecorder } from '../../../client/event-recorder.js';
import type { Lister } from '../../../client/informer.js';
import type { Clock } from '../../../apimachinery/clock.js';
import { isControlledBy, newControllerRef } from '../../../component-helpers/controller-ref.js';
import { podTemplateHash } from '../../../component-helpers/pod-template-hash.js';
import { DEPLOYMENTS, REPLICA_SETS } from '../../../component-helpers/resources.js';
import { isNamespaceTerminating, messageOf } from '../common/pod-control.js';
import { equalStatus, findCondition } from '../common/status.js';
import { lacks, maxRevision, replicaSetAnnotations, REVISION } from './annotations.js';
import { deploymentStatus, hasProgressDeadline, newCondition, PROGRESSING, rolloutStatus, withCondition } from './deployment-status.js';
import { equalTemplates, partition, POD_TEMPLATE_HASH } from './replica-sets.js';
import { nextSize, sizeAnnotations } from './sizes.js';
import { wanted, type Deployment, type DeploymentStatus, type ReplicaSet, type ReplicaSets } from './types.js';

export const DEPLOYMENT_KIND = { group: 'apps', version: 'v1', kind: 'Deployment' } as const;

/** The longest name that a replica set can have. */
const LONGEST_NAME = 253;

export interface DeploymentTools {
  readonly client: Client;
  readonly recorder: EventRecorder;
  readonly clock: Clock;
  readonly replicaSets: Lister<ReplicaSet>;
}

/**
 * One look at one deployment: its own copy of it, and the writes that all kinds
 * of rollouts need. The copy follows what was written.
 */
export class DeploymentSync {
  constructor(
    private readonly tools: DeploymentTools,
    public deployment: Deployment,
  ) {}

  get now(): number {
    return this.tools.clock.now();
  }

  /**
   * The replica sets, the current one with its revision and annotations up to
   * date (Go: getAllReplicaSetsAndSyncRevision).
   * @param create whether a missing current one is made
   */
  async replicaSets(owned: readonly ReplicaSet[], create: boolean): Promise<ReplicaSets> {
    const { current, old } = partition(this.deployment, owned);
    const revision = maxRevision(old) + 1n;
    if (current !== undefined) return { current: await this.syncCurrent(current, revision), old };
    return { current: create ? await this.createCurrent(old, revision) : undefined, old };
  }

  private async syncCurrent(current: ReplicaSet, revision: bigint): Promise<ReplicaSet> {
    const { deployment } = this;
    const { minReadySeconds } = deployment.spec;
    const annotations = replicaSetAnnotations(deployment, current.metadata.annotations, revision);
    if (lacks(current, annotations) || (current.spec.minReadySeconds ?? 0) !== (minReadySeconds ?? 0)) {
      return await this.updateReplicaSet({
        ...current,
        metadata: { ...current.metadata, annotations },
        spec: { ...current.spec, minReadySeconds },
      });
    }
    const isRevisionNew = this.setRevision(annotations[REVISION] ?? '');
    const isFound = hasProgressDeadline(deployment) && findCondition(deployment.status.conditions, PROGRESSING) === undefined;
    if (isFound) this.setProgressing('True', 'FoundNewReplicaSet', `Found new replica set "${current.metadata.name ?? ''}"`);
    if (isRevisionNew || isFound) await this.writeStatus(this.deployment.status);
    return current;
  }

  private async createCurrent(old: readonly ReplicaSet[], revision: bigint): Promise<ReplicaSet> {
    const made = this.newReplicaSet(old, revision);
    const { name = '', namespace } = made.metadata;
    let created: ReplicaSet;
    let isNew = true;
    try {
      created = await this.tools.client.create({ resource: REPLICA_SETS, namespace }, made);
    } catch (error) {
      if (isStatus(error, 'AlreadyExists')) {
        created = await this.resolveCollision(name, error);
        isNew = false;
      } else {
        if (!isNamespaceTerminating(error)) await this.reportCreateError(name, error);
        throw error;
      }
    }
    if (isNew && wanted(made) > 0) this.recordScaling('up', created, 0, wanted(made));
    const isRevisionNew = this.setRevision(String(revision));
    const isReported = isNew && hasProgressDeadline(this.deployment);
    if (isReported) this.setProgressing('True', 'NewReplicaSetCreated', `Created new replica set "${created.metadata.name ?? ''}"`);
    if (isRevisionNew || isReported) await this.writeStatus(this.deployment.status);
    return created;
  }

  private newReplicaSet(old: readonly ReplicaSet[], revision: bigint): ReplicaSet {
    const { metadata, spec, status } = this.deployment;
    const hash = podTemplateHash(spec.template, status.collisionCount);
    const labels = { ...spec.template.metadata.labels, [POD_TEMPLATE_HASH]: hash };
    return {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: {
        name: `${(metadata.name ?? '').slice(0, LONGEST_NAME - 1 - hash.length)}-${hash}`,
        namespace: metadata.namespace,
        ownerReferences: [newControllerRef(this.deployment, DEPLOYMENT_KIND)],
        labels,
        annotations: { ...replicaSetAnnotations(this.deployment, undefined, revision), ...sizeAnnotations(this.deployment) },
      },
      spec: {
        replicas: nextSize(this.deployment, old, 0),
        minReadySeconds: spec.minReadySeconds,
        selector: { ...spec.selector, matchLabels: { ...spec.selector?.matchLabels, [POD_TEMPLATE_HASH]: hash } },
        template: { ...spec.template, metadata: { ...spec.template.metadata, labels } },
      },
      status: {},
    };
  }

  /** There is a replica set of the name: it is ours after all, or else the hash must change. Throws then. */
  private async resolveCollision(name: string, error: unknown): Promise<ReplicaSet> {
    const { deployment } = this;
    const found = this.tools.replicaSets.get(deployment.metadata.namespace ?? '', name);
    if (found === undefined) throw error;
    if (isControlledBy(found, deployment) && equalTemplates(deployment.spec.template, found.spec.template)) return found;
    await this.writeStatus({ ...deployment.status, collisionCount: (deployment.status.collisionCount ?? 0) + 1 });
    throw error;
  }

  private async reportCreateError(name: string, error: unknown): Promise<void> {
    const message = `Failed to create new replica set "${name}": ${messageOf(error)}`;
    if (hasProgressDeadline(this.deployment)) {
      this.setProgressing('False', 'ReplicaSetCreateError', message);
      await this.writeStatus(this.deployment.status).catch(() => undefined);
    }
    this.tools.recorder.warning(this.deployment, 'ReplicaSetCreateError', message);
  }

  /**
   * Gives a replica set another size, and notes for which size of the deployment
   * (Go: scaleReplicaSet). Returns the replica set, and whether its size changed.
   */
  async scale(replicaSet: ReplicaSet, size: number): Promise<{ readonly scaled: boolean; readonly replicaSet: ReplicaSet }> {
    const before = wanted(replicaSet);
    const annotations = sizeAnnotations(this.deployment);
    if (before === size && !lacks(replicaSet, annotations)) return { scaled: false, replicaSet };
    const { metadata, spec } = replicaSet;
    const updated = await this.updateReplicaSet({
      ...replicaSet,
      metadata: { ...metadata, annotations: { ...metadata.annotations, ...annotations } },
      spec: { ...spec, replicas: size },
    });
    if (before === size) return { scaled: false, replicaSet: updated };
    this.recordScaling(before < size ? 'up' : 'down', updated, before, size);
    return { scaled: true, replicaSet: updated };
  }

  /** `scale`, if the size is another one. */
  async scaleTo(replicaSet: ReplicaSet, size: number): Promise<{ readonly scaled: boolean; readonly replicaSet: ReplicaSet }> {
    return wanted(replicaSet) === size ? { scaled: false, replicaSet } : await this.scale(replicaSet, size);
  }

  private recordScaling(direction: 'up' | 'down', { metadata: { name = '' } }: ReplicaSet, from: number, to: number): void {
    const message = `Scaled ${direction} replica set ${name} from ${String(from)} to ${String(to)}`;
    this.tools.recorder.normal(this.deployment, 'ScalingReplicaSet', message);
  }

  warn(reason: string, message: string): void {
    this.tools.recorder.warning(this.deployment, reason, message);
  }

  note(reason: string, message: string): void {
    this.tools.recorder.normal(this.deployment, reason, message);
  }

  /** Writes counts and availability, if they changed. */
  async reportStatus(replicaSets: ReplicaSets): Promise<void> {
    await this.writeIfChanged(deploymentStatus(this.deployment, replicaSets, this.now));
  }

  /** Writes the status of a rollout, if it changed. Returns whether it did. */
  async reportRollout(replicaSets: ReplicaSets): Promise<boolean> {
    return await this.writeIfChanged(rolloutStatus(this.deployment, replicaSets, this.now));
  }

  private async writeIfChanged(status: DeploymentStatus): Promise<boolean> {
    if (equalStatus(status, this.deployment.status, ['terminatingReplicas', 'collisionCount'])) return false;
    await this.writeStatus(status);
    return true;
  }

  /** Writes the status, and annotations of the copy with it. */
  async writeStatus(status: DeploymentStatus): Promise<void> {
    this.deployment = await this.write({ ...this.deployment, status }, 'status');
  }

  /** Writes the copy itself. */
  async writeSpec(): Promise<void> {
    this.deployment = await this.write(this.deployment);
  }

  async deleteReplicaSet({ metadata: { namespace, name = '' } }: ReplicaSet): Promise<void> {
    try {
      await this.tools.client.delete({ resource: REPLICA_SETS, namespace }, name);
    } catch (error) {
      if (!isStatus(error, 'NotFound')) throw error;
    }
  }

  setProgressing(status: string, reason: string, message: string): void {
    const conditions = withCondition(this.deployment.status.conditions, newCondition(PROGRESSING, status, reason, message, this.now));
    this.deployment = { ...this.deployment, status: { ...this.deployment.status, conditions } };
  }

  private setRevision(revision: string): boolean {
    const { metadata } = this.deployment;
    if (metadata.annotations?.[REVISION] === revision) return false;
    this.deployment = { ...this.deployment, metadata: { ...metadata, annotations: { ...metadata.annotations, [REVISION]: revision } } };
    return true;
  }

  private write(deployment: Deployment, subresource?: string, options: WriteOptions = {}): Promise<Deployment> {
    return this.tools.client.update({ resource: DEPLOYMENTS, namespace: deployment.metadata.namespace, subresource }, deployment, options);
  }

  private updateReplicaSet(replicaSet: ReplicaSet): Promise<ReplicaSet> {
    return this.tools.client.update({ resource: REPLICA_SETS, namespace: replicaSet.metadata.namespace }, replicaSet);
  }
}
