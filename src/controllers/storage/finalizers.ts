import type { KubeObject, Target } from '../../client/client.js';
import type { ComponentContext } from '../../client/component-context.js';

/** The object with one finalizer more, or without it, written through an update; unchanged if it is so already. */
export async function setFinalizer<T extends KubeObject>(
  { client }: ComponentContext,
  { resource }: Target,
  object: T,
  finalizer: string,
  isWanted: boolean,
): Promise<void> {
  const { finalizers = [], namespace } = object.metadata;
  if (finalizers.includes(finalizer) === isWanted) return;
  const changed = isWanted ? [...finalizers, finalizer] : finalizers.filter((name) => name !== finalizer);
  await client.update({ resource, namespace }, { ...object, metadata: { ...object.metadata, finalizers: changed } });
}
