import { isStatus } from '../../../apimachinery/status.js';
import { PERSISTENT_VOLUMES } from '../../../component-helpers/resources.js';
import { BY_CLAIM, hasAnnotation, PROVISIONED_BY, type PersistentVolumeClaim } from '../../../component-helpers/claims.js';
import { haveSameMode, type PersistentVolume } from '../../../component-helpers/persistent-volumes.js';
import { isPodTerminal } from '../../../component-helpers/pods.js';
import type { VolumeStore } from './volume-store.js';

/**
 * Brings a volume forward: available, bound, or given back (Go: syncVolume).
 * @param enqueueClaim has a claim looked at that is to be bound
 */
export async function syncVolume(
  store: VolumeStore,
  volume: PersistentVolume,
  enqueueClaim: (claim: PersistentVolumeClaim) => void,
): Promise<void> {
  const { claimRef } = volume.spec;
  if (!claimRef?.uid) {
    await store.setVolumePhase(volume, 'Available');
    return;
  }
  const found = store.claims.get(claimRef.namespace ?? '', claimRef.name ?? '');
  const claim = found?.metadata.uid === claimRef.uid ? found : undefined;
  if (claim === undefined) await release(store, volume);
  else if (!claim.spec.volumeName) {
    if (haveSameMode(volume, claim)) enqueueClaim(claim);
    else tellMismatch(store, volume, claim);
  } else if (claim.spec.volumeName === volume.metadata.name) await store.setVolumePhase(volume, 'Bound');
  else if (hasAnnotation(volume, PROVISIONED_BY) && volume.spec.persistentVolumeReclaimPolicy === 'Delete') await release(store, volume);
  else await store.unbind(volume);
}

function tellMismatch({ recorder }: VolumeStore, volume: PersistentVolume, claim: PersistentVolumeClaim): void {
  const [volumeName, claimName] = [volume.metadata.name ?? '', claim.metadata.name ?? ''];
  const cause = 'due to incompatible volumeMode.';
  recorder.warning(volume, 'VolumeMismatch', `Cannot bind PersistentVolume to requested PersistentVolumeClaim "${claimName}" ${cause}`);
  recorder.warning(claim, 'VolumeMismatch', `Cannot bind PersistentVolume "${volumeName}" to requested PersistentVolumeClaim ${cause}`);
}

/** The claim has gone: what becomes of the volume is the volume's policy. */
async function release(store: VolumeStore, volume: PersistentVolume): Promise<void> {
  const { phase } = volume.status;
  const released = phase === 'Released' || phase === 'Failed' ? volume : await store.setVolumePhase(volume, 'Released');
  switch (volume.spec.persistentVolumeReclaimPolicy) {
    case 'Retain':
      return;
    case 'Recycle':
      await recycle(store, released);
      return;
    case 'Delete':
      await remove(store, released);
      return;
    default:
      await store.failVolume(released, 'VolumeUnknownReclaimPolicy', 'Volume has unrecognized PersistentVolumeReclaimPolicy');
  }
}

async function recycle(store: VolumeStore, volume: PersistentVolume): Promise<void> {
  const { claimRef, hostPath, nfs } = volume.spec;
  const users = store.pods.byIndex(BY_CLAIM, `${claimRef?.namespace ?? ''}/${claimRef?.name ?? ''}`).filter((pod) => !isPodTerminal(pod));
  if (users.length > 0) {
    const names = users.map(({ metadata: { namespace = '', name = '' } }) => `${namespace}/${name}`).sort();
    store.recorder.normal(volume, 'VolumeFailedRecycle', `Volume is used by pods: ${names.join(',')}`);
    return;
  }
  if (hostPath === undefined && nfs === undefined) {
    await store.failVolume(volume, 'VolumeFailedRecycle', 'No recycler plugin found for the volume!');
    return;
  }
  store.recorder.normal(volume, 'VolumeRecycled', 'Volume recycled');
  await store.unbind(volume);
}

/** Deletes a volume of the kinds that the controller itself can delete; all others are left to who made them. */
async function remove(store: VolumeStore, volume: PersistentVolume): Promise<void> {
  const { metadata, spec } = volume;
  const { name = '' } = metadata;
  const madeBy = metadata.annotations?.[PROVISIONED_BY] ?? '';
  if ((madeBy !== '' && !madeBy.startsWith('kubernetes.io/')) || spec.csi !== undefined) return;
  const fault = deletionFault(volume);
  if (fault !== undefined) {
    await store.failVolume(volume, 'VolumeFailedDelete', fault);
    return;
  }
  try {
    await store.context.client.delete({ resource: PERSISTENT_VOLUMES }, name);
  } catch (error) {
    if (!isStatus(error, 'NotFound')) throw error;
  }
}

/** Only directories below /tmp can be deleted, which is meant for tests (Go: pkg/volume/hostpath). */
function deletionFault({ metadata, spec: { hostPath } }: PersistentVolume): string | undefined {
  if (hostPath === undefined)
    return `error getting deleter volume plugin for volume "${metadata.name ?? ''}": no deletable volume plugin matched`;
  const { path = '' } = hostPath;
  return /^\/tmp\/.+/.test(path) ? undefined : `host_path deleter only supports /tmp/.+ but received provided ${path}`;
}
