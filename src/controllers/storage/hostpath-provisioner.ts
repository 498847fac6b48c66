import { isStatus } from '../../apimachinery/status.js';
import type { ComponentContext } from '../../client/component-context.js';
import type { EventRecorder } from '../../client/event-recorder.js';
import { keyOf, splitKey } from '../../client/informer.js';
import {
  claimClass,
  isDelayed,
  PROVISIONED_BY,
  SELECTED_NODE,
  STORAGE_PROVISIONER,
  type PersistentVolumeClaim,
  type StorageClass,
} from '../../component-helpers/claims.js';
import { claimReference, type PersistentVolume } from '../../component-helpers/persistent-volumes.js';
import { PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, STORAGE_CLASSES } from '../../component-helpers/resources.js';
import type { ControllerDescriptor } from '../descriptor.js';

/** What classes name to get their volumes from here. */
export const HOSTPATH_PROVISIONER = 'kubesim.io/hostpath';

const ROOT = '/tmp/hostpath-provisioner';

/**
 * Makes volumes for the default class, and deletes them, as the external provisioners
 * do that kind and minikube come with (Go: sig-storage-lib-external-provisioner).
 */
export const hostpathProvisionerController: ControllerDescriptor = {
  name: 'hostpath-provisioner-controller',
  alias: 'hostpath-provisioner',
  serviceAccount: 'persistent-volume-binder',
  start(context) {
    const { informers } = context;
    const claims = informers.of<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS);
    const volumes = informers.of<PersistentVolume>(PERSISTENT_VOLUMES);
    const classes = informers.of<StorageClass>(STORAGE_CLASSES);
    const recorder = context.recorder(HOSTPATH_PROVISIONER);

    const toMake = context.queue(async (key) => {
      const { namespace, name } = splitKey(key);
      const claim = claims.get(namespace, name);
      if (claim === undefined || !isAsked(claim)) return;
      const storageClass = classes.get('', claimClass(claim));
      const isReady = storageClass !== undefined && (!isDelayed(storageClass) || claim.metadata.annotations?.[SELECTED_NODE] !== undefined);
      if (isReady && volumes.get('', nameFor(claim)) === undefined) await make(context, recorder, claim, storageClass);
    });
    const addClaim = (claim: PersistentVolumeClaim): void => {
      if (isAsked(claim)) toMake.add(keyOf(claim));
    };
    claims.addHandler({ added: addClaim, updated: addClaim });

    const toDelete = context.queue(async (name) => {
      const volume = volumes.get('', name);
      if (volume === undefined || !isToGo(volume)) return;
      try {
        await context.client.delete({ resource: PERSISTENT_VOLUMES }, name);
      } catch (error) {
        if (!isStatus(error, 'NotFound')) throw error;
      }
    });
    const addVolume = (volume: PersistentVolume): void => {
      if (isToGo(volume)) toDelete.add(volume.metadata.name ?? '');
    };
    volumes.addHandler({ added: addVolume, updated: addVolume });
  },
};

function isAsked({ metadata, spec }: PersistentVolumeClaim): boolean {
  return !spec.volumeName && metadata.annotations?.[STORAGE_PROVISIONER] === HOSTPATH_PROVISIONER;
}

function isToGo({ metadata, spec, status }: PersistentVolume): boolean {
  if (metadata.annotations?.[PROVISIONED_BY] !== HOSTPATH_PROVISIONER || spec.persistentVolumeReclaimPolicy !== 'Delete') return false;
  return metadata.deletionTimestamp === undefined && (status.phase === 'Released' || status.phase === 'Failed');
}

function nameFor({ metadata: { uid = '' } }: PersistentVolumeClaim): string {
  return `pvc-${uid}`;
}

async function make(
  { client }: ComponentContext,
  recorder: EventRecorder,
  claim: PersistentVolumeClaim,
  storageClass: StorageClass,
): Promise<void> {
  const volume = volumeFor(claim, storageClass);
  recorder.normal(claim, 'Provisioning', `External provisioner is provisioning volume for claim "${keyOf(claim)}"`);
  try {
    await client.create({ resource: PERSISTENT_VOLUMES }, volume);
  } catch (error) {
    if (!isStatus(error, 'AlreadyExists')) throw error;
  }
  recorder.normal(claim, 'ProvisioningSucceeded', `Successfully provisioned volume ${volume.metadata.name ?? ''}`);
}

function volumeFor(claim: PersistentVolumeClaim, { metadata, reclaimPolicy, mountOptions }: StorageClass): PersistentVolume {
  const { accessModes, resources, volumeMode, volumeAttributesClassName } = claim.spec;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: nameFor(claim), annotations: { [PROVISIONED_BY]: HOSTPATH_PROVISIONER } },
    spec: {
      capacity: { storage: resources.requests?.['storage'] ?? '0' },
      accessModes,
      claimRef: claimReference(claim),
      hostPath: { path: `${ROOT}/${keyOf(claim)}`, type: '' },
      persistentVolumeReclaimPolicy: reclaimPolicy,
      storageClassName: metadata.name,
      mountOptions,
      volumeMode,
      volumeAttributesClassName,
    },
    status: {},
  };
}
