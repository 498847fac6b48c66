import { createHash } from 'node:crypto';
import type { GroupVersionKind } from '../apimachinery/group-version.js';
import type { ResourceFacts, SubresourceFacts } from '../schema/registry.js';
import { groupsInOrder, type ServedGroup, type ServedGroupVersion } from './served.js';

/** Aggregated discovery (KEP-3352): everything below /api or /apis in one document. */

interface ApiSubresourceDiscovery {
  readonly subresource: string;
  readonly responseKind: GroupVersionKind;
  readonly verbs: readonly string[];
}

interface ApiResourceDiscovery {
  readonly resource: string;
  readonly responseKind: GroupVersionKind;
  readonly scope: 'Namespaced' | 'Cluster';
  readonly singularResource: string;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly subresources?: readonly ApiSubresourceDiscovery[];
}

export interface ApiGroupDiscoveryList {
  readonly kind: 'APIGroupDiscoveryList';
  readonly apiVersion: 'apidiscovery.k8s.io/v2';
  readonly metadata: object;
  readonly items: readonly {
    readonly metadata: { readonly name?: string };
    readonly versions: readonly {
      readonly version: string;
      readonly resources?: readonly ApiResourceDiscovery[];
      readonly freshness: 'Current' | 'Stale';
    }[];
  }[];
}

/** GET /api with `as=APIGroupDiscoveryList`. */
export function aggregatedCore(served: Iterable<ServedGroupVersion>): ApiGroupDiscoveryList {
  const versions = [...served].filter((groupVersion) => groupVersion.group === '');
  return list([{ name: '', versions }]);
}

/** GET /apis with `as=APIGroupDiscoveryList`. Groups of equal priority are in alphabetical order here. */
export function aggregatedGroups(served: Iterable<ServedGroupVersion>): ApiGroupDiscoveryList {
  return list(groupsInOrder(served, ({ group }) => group));
}

/** The ETag (without quotes) of a discovery document's bytes, in the form that the real server gives it. */
export function discoveryHash(bytes: string | Uint8Array): string {
  return createHash('sha512').update(bytes).digest('hex').toUpperCase();
}

function list(groups: readonly ServedGroup[]): ApiGroupDiscoveryList {
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: groups.map(({ name, versions }) => ({ metadata: name === '' ? {} : { name }, versions: versions.map(versionDiscovery) })),
  };
}

function versionDiscovery(served: ServedGroupVersion) {
  const resources = served.resources.map((resource) => resourceDiscovery(resource, served));
  return {
    version: served.version,
    ...(resources.length > 0 && { resources }),
    freshness: served.stale === true ? ('Stale' as const) : ('Current' as const),
  };
}

function resourceDiscovery(resource: ResourceFacts, served: ServedGroupVersion): ApiResourceDiscovery {
  const { group, version, kind } = resource;
  return {
    resource: resource.resource,
    responseKind: responseKind({ group, version, kind }, served),
    scope: resource.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: resource.singular,
    verbs: resource.verbs,
    ...(resource.shortNames.length > 0 && { shortNames: resource.shortNames }),
    ...(resource.categories.length > 0 && { categories: resource.categories }),
    ...(resource.subresources.length > 0 && { subresources: resource.subresources.map((sub) => subresourceDiscovery(sub, served)) }),
  };
}

function subresourceDiscovery(sub: SubresourceFacts, served: ServedGroupVersion): ApiSubresourceDiscovery {
  return { subresource: sub.name, responseKind: responseKind(sub.kind, served), verbs: sub.verbs };
}

/** Built-in kinds of the group version itself are told without group and version. */
function responseKind(gvk: GroupVersionKind, served: ServedGroupVersion): GroupVersionKind {
  const own = gvk.group === served.group && gvk.version === served.version && served.qualifiedKinds !== true;
  return own ? { group: '', version: '', kind: gvk.kind } : { group: gvk.group, version: gvk.version, kind: gvk.kind };
}
