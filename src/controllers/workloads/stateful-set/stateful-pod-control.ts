import { isStatus } from '../../../apimachinery/status.js';
import type { Client } from '../../../client/client.js';
import type { EventRecorder } from '../../../client/event-recorder.js';
import type { Lister } from '../../../client/informer.js';
import type { Pod } from '../../../component-helpers/pods.js';
import { PERSISTENT_VOLUME_CLAIMS, PODS } from '../../../component-helpers/resources.js';
import { messageOf } from '../common/pod-control.js';
import { claimNames, claimsOf, deletesWhenScaled, hasOtherController, hasRightOwners, hasStaleOwner, withRightOwners } from './claims.js';
import { hasIdentity, hasStorage, withIdentity, withStorage } from './stateful-pod.js';
import { POD_KIND, type Claim, type StatefulSet } from './types.js';

type Verb = 'Create' | 'Update' | 'Delete';

/** Makes, mends and deletes the pods of stateful sets with their claims, and says so in Events (Go: StatefulPodControl). */
export class StatefulPodControl {
  constructor(
    private readonly client: Client,
    private readonly recorder: EventRecorder,
    private readonly claims: Lister<Claim>,
  ) {}

  /** Makes the pod's claims, then the pod. */
  async create(set: StatefulSet, pod: Pod): Promise<void> {
    const { namespace } = set.metadata;
    await this.told('Create', set, pod, () => this.createClaims(set, pod));
    let failure: unknown;
    try {
      await this.client.create({ resource: PODS, namespace }, pod);
    } catch (error) {
      if (isStatus(error, 'AlreadyExists')) throw error;
      failure = error;
    }
    await this.told('Update', set, pod, () => this.fixClaims(set, pod));
    this.tell('Create', set, pod, failure);
    if (failure !== undefined) throw failure as Error;
  }

  /** Gives the pod and its claims what they lack to be the set's. */
  async update(set: StatefulSet, pod: Pod): Promise<void> {
    let mended = pod;
    if (!hasIdentity(set, mended)) mended = withIdentity(set, mended);
    if (!hasStorage(set, mended)) {
      mended = withStorage(set, mended);
      await this.told('Update', set, pod, () => this.createClaims(set, pod));
    }
    const isOwnershipRight = this.haveRightOwners(set, pod);
    if (!isOwnershipRight) await this.told('Update', set, pod, () => this.fixClaims(set, pod));
    if (mended === pod && isOwnershipRight) return;
    let failure: unknown;
    try {
      await this.client.update({ resource: PODS, namespace: pod.metadata.namespace }, mended);
    } catch (error) {
      failure = error;
    }
    this.tell('Update', set, pod, failure);
    if (failure !== undefined) throw failure as Error;
  }

  async delete(set: StatefulSet, pod: Pod): Promise<void> {
    const { namespace, name = '' } = pod.metadata;
    try {
      await this.client.delete({ resource: PODS, namespace }, name);
    } catch (error) {
      if (!isStatus(error, 'NotFound')) {
        this.tell('Delete', set, pod, error);
        throw error;
      }
    }
    this.tell('Delete', set, pod, undefined);
  }

  /** Makes the claims that a pending pod still lacks. */
  async createMissingClaims(set: StatefulSet, pod: Pod): Promise<void> {
    await this.createClaims(set, pod);
    await this.told('Update', set, pod, () => this.fixClaims(set, pod));
  }

  /** Whether a claim still belongs to an earlier pod of the same name: it has to go first. */
  hasStaleClaims(set: StatefulSet, pod: Pod): boolean {
    return deletesWhenScaled(set) && this.existing(set, pod).some((claim) => hasStaleOwner(claim, pod, POD_KIND));
  }

  haveRightOwners(set: StatefulSet, pod: Pod): boolean {
    return this.existing(set, pod).every((claim) => hasRightOwners(claim, set, pod));
  }

  /** Gives the pod's claims the owners that the retention policy asks for. */
  async fixClaims(set: StatefulSet, pod: Pod): Promise<void> {
    for (const claim of this.existing(set, pod)) {
      const { namespace, name = '' } = claim.metadata;
      if (hasOtherController(claim, set, pod)) {
        const message = `PersistentVolumeClaim ${name} has a conflicting OwnerReference that acts as a manging controller, the retention policy is ignored for this claim`;
        this.recorder.warning(set, 'ConflictingController', message);
      }
      if (hasRightOwners(claim, set, pod)) continue;
      try {
        await this.client.update({ resource: PERSISTENT_VOLUME_CLAIMS, namespace }, withRightOwners(claim, set, pod));
      } catch (error) {
        throw new Error(`could not update claim ${name} for delete policy ownerRefs: ${messageOf(error)}`, { cause: error });
      }
    }
  }

  private existing(set: StatefulSet, pod: Pod): readonly Claim[] {
    const { namespace = '' } = set.metadata;
    return claimNames(set, pod).flatMap((name) => this.claims.get(namespace, name) ?? []);
  }

  /** Throws the failures together, after all have been tried. */
  private async createClaims(set: StatefulSet, pod: Pod): Promise<void> {
    const failures: string[] = [];
    for (const claim of claimsOf(set, pod)) {
      const { namespace = '', name = '' } = claim.metadata;
      const found = this.claims.get(namespace, name);
      if (found !== undefined) {
        if (found.metadata.deletionTimestamp !== undefined) failures.push(`pvc ${name} is being deleted`);
        continue;
      }
      let failure: unknown;
      try {
        await this.client.create({ resource: PERSISTENT_VOLUME_CLAIMS, namespace }, claim);
      } catch (error) {
        failure = error;
        failures.push(`failed to create PVC ${name}: ${messageOf(error)}`);
      }
      if (!isStatus(failure, 'AlreadyExists')) this.tellOfClaim(set, pod, name, failure);
    }
    if (failures.length > 0) throw new Error(failures.length === 1 ? failures[0] : `[${failures.join(', ')}]`);
  }

  private async told(verb: Verb, set: StatefulSet, pod: Pod, action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.tell(verb, set, pod, error);
      throw error;
    }
  }

  private tell(verb: Verb, set: StatefulSet, { metadata }: Pod, failure: unknown): void {
    const what = `${verb} Pod ${metadata.name ?? ''} in StatefulSet ${set.metadata.name ?? ''}`;
    if (failure === undefined) this.recorder.normal(set, `Successful${verb}`, `${what} successful`);
    else this.recorder.warning(set, `Failed${verb}`, `${what} failed error: ${messageOf(failure)}`);
  }

  private tellOfClaim(set: StatefulSet, { metadata }: Pod, claim: string, failure: unknown): void {
    const whose = `Pod ${metadata.name ?? ''} in StatefulSet ${set.metadata.name ?? ''}`;
    if (failure === undefined) this.recorder.normal(set, 'SuccessfulCreate', `Create Claim ${claim} ${whose} success`);
    else this.recorder.warning(set, 'FailedCreate', `Create Claim ${claim} for ${whose} failed error: ${messageOf(failure)}`);
  }
}
