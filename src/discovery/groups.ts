import { apiVersionOf, type GroupVersion } from '../apimachinery/group-version.js';
import type { ResourceFacts, SubresourceFacts } from '../schema/registry.js';
import { groupsInOrder, type ServedGroup, type ServedGroupVersion } from './served.js';

/** Unaggregated discovery documents, with fields in the order of Go's structs. */

interface GroupVersionForDiscovery {
  readonly groupVersion: string;
  readonly version: string;
}

export interface ApiVersions {
  readonly kind: 'APIVersions';
  readonly versions: readonly string[];
  readonly serverAddressByClientCIDRs: readonly { readonly clientCIDR: string; readonly serverAddress: string }[];
}

interface GroupVersions {
  readonly name: string;
  readonly versions: readonly GroupVersionForDiscovery[];
  readonly preferredVersion: GroupVersionForDiscovery;
}

export interface ApiGroup extends GroupVersions {
  readonly kind: 'APIGroup';
  readonly apiVersion: 'v1';
}

export interface ApiGroupList {
  readonly kind: 'APIGroupList';
  readonly apiVersion: 'v1';
  readonly groups: readonly GroupVersions[];
}

export interface ApiResource {
  readonly name: string;
  readonly singularName: string;
  readonly namespaced: boolean;
  readonly group?: string;
  readonly version?: string;
  readonly kind: string;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly storageVersionHash?: string;
}

export interface ApiResourceList {
  readonly kind: 'APIResourceList';
  readonly apiVersion?: 'v1';
  readonly groupVersion: string;
  readonly resources: readonly ApiResource[];
}

/** GET /api. `serverAddress` is `host:port`. */
export function apiVersions(served: Iterable<ServedGroupVersion>, serverAddress: string): ApiVersions {
  const versions = [...served].filter((groupVersion) => groupVersion.group === '').map((groupVersion) => groupVersion.version);
  return { kind: 'APIVersions', versions, serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress }] };
}

/** GET /apis. */
export function apiGroupList(served: Iterable<ServedGroupVersion>): ApiGroupList {
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groupsInOrder(served).map(groupVersions) };
}

/** GET /apis/<group>; undefined if there is no such group. */
export function apiGroup(served: Iterable<ServedGroupVersion>, group: string): ApiGroup | undefined {
  const [found] = groupsInOrder([...served].filter((groupVersion) => groupVersion.group === group));
  return found && { kind: 'APIGroup', apiVersion: 'v1', ...groupVersions(found) };
}

/** GET /api/v1 and /apis/<group>/<version>. The core group's list has no apiVersion. */
export function apiResourceList(served: ServedGroupVersion): ApiResourceList {
  const resources = served.resources.flatMap((resource) => [
    apiResource(resource),
    ...resource.subresources.map((sub) => apiSubresource(resource, sub, served)),
  ]);
  const groupVersion = apiVersionOf(served);
  return served.group === ''
    ? { kind: 'APIResourceList', groupVersion, resources }
    : { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources };
}

function groupVersions(group: ServedGroup): GroupVersions {
  const versions = group.versions.map(({ group: name, version }) => ({ groupVersion: `${name}/${version}`, version }));
  const [preferredVersion] = versions;
  if (preferredVersion === undefined) throw new Error(`the API group ${group.name} has no version`);
  return { name: group.name, versions, preferredVersion };
}

function apiResource(resource: ResourceFacts): ApiResource {
  return {
    name: resource.resource,
    singularName: resource.singular,
    namespaced: resource.namespaced,
    kind: resource.kind,
    verbs: resource.verbs,
    ...(resource.shortNames.length > 0 && { shortNames: resource.shortNames }),
    ...(resource.categories.length > 0 && { categories: resource.categories }),
    ...(resource.storageVersionHash !== undefined && { storageVersionHash: resource.storageVersionHash }),
  };
}

function apiSubresource(resource: ResourceFacts, sub: SubresourceFacts, own: GroupVersion): ApiResource {
  const { group, version, kind } = sub.kind;
  return {
    name: `${resource.resource}/${sub.name}`,
    singularName: '',
    namespaced: resource.namespaced,
    ...((group !== own.group || version !== own.version) && { group, version }),
    kind,
    verbs: sub.verbs,
  };
}
