import { apiVersionOf, type GroupVersionKind } from '../../apimachinery/group-version.js';
import { typeRegistry } from '../../schema/types.js';

/** Which group took over the kinds of one that is no longer served. */
const HEIRS: Readonly<Record<string, readonly string[]>> = { extensions: ['apps', 'networking.k8s.io', 'policy'] };

/** Kinds that versions which are only compiled in don't have yet. */
const NOT_YET: Readonly<Record<string, readonly string[]>> = {
  'authentication.k8s.io/v1alpha1': ['TokenRequest', 'TokenReview'],
  'authentication.k8s.io/v1beta1': ['TokenRequest'],
};

/**
 * Whether the real server's scheme has this kind, served or not. Of versions
 * that are only compiled in we know that they are, and that their kinds are
 * those of a later version.
 */
export function schemeKnows(gvk: GroupVersionKind, endpoint: GroupVersionKind): boolean {
  const registry = typeRegistry();
  if (schemeOf(gvk.group) !== schemeOf(endpoint.group)) return false;
  if (registry.typeOf(gvk) !== undefined) return true;
  if (!registry.isRegistered(gvk) || NOT_YET[`${gvk.group}/${gvk.version}`]?.includes(gvk.kind) === true) return false;
  const groups = HEIRS[gvk.group] ?? [gvk.group];
  return registry.groupVersions.some(
    (served) => groups.includes(served.group) && registry.typeOf({ ...served, kind: gvk.kind }) !== undefined,
  );
}

/** Go's words for a kind that can't become another: packages instead of groups. */
export function unconvertible(from: GroupVersionKind, to: GroupVersionKind): string {
  return `converting (${from.version}.${from.kind}) to (${internalPackage(to.group)}.${to.kind}): unknown conversion`;
}

/** Go's words for a kind that the scheme of an endpoint doesn't have. */
export function unregistered(from: GroupVersionKind, endpoint: GroupVersionKind): string {
  return `no kind "${from.kind}" is registered for version "${apiVersionOf(from)}" in scheme "${schemeOf(endpoint.group)}"`;
}

function internalPackage(group: string): string {
  if (group === '' || group === 'events.k8s.io') return 'core';
  return group.split('.')[0] ?? group;
}

/** Where the real server makes the schemes of the API servers that it is put together from. */
const SCHEMES: Readonly<Record<string, string>> = {
  'apiextensions.k8s.io': 'k8s.io/apiextensions-apiserver/pkg/apiserver/apiserver.go:55',
  'apiregistration.k8s.io': 'k8s.io/kube-aggregator/pkg/apiserver/scheme/scheme.go:28',
};

/** The scheme that a group's kinds are registered in, as errors name it. */
function schemeOf(group: string): string {
  return SCHEMES[group] ?? 'pkg/api/legacyscheme/scheme.go:30';
}
