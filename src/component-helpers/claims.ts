import type { KubeObject, Typed } from '../client/client.js';
import type { PersistentVolumeClaim as ClaimType, Pod, Volume } from '../schema/generated/core-v1.js';
import type { StorageClass as ClassType } from '../schema/generated/storage-v1.js';

/** What controllers and the scheduler know of claims (Go: component-helpers/storage). */

export type PersistentVolumeClaim = Typed<ClaimType>;
export type StorageClass = Typed<ClassType>;

/** Set once binding has come to its end; the claim is bound for good then. */
export const BIND_COMPLETED = 'pv.kubernetes.io/bind-completed';
/** Set where the controller chose the other side, not the user. */
export const BOUND_BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller';
/** The node that a volume is to be made for. */
export const SELECTED_NODE = 'volume.kubernetes.io/selected-node';
/** Who is to make the volume of a claim. */
export const STORAGE_PROVISIONER = 'volume.kubernetes.io/storage-provisioner';
export const BETA_STORAGE_PROVISIONER = 'volume.beta.kubernetes.io/storage-provisioner';
/** Who made a volume. */
export const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by';
/** Classes of volumes that nobody makes on demand. */
export const NO_PROVISIONER = 'kubernetes.io/no-provisioner';

const BETA_CLASS = 'volume.beta.kubernetes.io/storage-class';

/** The claim's class; empty if it has none. */
export function claimClass({ metadata, spec }: PersistentVolumeClaim): string {
  return metadata.annotations?.[BETA_CLASS] ?? spec.storageClassName ?? '';
}

/** Whether the claim says which class it wants, be it none. */
export function hasClass({ metadata, spec }: PersistentVolumeClaim): boolean {
  return metadata.annotations?.[BETA_CLASS] !== undefined || spec.storageClassName !== undefined;
}

export function hasAnnotation({ metadata: { annotations } }: KubeObject, name: string): boolean {
  return annotations?.[name] !== undefined;
}

/** Whether volumes of the class are only bound once a pod is to be placed that uses them. */
export function isDelayed(storageClass: StorageClass | undefined): boolean {
  return storageClass?.volumeBindingMode === 'WaitForFirstConsumer';
}

export function isFullyBound(claim: PersistentVolumeClaim): boolean {
  return Boolean(claim.spec.volumeName) && hasAnnotation(claim, BIND_COMPLETED);
}

/** The claim that a volume of a pod uses, generic ephemeral volumes included; undefined for other volumes. */
export function claimNameOf(pod: KubeObject, { name = '', persistentVolumeClaim, ephemeral }: Volume): string | undefined {
  if (persistentVolumeClaim !== undefined) return persistentVolumeClaim.claimName ?? '';
  return ephemeral === undefined ? undefined : ephemeralClaimName(pod, name);
}

/** Go: ephemeral.VolumeClaimName. */
export function ephemeralClaimName({ metadata: { name = '' } }: KubeObject, volume: string): string {
  return `${name}-${volume}`;
}

/** Names of all claims that a pod uses. */
export function claimNamesOf(pod: Typed<Pod>): readonly string[] {
  return (pod.spec.volumes ?? []).flatMap((volume) => claimNameOf(pod, volume) ?? []);
}

/** Go: ephemeral.VolumeIsForPod, as its error says it. */
export function notForPod({ metadata: claim }: KubeObject, { metadata: pod }: KubeObject): string {
  const [claimKey, podKey] = [claim, pod].map(({ namespace = '', name = '' }) => `${namespace}/${name}`);
  return `PVC ${claimKey ?? ''} was not created for pod ${podKey ?? ''} (pod is not owner)`;
}

/** Index of pods by the claims that they use: `namespace/claim`. */
export const BY_CLAIM = 'claim';

export function claimIndex(pod: Typed<Pod>): readonly string[] {
  const { namespace = '' } = pod.metadata;
  return claimNamesOf(pod).map((name) => `${namespace}/${name}`);
}
