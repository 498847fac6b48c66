import type { ObjectMeta, OwnerReference } from '../../../client/client.js';
import { compareIdentities, identityOf, matches, sameIdentity, type Identity } from './identity.js';

/** Finalizers that are the garbage collector's. */
export const FOREGROUND = 'foregroundDeletion';
export const ORPHAN = 'orphan';

export const NO_OWNERS: readonly OwnerReference[] = [];

/** An object in the graph of owners. It keeps no more of it than the collector needs. */
export interface GraphNode {
  identity: Identity;
  owners: readonly OwnerReference[];
  /** In the order in which they came. */
  readonly dependents: Set<GraphNode>;
  beingDeleted: boolean;
  /** It goes when its blocking dependents have gone. */
  deletingDependents: boolean;
  /** Known only from references to it. */
  isVirtual: boolean;
}

export function isBeingDeleted({ deletionTimestamp }: ObjectMeta): boolean {
  return deletionTimestamp !== undefined;
}

export function isDeletingDependents(metadata: ObjectMeta): boolean {
  return isBeingDeleted(metadata) && metadata.finalizers?.includes(FOREGROUND) === true;
}

/** True if the object has begun to wait for the garbage collector under this finalizer (Go: deletionStartsWithFinalizer). */
export function beginsToWait(old: ObjectMeta | undefined, metadata: ObjectMeta, finalizer: string): boolean {
  if (!isBeingDeleted(metadata) || metadata.finalizers?.includes(finalizer) !== true) return false;
  return old === undefined || !isBeingDeleted(old) || old.finalizers?.includes(finalizer) !== true;
}

/** The dependents that the deletion of their owner in the foreground waits for. */
export function blockingDependents({ identity, dependents }: GraphNode): GraphNode[] {
  return [...dependents].filter(({ owners }) =>
    owners.some(({ uid, blockOwnerDeletion }) => uid === identity.uid && blockOwnerDeletion === true),
  );
}

/**
 * Tells dependents that name an owner by just this identity from those that say
 * something else of it; one with several references may be among both.
 */
export function partitionDependents(
  dependents: Iterable<GraphNode>,
  owner: Identity,
): { readonly matching: readonly GraphNode[]; readonly others: readonly GraphNode[] } {
  const matching: GraphNode[] = [];
  const others: GraphNode[] = [];
  for (const dependent of dependents) {
    const elsewhere = owner.namespace !== '' && owner.namespace !== dependent.identity.namespace;
    const references = dependent.owners.filter(({ uid }) => uid === owner.uid);
    if (!elsewhere && references.some((reference) => matches(reference, owner))) matching.push(dependent);
    if (elsewhere || references.some((reference) => !matches(reference, owner))) others.push(dependent);
  }
  return { matching, others };
}

/** Another identity by which dependents name an owner that isn't there under the first: the next one, or the least. */
export function alternateIdentity(dependents: readonly GraphNode[], absent: Identity): Identity | undefined {
  const isClusterScoped = absent.namespace === '';
  const found: Identity[] = [];
  for (const { identity, owners } of dependents) {
    for (const reference of owners) {
      if (reference.uid !== absent.uid) continue;
      if (matches(reference, absent) && (isClusterScoped || absent.namespace === identity.namespace)) continue;
      const sameKind = reference.apiVersion === absent.apiVersion && reference.kind === absent.kind;
      const candidate = identityOf(reference, isClusterScoped && sameKind ? '' : identity.namespace);
      if (!sameIdentity(candidate, absent)) found.push(candidate);
    }
  }
  found.sort(compareIdentities);
  return found.find((candidate) => compareIdentities(absent, candidate) < 0) ?? found[0];
}
