import type { KubeObject } from '../../registry/object.js';

/** An object that a node may read because of a pod or volume: `secrets/ns/name`; the namespace is empty for cluster-scoped ones. */
export type ObjectKey = string;

/** Names an object of the node authorizer's graph. */
export function objectKey(resource: string, namespace: string, name: string): ObjectKey {
  return `${resource}/${namespace}/${name}`;
}

interface NamedReference {
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
}

interface Environment {
  readonly env?: readonly {
    readonly valueFrom?: { readonly secretKeyRef?: NamedReference; readonly configMapKeyRef?: NamedReference } | undefined;
  }[];
  readonly envFrom?: readonly { readonly secretRef?: NamedReference; readonly configMapRef?: NamedReference }[];
}

/** One entry of a pod's volumes or the source of a PersistentVolume: one member per kind of storage. */
type VolumeSource = Readonly<Record<string, SourceDetails | string | undefined>>;

interface SourceDetails {
  /** Volumes of secrets and of Azure files. */
  readonly secretName?: string;
  readonly secretNamespace?: string | null;
  /** CephFS, Cinder, Flex, RBD, ScaleIO, iSCSI, StorageOS. */
  readonly secretRef?: NamedReference;
  /** CSI. */
  readonly nodePublishSecretRef?: NamedReference;
  readonly nodeStageSecretRef?: NamedReference;
  readonly nodeExpandSecretRef?: NamedReference;
  /** Volumes of config maps. */
  readonly name?: string;
  readonly claimName?: string;
  readonly sources?: readonly { readonly secret?: NamedReference; readonly configMap?: NamedReference }[];
}

/** What of a Pod the node authorizer looks at. */
export interface PodObject extends KubeObject {
  readonly spec?: {
    readonly nodeName?: string;
    readonly serviceAccountName?: string;
    readonly imagePullSecrets?: readonly NamedReference[];
    readonly containers?: readonly Environment[];
    readonly initContainers?: readonly Environment[];
    readonly ephemeralContainers?: readonly Environment[];
    readonly volumes?: readonly (VolumeSource & { readonly name: string })[];
    readonly resourceClaims?: readonly { readonly name: string; readonly resourceClaimName?: string }[];
  };
  readonly status?: {
    readonly resourceClaimStatuses?: readonly { readonly name: string; readonly resourceClaimName?: string }[];
    readonly extendedResourceClaimStatus?: { readonly resourceClaimName?: string };
  };
}

/** Everything that the node of a pod may read for its sake (Go: node.Graph.AddPod). */
export function podReferences(pod: PodObject): Set<ObjectKey> {
  const { namespace = '', name = '', annotations } = pod.metadata;
  const keys = new Set<ObjectKey>([objectKey('pods', namespace, name)]);
  // Mirror pods come from the node itself and must not widen its rights.
  if (annotations !== undefined && Object.hasOwn(annotations, 'kubernetes.io/config.mirror')) return keys;
  const add = (resource: string, target: string | undefined): void => {
    if (target) keys.add(objectKey(resource, namespace, target));
  };
  const { spec = {}, status = {} } = pod;
  add('serviceaccounts', spec.serviceAccountName);
  for (const reference of spec.imagePullSecrets ?? []) add('secrets', reference.name);
  for (const containers of [spec.containers, spec.initContainers, spec.ephemeralContainers]) {
    for (const container of containers ?? []) addEnvironment(container, add);
  }
  for (const volume of spec.volumes ?? []) addVolume(volume, name, add);
  for (const claim of spec.resourceClaims ?? []) {
    add(
      'resourceclaims',
      claim.resourceClaimName ?? status.resourceClaimStatuses?.find((other) => other.name === claim.name)?.resourceClaimName,
    );
  }
  add('resourceclaims', status.extendedResourceClaimStatus?.resourceClaimName);
  return keys;
}

type Add = (resource: string, name: string | undefined) => void;

function addEnvironment({ env = [], envFrom = [] }: Environment, add: Add): void {
  for (const source of envFrom) {
    add('secrets', source.secretRef?.name);
    add('configmaps', source.configMapRef?.name);
  }
  for (const { valueFrom } of env) {
    add('secrets', valueFrom?.secretKeyRef?.name);
    add('configmaps', valueFrom?.configMapKeyRef?.name);
  }
}

function addVolume(volume: VolumeSource & { readonly name: string }, podName: string, add: Add): void {
  for (const [kind, details] of Object.entries(volume)) {
    if (details === undefined || typeof details === 'string') continue;
    if (kind === 'configMap') add('configmaps', details.name);
    else if (kind === 'persistentVolumeClaim') add('persistentvolumeclaims', details.claimName);
    else if (kind === 'ephemeral') add('persistentvolumeclaims', `${podName}-${volume.name}`);
    else if (kind === 'projected') {
      for (const source of details.sources ?? []) {
        add('secrets', source.secret?.name);
        add('configmaps', source.configMap?.name);
      }
    } else {
      add('secrets', details.secretName);
      add('secrets', details.secretRef?.name);
      add('secrets', details.nodePublishSecretRef?.name);
    }
  }
}

/** What of a PersistentVolume the node authorizer looks at. */
export interface VolumeObject extends KubeObject {
  readonly spec?: { readonly claimRef?: NamedReference } & VolumeSource;
}

/** The claim of a volume, and the secrets with which nodes mount it. */
export function volumeReferences({ spec = {} }: VolumeObject): {
  readonly claim: ObjectKey | undefined;
  readonly secrets: readonly ObjectKey[];
} {
  const { claimRef } = spec;
  if (claimRef === undefined) return { claim: undefined, secrets: [] };
  const home = claimRef.namespace ?? '';
  const secrets: ObjectKey[] = [];
  const add = (reference: NamedReference | undefined): void => {
    if (reference?.name) secrets.push(objectKey('secrets', reference.namespace ? reference.namespace : home, reference.name));
  };
  for (const [kind, details] of Object.entries(spec)) {
    if (kind === 'claimRef' || details === undefined || details === null || typeof details !== 'object') continue;
    const source = details as SourceDetails;
    add(source.secretRef);
    add(source.nodePublishSecretRef);
    add(source.nodeStageSecretRef);
    add(source.nodeExpandSecretRef);
    if (kind === 'azureFile') add({ name: source.secretName, namespace: source.secretNamespace ?? undefined });
  }
  return { claim: objectKey('persistentvolumeclaims', home, claimRef.name ?? ''), secrets };
}
