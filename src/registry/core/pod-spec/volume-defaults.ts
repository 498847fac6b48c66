import type { DownwardAPIVolumeFile, ProjectedVolumeSource, Volume } from '../../../schema/generated/core-v1.js';
import { pullPolicyFor } from './image-reference.js';
import { roundRequirements } from './resource-rounding.js';

/** 0644: what files of secrets, config maps and projections get. */
const FILE_MODE = 0o644;
const TOKEN_LIFETIME_SECONDS = 3600;

/** Computed defaults of volumes (Go: SetDefaults_Volume and those of the sources). In place. */
export function defaultVolumes(volumes: readonly Volume[]): void {
  for (const volume of volumes) defaultVolume(volume);
}

function defaultVolume(volume: Volume): void {
  if (!hasSource(volume)) volume.emptyDir = {};
  if (volume.image !== undefined) volume.image.pullPolicy ||= pullPolicyFor(volume.image.reference ?? '');
  if (volume.hostPath !== undefined) volume.hostPath.type ??= '';
  if (volume.secret !== undefined) volume.secret.defaultMode ??= FILE_MODE;
  if (volume.configMap !== undefined) volume.configMap.defaultMode ??= FILE_MODE;
  if (volume.downwardAPI !== undefined) {
    volume.downwardAPI.defaultMode ??= FILE_MODE;
    defaultFiles(volume.downwardAPI.items);
  }
  if (volume.projected !== undefined) defaultProjected(volume.projected);
  const claim = volume.ephemeral?.volumeClaimTemplate;
  if (claim !== undefined) {
    claim.spec.volumeMode ??= 'Filesystem';
    roundRequirements(claim.spec.resources);
  }
}

/** Whether any kind of volume is given. */
function hasSource(volume: Volume): boolean {
  for (const key of Object.keys(volume)) if (key !== 'name' && volume[key as keyof Volume] !== undefined) return true;
  return false;
}

function defaultFiles(files: readonly DownwardAPIVolumeFile[] | undefined): void {
  for (const { fieldRef } of files ?? []) if (fieldRef !== undefined) fieldRef.apiVersion ||= 'v1';
}

function defaultProjected(projected: ProjectedVolumeSource): void {
  projected.defaultMode ??= FILE_MODE;
  for (const source of projected.sources ?? []) {
    defaultFiles(source.downwardAPI?.items);
    if (source.serviceAccountToken !== undefined) source.serviceAccountToken.expirationSeconds ??= TOKEN_LIFETIME_SECONDS;
  }
}
