import type { Typed } from '../client/client.js';
import type { PersistentVolumeClaim } from '../schema/generated/core-v1.js';

/** Where the class of claims and volumes stood before there was a field for it. */
export const BETA_STORAGE_CLASS = 'volume.beta.kubernetes.io/storage-class';

/** The storage class of a claim, '' if it has none; the old annotation goes first (Go: helper.GetPersistentVolumeClaimClass). */
export function storageClassOf({ metadata, spec }: Typed<PersistentVolumeClaim>): string {
  return metadata.annotations?.[BETA_STORAGE_CLASS] ?? spec.storageClassName ?? '';
}
