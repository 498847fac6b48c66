import { isStatus } from '../../../apimachinery/status.js';
import type { KubeObject, ObjectMeta, OwnerReference } from '../../../client/client.js';
import type { OwnerGraph } from './graph.js';
import { identityOf } from './identity.js';
import { blockingDependents, FOREGROUND, isDeletingDependents, ORPHAN, type GraphNode } from './node.js';
import type { Objects } from './objects.js';
import { unblocked, withoutOwners } from './references.js';

/** Owners by what has become of them. */
interface Owners {
  readonly solid: readonly OwnerReference[];
  readonly dangling: readonly OwnerReference[];
  /** Being deleted in the foreground. */
  readonly waiting: readonly OwnerReference[];
}

/** Deletes what no owner holds any more, and orphans what is to stay (Go: garbagecollector.GarbageCollector). */
export class Collector {
  constructor(
    private readonly graph: OwnerGraph,
    private readonly objects: Objects,
    private readonly attemptToDelete: (node: GraphNode) => void,
  ) {}

  /** Deletes the object if its owners are gone, or lets it go if its dependents are. Throws what `Objects` throws. */
  async delete(node: GraphNode): Promise<void> {
    if (node.beingDeleted && !node.deletingDependents) return;
    const { identity } = node;
    const latest = await this.objects.find(identity);
    if (latest === undefined) {
      this.graph.forgetAbsent(identity);
      return;
    }
    if (node.deletingDependents) {
      await this.finish(node);
      return;
    }
    const { ownerReferences = [] } = latest.metadata;
    if (ownerReferences.length === 0) return;
    const owners = await this.classify(node, ownerReferences);
    if (owners.solid.length > 0) await this.leaveOwners(node, latest, owners);
    else if (owners.waiting.length > 0 && node.dependents.size > 0) await this.deleteInForeground(node, latest);
    else await this.remove(node, latest, policyOf(latest.metadata));
  }

  /** Takes the owner from the references of its dependents, then lets it go. */
  async orphan(owner: GraphNode): Promise<void> {
    for (const { identity } of [...owner.dependents]) {
      const dependent = await this.objects.find(identity);
      if (dependent === undefined) continue;
      const { custom } = this.objects.resource(identity);
      try {
        await this.objects.patch(identity, withoutOwners(dependent.metadata, [owner.identity.uid], custom));
      } catch (error) {
        if (!isStatus(error, 'NotFound')) throw error;
      }
    }
    await this.objects.removeFinalizer(owner.identity, ORPHAN);
  }

  /** The object waits for its dependents: lets it go if none blocks it, otherwise sees to them. */
  private async finish(node: GraphNode): Promise<void> {
    const blocking = blockingDependents(node);
    if (blocking.length === 0) {
      await this.objects.removeFinalizer(node.identity, FOREGROUND);
      return;
    }
    for (const dependent of blocking) if (!dependent.deletingDependents) this.attemptToDelete(dependent);
  }

  private async classify({ identity }: GraphNode, references: readonly OwnerReference[]): Promise<Owners> {
    const solid: OwnerReference[] = [];
    const dangling: OwnerReference[] = [];
    const waiting: OwnerReference[] = [];
    for (const reference of references) {
      const owner = await this.objects.find(identityOf(reference, identity.namespace));
      if (owner === undefined) dangling.push(reference);
      else if (isDeletingDependents(owner.metadata)) waiting.push(reference);
      else solid.push(reference);
    }
    return { solid, dangling, waiting };
  }

  /** One owner holds the object: those that don't are taken from its references, lest they wait for it. */
  private async leaveOwners({ identity }: GraphNode, latest: KubeObject, { dangling, waiting }: Owners): Promise<void> {
    const uids = [...dangling, ...waiting].map(({ uid }) => uid);
    if (uids.length === 0) return;
    const { custom } = this.objects.resource(identity);
    await this.objects.patch(identity, withoutOwners(latest.metadata, uids, custom));
  }

  private async deleteInForeground(node: GraphNode, latest: KubeObject): Promise<void> {
    // A dependent that waits for its own dependents may be an owner of this one: nothing would ever go.
    if ([...node.dependents].some(({ deletingDependents }) => deletingDependents)) {
      const { custom } = this.objects.resource(node.identity);
      await this.objects.patch(node.identity, unblocked(latest.metadata, node, custom));
    }
    await this.remove(node, latest, 'Foreground');
  }

  private async remove({ identity }: GraphNode, latest: KubeObject, policy: 'Orphan' | 'Foreground' | 'Background'): Promise<void> {
    if (!(await this.objects.delete(identity, latest, policy))) this.graph.forgetAbsent(identity);
  }
}

/** Finalizers that stand on the object already decide. */
function policyOf({ finalizers = [] }: ObjectMeta): 'Orphan' | 'Foreground' | 'Background' {
  if (finalizers.includes(ORPHAN)) return 'Orphan';
  return finalizers.includes(FOREGROUND) ? 'Foreground' : 'Background';
}
