import { labelSelectorOf } from '../apimachinery/label-selector.js';
import { parseQuantityJson, Quantity } from '../apimachinery/quantity.js';
import type { Typed } from '../client/client.js';
import type { ObjectReference, PersistentVolume as VolumeType, ResourceList } from '../schema/generated/core-v1.js';
import { BOUND_BY_CONTROLLER, claimClass, hasAnnotation, type PersistentVolumeClaim } from './claims.js';
import { matchesNodeSelector, type SelectedNode } from './node-affinity.js';

/** What controllers and the scheduler know of volumes (Go: component-helpers/storage/volume). */

export type PersistentVolume = Typed<VolumeType>;

const BETA_CLASS = 'volume.beta.kubernetes.io/storage-class';

/** The volume's class; empty if it has none. */
export function volumeClass({ metadata, spec }: PersistentVolume): string {
  return metadata.annotations?.[BETA_CLASS] ?? spec.storageClassName ?? '';
}

/** The amount of storage in a list of capacities or requests. */
export function storageOf(list: ResourceList | undefined): Quantity {
  const text = list?.['storage'];
  return text === undefined ? Quantity.ZERO : parseQuantityJson(text);
}

/** Whether the volume is meant for the claim: by name, or by uid once it is bound. */
export function isMeantFor(
  { spec: { claimRef } }: PersistentVolume,
  { metadata: { name, namespace, uid } }: PersistentVolumeClaim,
): boolean {
  if (claimRef === undefined || claimRef.name !== name || claimRef.namespace !== namespace) return false;
  return !claimRef.uid || claimRef.uid === uid;
}

/** Whether the node may use the volume. */
export function isReachableFrom({ spec: { nodeAffinity } }: PersistentVolume, node: SelectedNode): boolean {
  return nodeAffinity?.required === undefined || matchesNodeSelector(nodeAffinity.required, node);
}

export function haveSameMode({ spec: volume }: PersistentVolume, { spec: claim }: PersistentVolumeClaim): boolean {
  return (volume.volumeMode ?? 'Filesystem') === (claim.volumeMode ?? 'Filesystem');
}

/** Whether the volume can be used in all ways that the claim asks for. */
export function offersAccess({ spec: volume }: PersistentVolume, { spec: claim }: PersistentVolumeClaim): boolean {
  return (claim.accessModes ?? []).every((mode) => volume.accessModes?.includes(mode) === true);
}

export interface Match {
  /** Where the volume is to be used; undefined while that isn't known. */
  readonly node?: SelectedNode | undefined;
  /** Volumes that are spoken for already, by name. */
  readonly taken?: ReadonlySet<string> | undefined;
  /** Only volumes that are meant for the claim may be bound without a node. */
  readonly isDelayed: boolean;
}

/** The volume that is meant for a claim, or else the smallest that will do (Go: volume.FindMatchingVolume). */
export function findMatch(
  claim: PersistentVolumeClaim,
  volumes: readonly PersistentVolume[],
  { node, taken, isDelayed }: Match,
): PersistentVolume | undefined {
  const wanted = storageOf(claim.spec.resources.requests);
  const selector = claim.spec.selector === undefined ? undefined : labelSelectorOf(claim.spec.selector);
  let best: { readonly volume: PersistentVolume; readonly size: Quantity } | undefined;
  for (const volume of volumes) {
    const { metadata, spec, status } = volume;
    if (taken?.has(metadata.name ?? '') === true || (spec.claimRef !== undefined && !isMeantFor(volume, claim))) continue;
    const size = storageOf(spec.capacity);
    if (size.compare(wanted) < 0 || !haveSameMode(volume, claim) || metadata.deletionTimestamp !== undefined) continue;
    if ((spec.volumeAttributesClassName ?? '') !== (claim.spec.volumeAttributesClassName ?? '')) continue;
    const isReachable = node === undefined || isReachableFrom(volume, node);
    if (isMeantFor(volume, claim)) return isReachable ? volume : undefined;
    if ((node === undefined && isDelayed) || !isReachable || status.phase !== 'Available') continue;
    if (selector?.matches(metadata.labels) === false || volumeClass(volume) !== claimClass(claim)) continue;
    if (node !== undefined && !offersAccess(volume, claim)) continue;
    if (best === undefined || best.size.compare(size) > 0) best = { volume, size };
  }
  return best?.volume;
}

/** The volume as it is once it is bound to the claim; itself if it is already (Go: volume.GetBindVolumeToClaim). */
export function boundTo(volume: PersistentVolume, claim: PersistentVolumeClaim): PersistentVolume {
  const { claimRef } = volume.spec;
  const { name, namespace, uid } = claim.metadata;
  const isReferring = claimRef?.name === name && claimRef?.namespace === namespace && claimRef?.uid === uid;
  const isOurs = !isMeantFor(volume, claim) && !hasAnnotation(volume, BOUND_BY_CONTROLLER);
  if (isReferring && !isOurs) return volume;
  const bound = { ...volume, metadata: { ...volume.metadata }, spec: { ...volume.spec } };
  if (!isReferring) bound.spec.claimRef = claimReference(claim);
  if (isOurs) bound.metadata.annotations = { ...volume.metadata.annotations, [BOUND_BY_CONTROLLER]: 'yes' };
  return bound;
}

/** Go: reference.GetReference of a claim. */
export function claimReference({ metadata: { name, namespace, uid, resourceVersion } }: PersistentVolumeClaim): ObjectReference {
  return { kind: 'PersistentVolumeClaim', namespace, name, uid, apiVersion: 'v1', resourceVersion };
}
