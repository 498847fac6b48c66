import type { ComponentContext } from '../../../client/component-context.js';
import type { EventRecorder } from '../../../client/event-recorder.js';
import type { Informer } from '../../../client/informer.js';
import {
  claimClass,
  hasAnnotation,
  BIND_COMPLETED,
  BOUND_BY_CONTROLLER,
  isFullyBound,
  type PersistentVolumeClaim,
  type StorageClass,
} from '../../../component-helpers/claims.js';
import { boundTo, storageOf, type PersistentVolume } from '../../../component-helpers/persistent-volumes.js';
import { PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, PODS, STORAGE_CLASSES } from '../../../component-helpers/resources.js';
import type { Typed } from '../../../client/client.js';
import type { Pod } from '../../../schema/generated/core-v1.js';
import { semanticEqual } from '../../../apimachinery/semantic-equal.js';
import { BY_CLAIM, claimIndex } from '../../../component-helpers/claims.js';

/** Index of claims that aren't bound, by class. */
export const BY_UNBOUND_CLASS = 'unbound-class';

const PRE_RESIZE = 'volume.alpha.kubernetes.io/pre-resize-capacity';

/** What the binder reads, and the writes that binding is made of (Go: persistentvolume.PersistentVolumeController). */
export class VolumeStore {
  readonly claims: Informer<PersistentVolumeClaim>;
  readonly volumes: Informer<PersistentVolume>;
  readonly classes: Informer<StorageClass>;
  readonly pods: Informer<Typed<Pod>>;
  readonly recorder: EventRecorder;

  constructor(readonly context: ComponentContext) {
    const { informers } = context;
    this.claims = informers
      .of<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS)
      .addIndex(BY_UNBOUND_CLASS, (claim) => (isFullyBound(claim) ? [] : [claimClass(claim)]));
    this.volumes = informers.of<PersistentVolume>(PERSISTENT_VOLUMES);
    this.classes = informers.of<StorageClass>(STORAGE_CLASSES);
    this.pods = informers.of<Typed<Pod>>(PODS).addIndex(BY_CLAIM, claimIndex);
    this.recorder = context.recorder('persistentvolume-controller');
  }

  updateVolume(volume: PersistentVolume): Promise<PersistentVolume> {
    return this.context.client.update<PersistentVolume>({ resource: PERSISTENT_VOLUMES }, volume);
  }

  updateClaim(claim: PersistentVolumeClaim): Promise<PersistentVolumeClaim> {
    return this.context.client.update<PersistentVolumeClaim>(
      { resource: PERSISTENT_VOLUME_CLAIMS, namespace: claim.metadata.namespace },
      claim,
    );
  }

  async setVolumePhase(volume: PersistentVolume, phase: string, message?: string): Promise<PersistentVolume> {
    if (volume.status.phase === phase) return volume;
    const { client } = this.context;
    return await client.update<PersistentVolume>(
      { resource: PERSISTENT_VOLUMES, subresource: 'status' },
      { ...volume, status: { ...volume.status, phase, message } },
    );
  }

  async failVolume(volume: PersistentVolume, reason: string, message: string): Promise<void> {
    if (volume.status.phase === 'Failed') return;
    this.recorder.warning(await this.setVolumePhase(volume, 'Failed', message), reason, message);
  }

  /** The claim's phase, and what it has by its volume: nothing without one. */
  async setClaimStatus(claim: PersistentVolumeClaim, phase: string, volume?: PersistentVolume): Promise<PersistentVolumeClaim> {
    const status = { ...claim.status, phase };
    if (volume === undefined) {
      delete status.accessModes;
      delete status.capacity;
      delete status.currentVolumeAttributesClassName;
    } else {
      status.accessModes = volume.spec.accessModes;
      if (claim.status.phase !== phase) {
        const before = volume.metadata.annotations?.[PRE_RESIZE];
        const isSame = storageOf(claim.status.capacity).equals(storageOf(volume.spec.capacity));
        if (before !== undefined) status.capacity = { ...status.capacity, storage: before };
        else if (!isSame) status.capacity = volume.spec.capacity;
        status.currentVolumeAttributesClassName = volume.spec.volumeAttributesClassName;
      }
    }
    if (semanticEqual(status, claim.status)) return claim;
    return await this.context.client.update<PersistentVolumeClaim>(
      { resource: PERSISTENT_VOLUME_CLAIMS, namespace: claim.metadata.namespace, subresource: 'status' },
      { ...claim, status },
    );
  }

  async loseClaim(claim: PersistentVolumeClaim, reason: string, message: string): Promise<void> {
    if (claim.status.phase === 'Lost') return;
    this.recorder.warning(await this.setClaimStatus(claim, 'Lost'), reason, message);
  }

  /** Binds both to each other, one write after the other, so that whatever is interrupted can be taken up again. */
  async bind(volume: PersistentVolume, claim: PersistentVolumeClaim): Promise<void> {
    const bound = boundTo(volume, claim);
    const ready = await this.setVolumePhase(bound === volume ? volume : await this.updateVolume(bound), 'Bound');
    await this.setClaimStatus(await this.bindClaim(claim, ready), 'Bound', ready);
  }

  private async bindClaim(claim: PersistentVolumeClaim, { metadata: { name } }: PersistentVolume): Promise<PersistentVolumeClaim> {
    const isChosen = claim.spec.volumeName !== name;
    if (!isChosen && hasAnnotation(claim, BIND_COMPLETED)) return claim;
    const annotations = { ...claim.metadata.annotations };
    if (isChosen) annotations[BOUND_BY_CONTROLLER] ??= 'yes';
    annotations[BIND_COMPLETED] ??= 'yes';
    return await this.updateClaim({ ...claim, metadata: { ...claim.metadata, annotations }, spec: { ...claim.spec, volumeName: name } });
  }

  /** Takes back what binding did to the volume. */
  async unbind(volume: PersistentVolume): Promise<void> {
    const { [BOUND_BY_CONTROLLER]: isOurs, ...annotations } = volume.metadata.annotations ?? {};
    const spec = { ...volume.spec };
    const metadata = { ...volume.metadata };
    if (isOurs === undefined) spec.claimRef = { ...spec.claimRef, uid: undefined };
    else {
      delete spec.claimRef;
      if (Object.keys(annotations).length === 0) delete metadata.annotations;
      else metadata.annotations = annotations;
    }
    await this.setVolumePhase(await this.updateVolume({ ...volume, metadata, spec }), 'Available');
  }
}
