import type { KubeObject, Typed } from '../client/client.js';
import type { Pod, PodResourceClaim } from '../schema/generated/core-v1.js';
import type { ResourceClaim as ClaimType } from '../schema/generated/resource-v1.js';

export type ResourceClaim = Typed<ClaimType>;

/** How many pods may use a claim at once (Go: resourceapi.ResourceClaimReservedForMaxSize). */
const MOST_USERS = 256;

/** Which of the pod's entries a claim was made for. */
export const POD_CLAIM_NAME = 'resource.kubernetes.io/pod-claim-name';

/** Keeps a claim with devices from going (Go: resourceapi.Finalizer). */
export const CLAIM_FINALIZER = 'resource.kubernetes.io/delete-protection';

/** The object behind an entry of a pod: undefined while it is to be made from a template, null if there is to be none. */
export function resourceClaimName({ status }: Typed<Pod>, entry: PodResourceClaim): string | null | undefined {
  if (entry.resourceClaimName !== undefined) return entry.resourceClaimName;
  const made = status.resourceClaimStatuses?.find(({ name }) => name === entry.name);
  return made === undefined ? undefined : (made.resourceClaimName ?? null);
}

/** Names of all claims of a pod that are known by now. */
export function resourceClaimNames(pod: Typed<Pod>): readonly string[] {
  return (pod.spec.resourceClaims ?? []).flatMap((entry) => resourceClaimName(pod, entry) ?? []);
}

export function isReservedFor({ status }: ResourceClaim, { metadata: { uid } }: KubeObject): boolean {
  return status.reservedFor?.some((user) => user.uid === uid) === true;
}

export function canBeReserved({ status }: ResourceClaim): boolean {
  return (status.reservedFor ?? []).length < MOST_USERS;
}
