import { someContainer } from '../component-helpers/containers.js';
import { secretNamesOf } from '../component-helpers/pod-secrets.js';
import type { PodSpec, Volume } from '../schema/generated/core-v1.js';

/** Whether a pod names any secret. */
export function referencesSecrets(spec: PodSpec): boolean {
  return secretNamesOf(spec).size > 0;
}

function referencesConfigMaps(spec: PodSpec): boolean {
  const inContainer = someContainer(spec, ({ env, envFrom }) => {
    if ((envFrom ?? []).some(({ configMapRef }) => isName(configMapRef?.name))) return true;
    return (env ?? []).some(({ valueFrom }) => isName(valueFrom?.configMapKeyRef?.name));
  });
  if (inContainer) return true;
  return (spec.volumes ?? []).some(
    ({ configMap, projected }) => isName(configMap?.name) || (projected?.sources ?? []).some((source) => isName(source.configMap?.name)),
  );
}

function isName(name: string | undefined): boolean {
  return name !== undefined && name !== '';
}

/** Volumes that need another API object, and how a refusal calls it. */
const VOLUME_REFERENCES: readonly (readonly [keyof Volume, string])[] = [
  ['configMap', 'configmaps (via configmap volumes)'],
  ['secret', 'secrets (via secret volumes)'],
  ['csi', 'csidrivers (via CSI volumes)'],
  ['glusterfs', 'endpoints (via glusterFS volumes)'],
  ['persistentVolumeClaim', 'persistentvolumeclaims'],
  ['ephemeral', 'persistentvolumeclaims (via ephemeral volumes)'],
  ['azureFile', 'secrets (via azureFile volumes)'],
];

/** The kind of API object that a pod needs, for those that may need none; undefined if so (Go: pod.HasAPIObjectReference). */
export function referencedApiObject(spec: PodSpec): string | undefined {
  if (isName(spec.serviceAccountName)) return 'serviceaccounts';
  if (referencesSecrets(spec)) return 'secrets';
  if (referencesConfigMaps(spec)) return 'configmaps';
  if ((spec.resourceClaims ?? []).length > 0) return 'resourceclaims';
  for (const volume of spec.volumes ?? []) {
    const reference = VOLUME_REFERENCES.find(([field]) => volume[field] !== undefined)?.[1] ?? projectedReference(volume);
    if (reference !== undefined) return reference;
  }
  return undefined;
}

function projectedReference({ projected }: Volume): string | undefined {
  for (const source of projected?.sources ?? []) {
    if (source.configMap !== undefined) return 'configmaps (via projected volumes)';
    if (source.secret !== undefined) return 'secrets (via projected volumes)';
    if (source.serviceAccountToken !== undefined) return 'serviceaccounts (via projected volumes)';
    if (source.clusterTrustBundle !== undefined) return 'clustertrustbundles';
    if (source.podCertificate !== undefined) return 'podcertificates';
  }
  return undefined;
}
