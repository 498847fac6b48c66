import type { KubeObject, ObjectMeta, OwnerReference } from '../../../client/client.js';
import { identityOf, identityOfObject, matches, sameIdentity, type Identity } from './identity.js';
import {
  alternateIdentity,
  beginsToWait,
  FOREGROUND,
  isBeingDeleted,
  isDeletingDependents,
  NO_OWNERS,
  ORPHAN,
  partitionDependents,
  type GraphNode,
} from './node.js';

/** What the graph asks for when it changes. */
export interface GraphListener {
  /** The object may be garbage, or wait for its dependents. */
  attemptToDelete(node: GraphNode): void;
  /** The object is being deleted and its dependents are to stay. */
  attemptToOrphan(node: GraphNode): void;
  /** A reference names an owner of another namespace. */
  invalidNamespace(node: GraphNode, reference: OwnerReference): void;
}

/**
 * Who owns whom, kept up with what informers tell. Owners that are named but not
 * seen stand in it as virtual nodes (Go: garbagecollector.GraphBuilder).
 */
export class OwnerGraph {
  private readonly nodes = new Map<string, GraphNode>();

  constructor(private readonly listener: GraphListener) {}

  get size(): number {
    return this.nodes.size;
  }

  find(uid: string): GraphNode | undefined {
    return this.nodes.get(uid);
  }

  /** An object was added (`old` is undefined) or updated. */
  observe(object: KubeObject, apiVersion: string, old?: KubeObject): void {
    const { metadata } = object;
    const owners = metadata.ownerReferences ?? NO_OWNERS;
    const known = this.nodes.get(metadata.uid ?? '');
    if (known === undefined) {
      const node = newNode(identityOfObject(object, apiVersion), owners);
      node.beingDeleted = isBeingDeleted(metadata);
      node.deletingDependents = isDeletingDependents(metadata);
      this.nodes.set(node.identity.uid, node);
      this.addToOwners(node, owners);
      this.watchDeletion(old?.metadata, metadata, node);
      return;
    }
    if (known.isVirtual) this.hasAppeared(known, identityOfObject(object, apiVersion));
    this.changeOwners(known, owners);
    if (isBeingDeleted(metadata)) known.beingDeleted = true;
    this.watchDeletion(old?.metadata, metadata, known);
  }

  /** An object is gone. */
  forget({ metadata: { uid = '' } }: KubeObject): void {
    const node = this.nodes.get(uid);
    if (node !== undefined) this.remove(node);
  }

  /** The server knows no object of this identity; other identities under the same uid may still be tried. */
  forgetAbsent(absent: Identity): void {
    const node = this.nodes.get(absent.uid);
    if (node === undefined) return;
    if (!node.isVirtual && !sameIdentity(node.identity, absent)) {
      for (const dependent of partitionDependents(node.dependents, absent).matching) this.listener.attemptToDelete(dependent);
      return;
    }
    const { matching, others } = partitionDependents(node.dependents, absent);
    if (!node.isVirtual || others.length === 0) {
      this.remove(node);
      return;
    }
    for (const dependent of matching) this.listener.attemptToDelete(dependent);
    if (!sameIdentity(node.identity, absent)) return;
    const alternate = alternateIdentity(others, absent);
    if (alternate === undefined) return;
    node.identity = alternate;
    this.listener.attemptToDelete(node);
  }

  private remove(node: GraphNode): void {
    this.nodes.delete(node.identity.uid);
    for (const { uid } of node.owners) this.nodes.get(uid)?.dependents.delete(node);
    for (const dependent of node.dependents) this.listener.attemptToDelete(dependent);
    for (const { uid } of node.owners) {
      const owner = this.nodes.get(uid);
      // Perhaps this was the last that it waited for.
      if (owner?.deletingDependents === true) this.listener.attemptToDelete(owner);
    }
  }

  /** A virtual node turns out to be real, under this identity. */
  private hasAppeared(node: GraphNode, observed: Identity): void {
    if (!sameIdentity(node.identity, observed)) {
      for (const dependent of partitionDependents(node.dependents, observed).others) {
        if (observed.namespace !== '' && dependent.identity.namespace !== observed.namespace) this.report(dependent, observed.uid);
        this.listener.attemptToDelete(dependent);
      }
      node.identity = observed;
    }
    node.isVirtual = false;
  }

  private changeOwners(node: GraphNode, owners: readonly OwnerReference[]): void {
    const before = node.owners;
    if (before === owners || (before.length === 0 && owners.length === 0)) return;
    const added = owners.filter(({ uid }) => !before.some((reference) => reference.uid === uid));
    const removed = before.filter(({ uid }) => !owners.some((reference) => reference.uid === uid));
    for (const reference of before) {
      if (reference.blockOwnerDeletion !== true) continue;
      if (owners.find(({ uid }) => uid === reference.uid)?.blockOwnerDeletion === true) continue;
      const owner = this.nodes.get(reference.uid);
      if (owner !== undefined) this.listener.attemptToDelete(owner);
    }
    node.owners = owners;
    this.addToOwners(node, added);
    for (const { uid } of removed) this.nodes.get(uid)?.dependents.delete(node);
  }

  private addToOwners(node: GraphNode, owners: readonly OwnerReference[]): void {
    let isDoubtful = false;
    for (const reference of owners) {
      const owner = this.nodes.get(reference.uid);
      if (owner === undefined) {
        const virtual = newNode(identityOf(reference, node.identity.namespace), NO_OWNERS);
        virtual.isVirtual = true;
        virtual.dependents.add(node);
        this.nodes.set(reference.uid, virtual);
        this.listener.attemptToDelete(virtual);
        continue;
      }
      owner.dependents.add(node);
      isDoubtful ||= this.isDoubtful(node, reference, owner);
    }
    if (isDoubtful) this.listener.attemptToDelete(node);
  }

  /** Whether a reference may be wrong about an owner that the graph has. */
  private isDoubtful(node: GraphNode, reference: OwnerReference, { identity, isVirtual }: GraphNode): boolean {
    if (identity.namespace !== '' && identity.namespace !== node.identity.namespace) {
      if (!isVirtual) this.report(node, identity.uid);
      return true;
    }
    if (!matches(reference, identity)) return true;
    return isVirtual && identity.namespace === '' && node.identity.namespace !== '';
  }

  private report(node: GraphNode, uid: string): void {
    const reference = node.owners.find((owner) => owner.uid === uid);
    if (reference !== undefined) this.listener.invalidNamespace(node, reference);
  }

  private watchDeletion(old: ObjectMeta | undefined, metadata: ObjectMeta, node: GraphNode): void {
    if (beginsToWait(old, metadata, ORPHAN)) {
      this.listener.attemptToOrphan(node);
      return;
    }
    if (!beginsToWait(old, metadata, FOREGROUND)) return;
    node.deletingDependents = true;
    for (const dependent of node.dependents) this.listener.attemptToDelete(dependent);
    this.listener.attemptToDelete(node);
  }
}

function newNode(identity: Identity, owners: readonly OwnerReference[]): GraphNode {
  return { identity, owners, dependents: new Set(), beingDeleted: false, deletingDependents: false, isVirtual: false };
}
