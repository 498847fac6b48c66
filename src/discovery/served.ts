import type { GroupVersionFacts } from '../schema/registry.js';
import { compareKubeVersions } from '../apimachinery/kube-version.js';

/** A group version as discovery shows it: a built-in one, or one of CustomResourceDefinitions or an APIService. */
export interface ServedGroupVersion extends GroupVersionFacts {
  /** The server behind its APIService could not be asked lately. */
  readonly stale?: boolean | undefined;
  /** Aggregated discovery names group and version of every kind, as it does for custom resources. */
  readonly qualifiedKinds?: boolean | undefined;
}

/** What an APIService has that the server makes for a CustomResourceDefinition's group version. */
export const CUSTOM_PRIORITIES = Object.freeze({ groupPriority: 1000, versionPriority: 100 });

/** A group with its versions, the preferred one first. */
export interface ServedGroup {
  readonly name: string;
  readonly versions: readonly ServedGroupVersion[];
}

/**
 * The groups in discovery's order, without the core group: highest priority first, then by `tieBreak`
 * (Go: kube-aggregator, SortedByGroupAndVersion).
 */
export function groupsInOrder(
  served: Iterable<ServedGroupVersion>,
  tieBreak: (groupVersion: ServedGroupVersion) => string = apiServiceName,
): ServedGroup[] {
  const sorted = [...served]
    .filter((groupVersion) => groupVersion.group !== '')
    .sort((a, b) => descending(a.groupPriority, b.groupPriority) || (tieBreak(a) < tieBreak(b) ? -1 : 1));
  const groups = new Map<string, ServedGroupVersion[]>();
  for (const groupVersion of sorted) {
    const versions = groups.get(groupVersion.group);
    if (versions === undefined) groups.set(groupVersion.group, [groupVersion]);
    else versions.push(groupVersion);
  }
  return [...groups].map(([name, versions]) => ({ name, versions: versions.sort(byVersion) }));
}

function byVersion(a: ServedGroupVersion, b: ServedGroupVersion): number {
  return descending(a.versionPriority, b.versionPriority) || compareKubeVersions(a.version, b.version);
}

function descending(a: number, b: number): number {
  return a === b ? 0 : b > a ? 1 : -1;
}

/** `v1.apps`: group versions of equal priority are ordered by the name of their APIService. */
function apiServiceName({ group, version }: ServedGroupVersion): string {
  return `${version}.${group}`;
}
