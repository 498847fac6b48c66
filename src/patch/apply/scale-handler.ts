import type { Json, JsonObject } from '../../schema/type.js';
import { difference, setOf } from './field-set.js';
import { decodeManagedFields, encodeManagedFields } from './managed-fields.js';
import { managerId, Owned, type Owners } from './managers.js';
import { fieldPath, type Path } from './path-element.js';

const SCALE_VERSION = 'autoscaling/v1';
const REPLICAS_IN_SCALE = fieldPath('spec', 'replicas');

/**
 * Where a resource keeps its replicas, by API version. A version that is not
 * listed is unknown; undefined is one without a scale subresource.
 */
export type ReplicasPaths = ReadonlyMap<string, Path | undefined>;

/**
 * The managedFields of a Scale, made from those of the scaled object: whoever
 * owns its replicas owns those of the Scale (Go: managedfields.ScaleHandler).
 */
export function toScaleManagedFields(parentEntries: Json | undefined, paths: ReplicasPaths): JsonObject[] | undefined {
  const parent = decodeManagedFields(parentEntries);
  const owners: Owners = new Map();
  const times = new Map<string, string | undefined>();
  for (const [key, owned] of parent.owners) {
    const path = paths.get(owned.apiVersion);
    if (path === undefined || !owned.set.has(path)) continue;
    const moved = inVersion(owned, SCALE_VERSION, REPLICAS_IN_SCALE);
    owners.set(moved.id.key, moved);
    times.set(moved.id.key, parent.times.get(key));
  }
  return encodeManagedFields({ owners, times });
}

/**
 * The managedFields of the scaled object after a write to its Scale. Owners that
 * are new to it come without time, which only the Scale's entries had.
 */
export function toParentManagedFields(
  parentEntries: Json | undefined,
  scaleEntries: Json | undefined,
  paths: ReplicasPaths,
  apiVersion: string,
): JsonObject[] | undefined {
  const parent = decodeManagedFields(parentEntries);
  const scale = decodeManagedFields(scaleEntries);
  const owners: Owners = new Map();
  const times = new Map<string, string | undefined>();
  for (const [key, owned] of parent.owners) {
    if (!paths.has(owned.apiVersion)) continue;
    const path = paths.get(owned.apiVersion);
    if (path === undefined || !owned.set.has(path) || scale.owners.delete(key)) {
      owners.set(key, owned);
    } else {
      // Someone else has set the replicas.
      const set = difference(owned.set, setOf(path));
      if (set.isEmpty()) continue;
      owners.set(key, owned.withSet(set));
    }
    times.set(key, parent.times.get(key));
  }
  const replicas = paths.get(apiVersion);
  for (const [key, owned] of scale.owners) {
    if (!owned.set.has(REPLICAS_IN_SCALE)) continue;
    const moved = inVersion(owned, apiVersion, replicas ?? []);
    owners.set(moved.id.key, moved);
    times.set(moved.id.key, parent.times.get(key));
  }
  return encodeManagedFields({ owners, times });
}

/** The owner of one path in another version, which makes it another owner if it is an updater. */
function inVersion(owned: Owned, apiVersion: string, path: Path): Owned {
  const { manager, operation, subresource } = owned.id;
  return new Owned(managerId(manager, operation, apiVersion, subresource), setOf(path), apiVersion, owned.applied);
}
