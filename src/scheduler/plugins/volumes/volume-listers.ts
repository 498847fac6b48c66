import type { Typed } from '../../../client/client.js';
import type { Lister } from '../../../client/informer.js';
import type { Informers } from '../../../client/informers.js';
import { claimNamesOf, type PersistentVolumeClaim, type StorageClass } from '../../../component-helpers/claims.js';
import type { PersistentVolume } from '../../../component-helpers/persistent-volumes.js';
import {
  CSI_DRIVERS,
  CSI_NODES,
  CSI_STORAGE_CAPACITIES,
  PERSISTENT_VOLUME_CLAIMS,
  PERSISTENT_VOLUMES,
  STORAGE_CLASSES,
  VOLUME_ATTACHMENTS,
} from '../../../component-helpers/resources.js';
import type { CSIDriver, CSINode, CSIStorageCapacity, VolumeAttachment } from '../../../schema/generated/storage-v1.js';
import { on, type ClusterAction, type EventOfInterest } from '../../cluster-event.js';
import type { PodInfo } from '../../pod-info.js';

/** What the plugins for volumes read. */
export interface VolumeListers {
  readonly claims: Lister<PersistentVolumeClaim>;
  readonly volumes: Lister<PersistentVolume>;
  readonly classes: Lister<StorageClass>;
  readonly drivers: Lister<Typed<CSIDriver>>;
  readonly csiNodes: Lister<Typed<CSINode>>;
  readonly capacities: Lister<Typed<CSIStorageCapacity>>;
  readonly attachments: Lister<Typed<VolumeAttachment>>;
}

export function volumeListers(informers: Informers): VolumeListers {
  return {
    claims: informers.of<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS),
    volumes: informers.of<PersistentVolume>(PERSISTENT_VOLUMES),
    classes: informers.of<StorageClass>(STORAGE_CLASSES),
    drivers: informers.of<Typed<CSIDriver>>(CSI_DRIVERS),
    csiNodes: informers.of<Typed<CSINode>>(CSI_NODES),
    capacities: informers.of<Typed<CSIStorageCapacity>>(CSI_STORAGE_CAPACITIES),
    attachments: informers.of<Typed<VolumeAttachment>>(VOLUME_ATTACHMENTS),
  };
}

/** Interest in the claims that the pod uses. */
export function onOwnClaim(actions: readonly ClusterAction[]): EventOfInterest {
  return on<PersistentVolumeClaim>('PersistentVolumeClaim', actions, (pod, now) => now !== undefined && uses(pod, now));
}

function uses({ pod, namespace }: PodInfo, { metadata }: PersistentVolumeClaim): boolean {
  return metadata.namespace === namespace && claimNamesOf(pod).includes(metadata.name ?? '');
}

/** As listers say it. */
export function notFound(kind: string, name: string): string {
  return `${kind} "${name}" not found`;
}
