import type { KubeObject } from '../../registry/object.js';
import { objectKey, podReferences, volumeReferences, type ObjectKey, type PodObject, type VolumeObject } from './references.js';

/** The resources whose objects tie others to nodes. */
export type GraphResource = 'pods' | 'persistentvolumes' | 'volumeattachments' | 'resourceslices';

/** A pod as it stands in the graph, to notice whether an update matters. */
interface PodEntry {
  readonly pod: PodObject;
  readonly node: string;
  readonly keys: ReadonlySet<ObjectKey>;
}

interface VolumeEntry {
  readonly claim: ObjectKey;
  readonly secrets: readonly ObjectKey[];
}

/**
 * Which node has to do with which object, by way of the pods on it and their
 * volumes (Go: plugin/pkg/auth/authorizer/node.Graph). Kept current by whoever
 * watches: `put` for every object listed, added or modified, `remove` for deleted ones.
 */
export class NodeGraph {
  private readonly pods = new Map<ObjectKey, PodEntry>();
  private readonly volumes = new Map<ObjectKey, VolumeEntry>();
  /** Attachments and resource slices by the node that they name. */
  private readonly direct = new Map<ObjectKey, string>();
  /** For each object the nodes of the pods that use it, with how many pods do. */
  private readonly users = new Map<ObjectKey, Map<string, number>>();
  private readonly volumesBySecret = new Map<ObjectKey, Set<ObjectKey>>();

  put(resource: GraphResource, object: KubeObject): void {
    const { namespace = '', name = '' } = object.metadata;
    const key = objectKey(resource, namespace, name);
    switch (resource) {
      case 'pods':
        this.putPod(key, object as PodObject);
        return;
      case 'persistentvolumes':
        this.putVolume(key, object as VolumeObject);
        return;
      default: {
        const { nodeName } = (object.spec ?? {}) as { readonly nodeName?: string | null };
        if (nodeName) this.direct.set(key, nodeName);
        else this.direct.delete(key);
      }
    }
  }

  remove(resource: GraphResource, namespace: string, name: string): void {
    const key = objectKey(resource, namespace, name);
    if (resource === 'pods') this.removePod(key);
    else if (resource === 'persistentvolumes') this.removeVolume(key);
    else this.direct.delete(key);
  }

  /** Whether something on the node leads to the object. */
  connects(node: string, resource: string, namespace: string, name: string): boolean {
    const key = objectKey(resource, namespace, name);
    if (this.users.get(key)?.has(node) === true || this.direct.get(key) === node) return true;
    const volume = this.volumes.get(key);
    if (volume !== undefined) return this.users.get(volume.claim)?.has(node) === true;
    for (const owner of this.volumesBySecret.get(key) ?? []) {
      const claim = this.volumes.get(owner)?.claim;
      if (claim !== undefined && this.users.get(claim)?.has(node) === true) return true;
    }
    return false;
  }

  private putPod(key: ObjectKey, pod: PodObject): void {
    const node = pod.spec?.nodeName ?? '';
    const known = this.pods.get(key);
    if (node === '' || (known !== undefined && sameReferences(known, pod))) return;
    this.removePod(key);
    const keys = podReferences(pod);
    this.pods.set(key, { pod, node, keys });
    for (const target of keys) {
      let nodes = this.users.get(target);
      if (nodes === undefined) {
        nodes = new Map();
        this.users.set(target, nodes);
      }
      nodes.set(node, (nodes.get(node) ?? 0) + 1);
    }
  }

  private removePod(key: ObjectKey): void {
    const known = this.pods.get(key);
    if (known === undefined) return;
    this.pods.delete(key);
    for (const target of known.keys) {
      const nodes = this.users.get(target);
      const count = nodes?.get(known.node) ?? 0;
      if (nodes === undefined) continue;
      if (count > 1) nodes.set(known.node, count - 1);
      else nodes.delete(known.node);
      if (nodes.size === 0) this.users.delete(target);
    }
  }

  private putVolume(key: ObjectKey, object: VolumeObject): void {
    this.removeVolume(key);
    const { claim, secrets } = volumeReferences(object);
    if (claim === undefined) return;
    this.volumes.set(key, { claim, secrets });
    for (const secret of secrets) {
      const volumes = this.volumesBySecret.get(secret);
      if (volumes === undefined) this.volumesBySecret.set(secret, new Set([key]));
      else volumes.add(key);
    }
  }

  private removeVolume(key: ObjectKey): void {
    const known = this.volumes.get(key);
    if (known === undefined) return;
    this.volumes.delete(key);
    for (const secret of known.secrets) {
      const volumes = this.volumesBySecret.get(secret);
      volumes?.delete(key);
      if (volumes?.size === 0) this.volumesBySecret.delete(secret);
    }
  }
}

/** Most updates of pods only report their status. */
function sameReferences({ pod, node }: PodEntry, next: PodObject): boolean {
  return (
    node === next.spec?.nodeName &&
    pod.metadata.uid === next.metadata.uid &&
    (pod.spec?.ephemeralContainers?.length ?? 0) === (next.spec.ephemeralContainers?.length ?? 0) &&
    claimNames(pod) === claimNames(next)
  );
}

function claimNames({ status }: PodObject): string {
  if (status?.resourceClaimStatuses === undefined && status?.extendedResourceClaimStatus === undefined) return '';
  return JSON.stringify([status.resourceClaimStatuses, status.extendedResourceClaimStatus]);
}
