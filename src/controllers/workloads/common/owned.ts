import type { LabelSelector } from '../../../apimachinery/label-selector.js';
import { semanticEqual } from '../../../apimachinery/semantic-equal.js';
import type { KubeObject } from '../../../client/client.js';
import type { Informer } from '../../../client/informer.js';
import { BY_CONTROLLER, controllerIndex, controllerOf, orphansOf } from '../../../component-helpers/controller-ref.js';

export interface OwnedOptions<Owner extends KubeObject, Child extends KubeObject> {
  readonly owners: Informer<Owner>;
  /** The kind that references to owners name. */
  readonly ownerKind: string;
  readonly children: Informer<Child>;
  readonly selectorOf: (owner: Owner) => LabelSelector;
  /** Something happened to what the owner has, or could adopt. */
  readonly enqueue: (owner: Owner) => void;
  /** Whether a child that appears with an owner is no news to it, since nobody else makes any; false if absent. */
  readonly ignoresMade?: boolean | undefined;
  /** Called for each child that was changed, before its owner is enqueued. */
  readonly onUpdate?: ((owner: Owner, child: Child, old: Child) => void) | undefined;
}

/**
 * What the owners of one kind have: finds it by index, and tells an owner of
 * changes to what it controls, and of orphans that it selects (Go: addPod,
 * updatePod and deletePod of each workload controller).
 */
export class Owned<Owner extends KubeObject, Child extends KubeObject> {
  constructor(private readonly options: OwnedOptions<Owner, Child>) {
    options.children.addIndex(BY_CONTROLLER, controllerIndex);
    options.children.addHandler({
      added: (child) => {
        this.added(child);
      },
      updated: (child, old) => {
        this.updated(child, old);
      },
      deleted: (child) => {
        this.enqueueOwner(child);
      },
    });
  }

  /** What the owner controls. */
  of({ metadata: { uid = '' } }: KubeObject): readonly Child[] {
    return this.options.children.byIndex(BY_CONTROLLER, uid);
  }

  /** What the owner controls, and what nobody controls in its namespace. */
  withOrphans(owner: KubeObject): readonly Child[] {
    const { namespace = '' } = owner.metadata;
    return [...this.of(owner), ...this.options.children.byIndex(BY_CONTROLLER, orphansOf(namespace))];
  }

  /** The owner that a child's reference names; undefined if it isn't of this kind or is gone. */
  ownerOf(child: KubeObject): Owner | undefined {
    const reference = controllerOf(child);
    if (reference?.kind !== this.options.ownerKind) return undefined;
    const owner = this.options.owners.get(child.metadata.namespace ?? '', reference.name);
    return owner?.metadata.uid === reference.uid ? owner : undefined;
  }

  private added(child: Child): void {
    const isLeaving = child.metadata.deletionTimestamp !== undefined;
    if (controllerOf(child) === undefined && !isLeaving) this.enqueueMatching(child);
    else if (isLeaving || this.options.ignoresMade !== true) this.enqueueOwner(child);
  }

  private updated(child: Child, old: Child): void {
    const reference = controllerOf(child);
    const isOwnerChanged = controllerOf(old)?.uid !== reference?.uid;
    if (isOwnerChanged) this.enqueueOwner(old);
    if (reference !== undefined) {
      const owner = this.ownerOf(child);
      if (owner === undefined) return;
      this.options.onUpdate?.(owner, child, old);
      this.options.enqueue(owner);
      return;
    }
    if (child.metadata.deletionTimestamp !== undefined) return;
    if (isOwnerChanged || !semanticEqual(child.metadata.labels, old.metadata.labels)) this.enqueueMatching(child);
  }

  private enqueueOwner(child: Child): void {
    const owner = this.ownerOf(child);
    if (owner !== undefined) this.options.enqueue(owner);
  }

  private enqueueMatching({ metadata: { namespace, labels } }: Child): void {
    // Nothing selects what has no labels.
    if (labels === undefined) return;
    const { owners, selectorOf, enqueue } = this.options;
    for (const owner of owners.list(namespace ?? '')) {
      const selector = selectorOf(owner);
      if (!selector.isEmpty() && selector.matches(labels)) enqueue(owner);
    }
  }
}
