import { keyOf } from '../../../client/informer.js';
import {
  BETA_STORAGE_PROVISIONER,
  BIND_COMPLETED,
  BOUND_BY_CONTROLLER,
  BY_CLAIM,
  claimClass,
  hasAnnotation,
  hasClass,
  isDelayed,
  SELECTED_NODE,
  STORAGE_PROVISIONER,
  type PersistentVolumeClaim,
  type StorageClass,
} from '../../../component-helpers/claims.js';
import {
  findMatch,
  haveSameMode,
  isMeantFor,
  offersAccess,
  storageOf,
  volumeClass,
  type PersistentVolume,
} from '../../../component-helpers/persistent-volumes.js';
import { isPodTerminal } from '../../../component-helpers/pods.js';
import type { VolumeStore } from './volume-store.js';

const DEFAULT_CLASS = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class'];

/** Brings a claim forward: finds its volume, has one made, or tells what it waits for (Go: syncClaim). */
export async function syncClaim(store: VolumeStore, claim: PersistentVolumeClaim): Promise<void> {
  if (hasAnnotation(claim, BIND_COMPLETED)) await syncBound(store, claim);
  else if (claim.spec.volumeName) await syncRequested(store, claim, claim.spec.volumeName);
  else await syncUnbound(store, claim);
}

async function syncUnbound(store: VolumeStore, claim: PersistentVolumeClaim): Promise<void> {
  const className = claimClass(claim);
  const isWaiting = isDelayed(store.classes.get('', className));
  const volume = findByModes(store, claim, isWaiting);
  if (volume !== undefined) {
    await store.bind(volume, claim);
    return;
  }
  if (await assignDefaultClass(store, claim)) return;
  if (isWaiting && !hasAnnotation(claim, SELECTED_NODE)) tellWhatItWaitsFor(store, claim);
  else if (className !== '') {
    await requestVolume(store, claim, className);
    return;
  } else store.recorder.normal(claim, 'FailedBinding', 'no persistent volumes available for this claim and no storage class is set');
  await store.setClaimStatus(claim, 'Pending');
}

