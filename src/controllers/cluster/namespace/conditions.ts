import { formatTime } from '../../../apimachinery/time.js';
import type { NamespaceCondition } from '../../../schema/generated/core-v1.js';

/** What a pass over a namespace's content found. */
export interface Findings {
  /** Why not all resources could be discovered. */
  readonly discoveryFailure?: string | undefined;
  /** Why content could not be deleted. */
  readonly failures: readonly string[];
  /** How many objects remain, by `resource.group`; undefined if nobody counted. */
  readonly remaining?: ReadonlyMap<string, number> | undefined;
  /** How many of them wait for a finalizer, by finalizer. */
  readonly finalizers?: ReadonlyMap<string, number> | undefined;
}

interface Verdict {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
}

/** In the order in which they appear in status, each as it is when all is well. */
const WELL: readonly Verdict[] = [
  { type: 'NamespaceDeletionDiscoveryFailure', reason: 'ResourcesDiscovered', message: 'All resources successfully discovered' },
  {
    type: 'NamespaceDeletionGroupVersionParsingFailure',
    reason: 'ParsedGroupVersions',
    message: 'All legacy kube types successfully parsed',
  },
  {
    type: 'NamespaceDeletionContentFailure',
    reason: 'ContentDeleted',
    message: 'All content successfully deleted, may be waiting on finalization',
  },
  { type: 'NamespaceContentRemaining', reason: 'ContentRemoved', message: 'All content successfully removed' },
  {
    type: 'NamespaceFinalizersRemaining',
    reason: 'ContentHasNoFinalizers',
    message: 'All content-preserving finalizers finished',
  },
];

/** What is wrong (Go: namespaceConditionUpdater). */
function troubles({ discoveryFailure, failures, remaining = new Map(), finalizers = new Map() }: Findings): Verdict[] {
  const found: Verdict[] = [];
  if (discoveryFailure !== undefined)
    found.push({ type: 'NamespaceDeletionDiscoveryFailure', reason: 'DiscoveryFailed', message: discoveryFailure });
  if (failures.length > 0) {
    const message = `Failed to delete all resource types, ${String(failures.length)} remaining: ${[...failures].sort().join(', ')}`;
    found.push({ type: 'NamespaceDeletionContentFailure', reason: 'ContentDeletionFailed', message });
  }
  if (remaining.size > 0) {
    const parts = [...remaining].map(([resource, count]) => `${resource} has ${String(count)} resource instances`).sort();
    const message = `Some resources are remaining: ${parts.join(', ')}`;
    found.push({ type: 'NamespaceContentRemaining', reason: 'SomeResourcesRemain', message });
  }
  if (finalizers.size > 0) {
    const parts = [...finalizers].map(([finalizer, count]) => `${finalizer} in ${String(count)} resource instances`).sort();
    const message = `Some content in the namespace has finalizers remaining: ${parts.join(', ')}`;
    found.push({ type: 'NamespaceFinalizersRemaining', reason: 'SomeFinalizersRemain', message });
  }
  return found;
}

/**
 * The conditions of a namespace after a pass; undefined if they say it already.
 * @param now milliseconds since the epoch
 */
export function conditionsAfter(
  before: readonly NamespaceCondition[] | undefined,
  findings: Findings,
  now: number,
): NamespaceCondition[] | undefined {
  const found = troubles(findings);
  const conditions = [...(before ?? [])];
  let hasChanged = false;
  for (const well of WELL) {
    const trouble = found.find(({ type }) => type === well.type);
    const { type, reason, message } = trouble ?? well;
    const status = trouble === undefined ? 'False' : 'True';
    const at = conditions.findIndex((condition) => condition.type === type);
    const old = conditions[at];
    if (old?.status === status && old.reason === reason && old.message === message) continue;
    hasChanged = true;
    const lastTransitionTime = old?.status === status ? old.lastTransitionTime : formatTime(now);
    const condition: NamespaceCondition = { type, status, lastTransitionTime, reason, message };
    if (old === undefined) conditions.push(condition);
    else conditions[at] = condition;
  }
  return hasChanged ? conditions : undefined;
}
