import type { GroupResource, GroupVersionKind, GroupVersionResource } from '../../apimachinery/group-version.js';
import { internalError } from '../../apimachinery/status.js';
import type { KubeObject } from '../../registry/object.js';
import type { ResourceDefinition } from '../../registry/resource.js';

/** Groups under whose names the same stored objects are served. */
const SHARED: Readonly<Record<string, readonly string[]>> = {
  '/events': ['', 'events.k8s.io'],
  'events.k8s.io/events': ['', 'events.k8s.io'],
};

/** A resource and the kind of its objects. */
export interface Equivalent {
  readonly resource: GroupVersionResource;
  readonly kind: GroupVersionKind;
}

/** What is served. */
export interface ServedVersions {
  /** All served versions of a resource. */
  versionsOf(resource: GroupResource): readonly ResourceDefinition[];
  /** Changes whenever resources come or go. */
  catalogVersion(): number;
}

/** All names under which the objects of a request are served (Go: EquivalentResourceMapper). */
export function equivalentsOf(versions: ServedVersions, { group, resource }: GroupVersionResource, subresource: string): Equivalent[] {
  const groups = SHARED[`${group}/${resource}`] ?? [group];
  return groups
    .flatMap((other) => versions.versionsOf({ group: other, resource }))
    .flatMap((definition) => {
      const kind = kindAt(definition, subresource);
      return kind === undefined
        ? []
        : [{ resource: { group: definition.group, version: definition.version, resource: definition.resource }, kind }];
    });
}

function kindAt(definition: ResourceDefinition, subresource: string): GroupVersionKind | undefined {
  const own = { group: definition.group, version: definition.version, kind: definition.kind };
  if (subresource === '') return own;
  const spec = definition.subresources.get(subresource);
  return spec === undefined || spec.form === 'view' ? spec && own : spec.gvk;
}

/** The definition of a resource at its version. */
export function definitionAt(versions: ServedVersions, resource: GroupVersionResource): ResourceDefinition | undefined {
  return versions.versionsOf(resource).find(({ version }) => version === resource.version);
}

/**
 * A copy of an object of one kind as the other, by way of the stored version.
 * Throws 500 if either is not served any more, and what a conversion webhook fails with.
 */
export async function convertObject(
  versions: ServedVersions,
  object: KubeObject,
  from: GroupVersionResource,
  to: GroupVersionResource,
): Promise<KubeObject> {
  const source = definitionAt(versions, from);
  const target = definitionAt(versions, to);
  if (source === undefined || target === undefined) {
    throw internalError(`unable to convert to ${to.group}/${to.version}, Resource=${to.resource}: unknown kind`);
  }
  const own = structuredClone(object);
  // The form of a custom resource reads any of its versions.
  const stored = source.conversion === undefined || source.custom === true ? own : await source.conversion.toStorage(own);
  await target.conversion?.prepare?.([stored]);
  return target.conversion === undefined ? stored : target.conversion.fromStorage(stored);
}