/** Of the volumes that can be used as the claim asks those that can do the least else come first. */
function findByModes(store: VolumeStore, claim: PersistentVolumeClaim, isWaiting: boolean): PersistentVolume | undefined {
  const groups = new Map<string, PersistentVolume[]>();
  for (const volume of store.volumes.list()) {
    if (!offersAccess(volume, claim)) continue;
    const modes = [...new Set(volume.spec.accessModes)].sort().join(',');
    groups.set(modes, [...(groups.get(modes) ?? []), volume]);
  }
  for (const [, volumes] of [...groups].sort(([a], [b]) => a.split(',').length - b.split(',').length)) {
    const found = findMatch(claim, volumes, { isDelayed: isWaiting });
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A claim that says nothing gets the default class, also after it was made (KEP-3333). */
async function assignDefaultClass(store: VolumeStore, claim: PersistentVolumeClaim): Promise<boolean> {
  const found = hasClass(claim) ? undefined : defaultClass(store.classes.list());
  if (found === undefined) return false;
  await store.updateClaim({ ...claim, spec: { ...claim.spec, storageClassName: found.metadata.name } });
  return true;
}

/** The youngest of several; of those the first by name. */
function defaultClass(classes: readonly StorageClass[]): StorageClass | undefined {
  const isDefault = ({ metadata }: StorageClass): boolean => DEFAULT_CLASS.some((name) => metadata.annotations?.[name] === 'true');
  const age = ({ metadata }: StorageClass): string => metadata.creationTimestamp ?? '';
  const name = ({ metadata }: StorageClass): string => metadata.name ?? '';
  return classes.filter(isDefault).sort((a, b) => compare(age(b), age(a)) || compare(name(a), name(b)))[0];
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function tellWhatItWaitsFor(store: VolumeStore, claim: PersistentVolumeClaim): void {
  const pods = store.pods.byIndex(BY_CLAIM, keyOf(claim)).filter((pod) => !isPodTerminal(pod) && !pod.spec.nodeName);
  const names = pods.map(({ metadata }) => metadata.name ?? '');
  if (names.length === 0) store.recorder.normal(claim, 'WaitForFirstConsumer', 'waiting for first consumer to be created before binding');
  else
    store.recorder.normal(claim, 'WaitForPodScheduled', `waiting for pod${names.length > 1 ? 's' : ''} ${names.join(',')} to be scheduled`);
}

/** Asks the class's provisioner for a volume (Go: provisionClaimOperationExternal). */
async function requestVolume(store: VolumeStore, claim: PersistentVolumeClaim, className: string): Promise<void> {
  const { recorder } = store;
  const found = store.classes.get('', className);
  if (found === undefined) {
    recorder.warning(claim, 'ProvisioningFailed', `storageclass.storage.k8s.io "${className}" not found`);
    return;
  }
  const { provisioner = '' } = found;
  if (provisioner.startsWith('kubernetes.io/')) {
    recorder.warning(claim, 'ProvisioningFailed', 'no volume plugin matched');
    return;
  }
  const asked = await setProvisioner(store, claim, provisioner);
  recorder.normal(
    asked,
    'ExternalProvisioning',
    `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. ` +
      'If volume creation is delayed, please verify that the provisioner is running and correctly registered.',
  );
}

async function setProvisioner(store: VolumeStore, claim: PersistentVolumeClaim, provisioner: string): Promise<PersistentVolumeClaim> {
  const { annotations } = claim.metadata;
  if (annotations?.[STORAGE_PROVISIONER] === provisioner) return claim;
  const asked = { ...annotations, [BETA_STORAGE_PROVISIONER]: provisioner, [STORAGE_PROVISIONER]: provisioner };
  return await store.updateClaim({ ...claim, metadata: { ...claim.metadata, annotations: asked } });
}

/** The user, or an earlier attempt, has named the volume. */
async function syncRequested(store: VolumeStore, claim: PersistentVolumeClaim, volumeName: string): Promise<void> {
  const volume = store.volumes.get('', volumeName);
  if (volume === undefined) {
    await store.setClaimStatus(claim, 'Pending');
    return;
  }
  if (volume.spec.claimRef === undefined) {
    const fault = unsuitable(volume, claim);
    if (fault === undefined) {
      await store.bind(volume, claim);
      return;
    }
    store.recorder.warning(claim, 'VolumeMismatch', `Cannot bind to requested volume "${volumeName}": ${fault}`);
    await store.setClaimStatus(claim, 'Pending');
    return;
  }
  if (isMeantFor(volume, claim)) {
    await store.bind(volume, claim);
    return;
  }
  store.recorder.warning(claim, 'FailedBinding', `volume "${volumeName}" already bound to a different claim.`);
  if (!hasAnnotation(claim, BOUND_BY_CONTROLLER)) await store.setClaimStatus(claim, 'Pending');
}

/** Go: checkVolumeSatisfyClaim. */
function unsuitable(volume: PersistentVolume, claim: PersistentVolumeClaim): string | undefined {
  const { metadata, spec } = volume;
  if (metadata.deletionTimestamp !== undefined) return `the volume is marked for deletion "${metadata.name ?? ''}"`;
  if (storageOf(spec.capacity).compare(storageOf(claim.spec.resources.requests)) < 0) return 'requested PV is too small';
  if (volumeClass(volume) !== claimClass(claim)) return 'storageClassName does not match';
  if ((spec.volumeAttributesClassName ?? '') !== (claim.spec.volumeAttributesClassName ?? ''))
    return 'volumeAttributesClassName does not match';
  if (!haveSameMode(volume, claim)) return 'incompatible volumeMode';
  return offersAccess(volume, claim) ? undefined : 'incompatible accessMode';
}

async function syncBound(store: VolumeStore, claim: PersistentVolumeClaim): Promise<void> {
  const { volumeName = '' } = claim.spec;
  if (volumeName === '') {
    await store.loseClaim(claim, 'ClaimLost', 'Bound claim has lost reference to PersistentVolume. Data on the volume is lost!');
    return;
  }
  const volume = store.volumes.get('', volumeName);
  if (volume === undefined)
    await store.loseClaim(claim, 'ClaimLost', 'Bound claim has lost its PersistentVolume. Data on the volume is lost!');
  else if (volume.spec.claimRef === undefined || volume.spec.claimRef.uid === claim.metadata.uid) await store.bind(volume, claim);
  else await store.loseClaim(claim, 'ClaimMisbound', 'Two claims are bound to the same volume, this one is bound incorrectly');
}
