import { isStatus } from '../apimachinery/status.js';
import type { GroupVersionKind, GroupVersionResource } from '../apimachinery/group-version.js';
import { apiVersionOf } from '../apimachinery/group-version.js';
import type { LabelSelector } from '../apimachinery/label-selector.js';
import type { Client, KubeObject, OwnerReference } from '../client/client.js';

/** The owner that controls the object; undefined if none does (Go: metav1.GetControllerOf). */
export function controllerOf({ metadata: { ownerReferences } }: KubeObject): OwnerReference | undefined {
  return ownerReferences?.find(({ controller }) => controller === true);
}

/** Whether `owner` controls the object (Go: metav1.IsControlledBy). */
export function isControlledBy(object: KubeObject, owner: KubeObject): boolean {
  return controllerOf(object)?.uid === owner.metadata.uid;
}

/** The reference by which an owner controls what it makes (Go: metav1.NewControllerRef). */
export function newControllerRef({ metadata: { name = '', uid = '' } }: KubeObject, kind: GroupVersionKind): OwnerReference {
  return { apiVersion: apiVersionOf(kind), kind: kind.kind, name, uid, controller: true, blockOwnerDeletion: true };
}

/** For an informer's index: the uid of the controller, or `ORPHANS` and the namespace. */
export const BY_CONTROLLER = 'controller';

/** The value of the index `BY_CONTROLLER` for a namespace's objects without one. */
export function orphansOf(namespace: string): string {
  return `/${namespace}`;
}

/** Index function of `BY_CONTROLLER`. */
export function controllerIndex(object: KubeObject): readonly string[] {
  return [controllerOf(object)?.uid ?? orphansOf(object.metadata.namespace ?? '')];
}

export interface ClaimOptions {
  readonly client: Client;
  /** The resource of what is claimed. */
  readonly resource: GroupVersionResource;
  readonly owner: KubeObject;
  readonly ownerKind: GroupVersionKind;
  readonly ownerResource: GroupVersionResource;
  readonly selector: LabelSelector;
  /** Added to what is adopted, and taken from what is released. */
  readonly finalizers?: readonly string[] | undefined;
}

/**
 * Of `objects` those that the owner controls: what it controls and selects it
 * keeps, what it no longer selects it releases, orphans that it selects it
 * adopts (Go: controller.BaseControllerRefManager.ClaimObject). Throws what the
 * API server answers, after all have been tried.
 */
export async function claimObjects<T extends KubeObject>(
  options: ClaimOptions,
  objects: readonly T[],
  isWanted: (object: T) => boolean = () => true,
): Promise<T[]> {
  const { owner, selector } = options;
  const claimed: T[] = [];
  let failure: unknown;
  let mayAdopt: Promise<void> | undefined;
  const attempt = async (action: () => Promise<void>): Promise<boolean> => {
    try {
      await action();
      return true;
    } catch (error) {
      if (!isStatus(error, 'NotFound')) failure ??= error;
      return false;
    }
  };
  for (const object of objects) {
    const reference = controllerOf(object);
    const matches = selector.matches(object.metadata.labels) && isWanted(object);
    if (reference !== undefined) {
      if (reference.uid !== owner.metadata.uid) continue;
      if (matches) claimed.push(object);
      else if (owner.metadata.deletionTimestamp === undefined) await attempt(() => release(options, object));
      continue;
    }
    if (!matches || owner.metadata.deletionTimestamp !== undefined || object.metadata.deletionTimestamp !== undefined) continue;
    const adopted = await attempt(async () => {
      mayAdopt ??= recheckOwner(options);
      await mayAdopt;
      await adopt(options, object);
    });
    if (adopted) claimed.push(object);
  }
  if (failure !== undefined) throw failure as Error;
  return claimed;
}

/** Nothing may be adopted by an owner that has been deleted meanwhile (Go: controller.RecheckDeletionTimestamp). */
async function recheckOwner({ client, owner, ownerResource }: ClaimOptions): Promise<void> {
  const { namespace, name = '', uid = '' } = owner.metadata;
  const fresh = await client.get({ resource: ownerResource, namespace }, name);
  if (fresh.metadata.uid !== uid)
    throw new Error(`original ${owner.kind} ${name} is gone: got uid ${fresh.metadata.uid ?? ''}, wanted ${uid}`);
  if (fresh.metadata.deletionTimestamp !== undefined)
    throw new Error(`${name} has just been deleted at ${fresh.metadata.deletionTimestamp}`);
}

async function adopt({ client, resource, owner, ownerKind, finalizers }: ClaimOptions, object: KubeObject): Promise<void> {
  const { namespace, name = '', uid } = object.metadata;
  const metadata = { uid, ownerReferences: [newControllerRef(owner, ownerKind)], ...(finalizers === undefined ? {} : { finalizers }) };
  await client.patch({ resource, namespace }, name, 'strategic', { metadata });
}

async function release({ client, resource, owner, finalizers }: ClaimOptions, object: KubeObject): Promise<void> {
  const { namespace, name = '', uid } = object.metadata;
  const ownerReferences = [{ $patch: 'delete', uid: owner.metadata.uid }];
  const dropped = finalizers === undefined ? {} : { '$deleteFromPrimitiveList/finalizers': finalizers };
  try {
    await client.patch({ resource, namespace }, name, 'strategic', { metadata: { uid, ownerReferences, ...dropped } });
  } catch (error) {
    // It is another object by now, or has no owner any more: fine either way.
    if (!isStatus(error, 'Invalid') && !isStatus(error, 'NotFound')) throw error;
  }
}
