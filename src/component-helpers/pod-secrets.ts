import type { PodSpec, Volume } from '../schema/generated/core-v1.js';
import { someContainer } from './containers.js';

/** The names of the secrets that a pod pulls images with, reads or mounts (Go: pod.VisitPodSecretNames). */
export function secretNamesOf(spec: PodSpec): ReadonlySet<string> {
  const names: (string | undefined)[] = (spec.imagePullSecrets ?? []).map(({ name }) => name);
  someContainer(spec, ({ env, envFrom }) => {
    for (const { secretRef } of envFrom ?? []) names.push(secretRef?.name);
    for (const { valueFrom } of env ?? []) names.push(valueFrom?.secretKeyRef?.name);
    return false;
  });
  for (const volume of spec.volumes ?? []) names.push(...secretsOf(volume));
  return new Set(names.filter((name): name is string => name !== undefined && name !== ''));
}

function secretsOf(volume: Volume): (string | undefined)[] {
  const { azureFile, cephfs, cinder, flexVolume, projected, rbd, secret, scaleIO, iscsi, storageos, csi } = volume;
  return [
    azureFile?.secretName,
    cephfs?.secretRef?.name,
    cinder?.secretRef?.name,
    flexVolume?.secretRef?.name,
    ...(projected?.sources ?? []).map((source) => source.secret?.name),
    rbd?.secretRef?.name,
    secret?.secretName,
    scaleIO?.secretRef?.name,
    iscsi?.secretRef?.name,
    storageos?.secretRef?.name,
    csi?.nodePublishSecretRef?.name,
  ];
}
