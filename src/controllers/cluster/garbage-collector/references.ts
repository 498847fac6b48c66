import type { ObjectMeta, OwnerReference } from '../../../client/client.js';
import type { GraphNode } from './node.js';

/** A patch and its kind: custom resources know no strategic merge. */
export interface ReferencesPatch {
  readonly kind: 'strategic' | 'merge';
  readonly body: object;
}

/** Takes owner references away (Go: GenerateDeleteOwnerRefStrategicMergeBytes, deleteOwnerRefJSONMergePatch). */
export function withoutOwners(metadata: ObjectMeta, uids: readonly string[], custom: boolean): ReferencesPatch {
  const { uid, resourceVersion, ownerReferences = [] } = metadata;
  if (custom) {
    const kept = ownerReferences.filter((reference) => !uids.includes(reference.uid));
    return { kind: 'merge', body: { metadata: { resourceVersion, ownerReferences: kept.length === 0 ? null : kept } } };
  }
  const taken = uids.map((owner) => ({ $patch: 'delete', uid: owner }));
  return { kind: 'strategic', body: { metadata: { uid, ownerReferences: taken } } };
}

/** Makes all owner references such that they don't hold up their owners' deletion. */
export function unblocked(metadata: ObjectMeta, { owners }: GraphNode, custom: boolean): ReferencesPatch {
  const open = (reference: OwnerReference): OwnerReference => ({ ...reference, blockOwnerDeletion: false });
  const { uid, resourceVersion } = metadata;
  if (custom) return { kind: 'merge', body: { metadata: { resourceVersion, ownerReferences: owners.map(open) } } };
  const blocking = owners.filter(({ blockOwnerDeletion }) => blockOwnerDeletion === true);
  return { kind: 'strategic', body: { metadata: { uid, ownerReferences: blocking.map(open) } } };
}
