import { apiVersionOf, type GroupVersionKind } from '../../../apimachinery/group-version.js';
import type { KubeObject, OwnerReference } from '../../../client/client.js';
import { newControllerRef } from '../../../component-helpers/controller-ref.js';
import type { Pod } from '../../../component-helpers/pods.js';
import { isInRange, ordinalOf, POD_KIND, STATEFUL_SET_KIND, type Claim, type StatefulSet } from './types.js';

/** The claim of a template for one ordinal. */
export function claimName({ metadata: { name = '' } }: StatefulSet, template: string, ordinal: number): string {
  return `${template}-${name}-${String(ordinal)}`;
}

/** The names of a pod's claims. */
export function claimNames(set: StatefulSet, pod: Pod): readonly string[] {
  return (set.spec.volumeClaimTemplates ?? []).map(({ metadata }) => claimName(set, metadata.name ?? '', ordinalOf(pod)));
}

/** A pod's claims, as they are to be made (Go: getPersistentVolumeClaims). */
export function claimsOf(set: StatefulSet, pod: Pod): readonly Claim[] {
  return (set.spec.volumeClaimTemplates ?? []).map(({ metadata, spec }) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      ...(metadata.annotations === undefined ? {} : { annotations: metadata.annotations }),
      ...(metadata.finalizers === undefined ? {} : { finalizers: metadata.finalizers }),
      name: claimName(set, metadata.name ?? '', ordinalOf(pod)),
      namespace: set.metadata.namespace,
      labels: { ...metadata.labels, ...set.spec.selector?.matchLabels },
    },
    spec,
    status: {},
  }));
}

interface Retention {
  readonly whenScaled: boolean;
  readonly whenDeleted: boolean;
}

/** Whether claims are deleted with what uses them (KEP-1847). */
function deletes({ spec: { persistentVolumeClaimRetentionPolicy: policy } }: StatefulSet): Retention {
  return { whenScaled: policy?.whenScaled === 'Delete', whenDeleted: policy?.whenDeleted === 'Delete' };
}

/** Whether claims go when the set is scaled down. */
export function deletesWhenScaled(set: StatefulSet): boolean {
  return deletes(set).whenScaled;
}

function names(reference: OwnerReference, { metadata }: KubeObject, kind: GroupVersionKind): boolean {
  return reference.apiVersion === apiVersionOf(kind) && reference.kind === kind.kind && reference.name === metadata.name;
}

function isOwner({ metadata: { ownerReferences = [] } }: Claim, { metadata: { uid } }: KubeObject): boolean {
  return ownerReferences.some((reference) => reference.uid === uid);
}

/** Whether the claim names an owner of the same name that has been made anew since. */
export function hasStaleOwner({ metadata: { ownerReferences = [] } }: Claim, owner: KubeObject, kind: GroupVersionKind): boolean {
  const found = ownerReferences.find((reference) => names(reference, owner, kind));
  return found !== undefined && found.uid !== owner.metadata.uid;
}

/** Whether somebody else controls the claim (Go: hasUnexpectedController). */
export function hasOtherController(claim: Claim, set: StatefulSet, pod: Pod): boolean {
  const { whenScaled, whenDeleted } = deletes(set);
  if (!whenScaled && !whenDeleted) return false;
  return (claim.metadata.ownerReferences ?? []).some((reference) => {
    if (names(reference, set, STATEFUL_SET_KIND)) return reference.uid !== set.metadata.uid;
    if (names(reference, pod, POD_KIND)) return reference.uid !== pod.metadata.uid;
    return reference.controller === true;
  });
}

/** Whether set and pod must own the claim, by the policy and whether the pod is wanted. */
function wantedOwners(set: StatefulSet, pod: Pod): { readonly set: boolean; readonly pod: boolean } {
  const { whenScaled, whenDeleted } = deletes(set);
  const isCondemned = whenScaled && !isInRange(pod, set);
  return { set: whenDeleted && !isCondemned, pod: isCondemned };
}

/** Whether the claim's owners are as the retention policy asks for (Go: isClaimOwnerUpToDate). */
export function hasRightOwners(claim: Claim, set: StatefulSet, pod: Pod): boolean {
  if (hasStaleOwner(claim, set, STATEFUL_SET_KIND) || hasStaleOwner(claim, pod, POD_KIND)) return true;
  const [ofSet, ofPod] = [isOwner(claim, set), isOwner(claim, pod)];
  if (hasOtherController(claim, set, pod)) return !ofSet && !ofPod;
  const isMere = ({ uid, controller }: OwnerReference): boolean =>
    (uid === set.metadata.uid || uid === pod.metadata.uid) && controller !== true;
  if ((claim.metadata.ownerReferences ?? []).some(isMere)) return false;
  const wanted = wantedOwners(set, pod);
  return ofSet === wanted.set && ofPod === wanted.pod;
}

/** The claim with the owners that the policy asks for (Go: updateClaimOwnerRefForSetAndPod). */
export function withRightOwners(claim: Claim, set: StatefulSet, pod: Pod): Claim {
  const others = (claim.metadata.ownerReferences ?? []).filter(
    (reference) => !names(reference, set, STATEFUL_SET_KIND) && !names(reference, pod, POD_KIND),
  );
  const wanted = hasOtherController(claim, set, pod) ? { set: false, pod: false } : wantedOwners(set, pod);
  const ownerReferences = [
    ...others,
    ...(wanted.set ? [newControllerRef(set, STATEFUL_SET_KIND)] : []),
    ...(wanted.pod ? [newControllerRef(pod, POD_KIND)] : []),
  ];
  return { ...claim, metadata: { ...claim.metadata, ownerReferences } };
}
