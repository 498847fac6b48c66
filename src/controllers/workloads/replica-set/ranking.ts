import { parseInt64 } from '../../../apimachinery/strconv.js';
import { isPodActive, isPodReady, podReadySince, type Pod } from '../../../component-helpers/pods.js';
import { byProgress, byRestarts, createdAt } from '../common/pod-order.js';

const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';

/**
 * The pods that go first: those that aren't scheduled, run or are ready, that
 * cost less, that share their node with more others, that are younger (by orders
 * of magnitude), that were restarted more (Go: controller.ActivePodsWithRanks).
 * @param related pods of the same workload, this one's included
 */
export function podsToDelete(pods: readonly Pod[], related: readonly Pod[], count: number, now: number): readonly Pod[] {
  if (count >= pods.length) return pods;
  const onNode = new Map<string, number>();
  for (const pod of related) {
    const { nodeName = '' } = pod.spec;
    if (isPodActive(pod)) onNode.set(nodeName, (onNode.get(nodeName) ?? 0) + 1);
  }
  const rank = (pod: Pod): number => onNode.get(pod.spec.nodeName ?? '') ?? 0;
  return [...pods].sort((a, b) => compare(a, b, rank, now)).slice(0, count);
}

/** Negative if `a` goes before `b`. */
function compare(a: Pod, b: Pod, rank: (pod: Pod) => number, now: number): number {
  return (
    byProgress(a, b) ||
    deletionCost(a) - deletionCost(b) ||
    rank(b) - rank(a) ||
    (isPodReady(a) ? compareAges(podReadySince(a), podReadySince(b), a, b, now) : 0) ||
    byRestarts(a, b) ||
    compareAges(createdAt(a), createdAt(b), a, b, now)
  );
}

/** An int32; what can't be read counts as none (Go: GetDeletionCostFromPodAnnotations). */
function deletionCost({ metadata: { annotations } }: Pod): number {
  const value = annotations?.[DELETION_COST];
  if (value === undefined || value.startsWith('+') || (value.startsWith('0') && value !== '0')) return 0;
  const parsed = parseInt64(value, 32);
  return typeof parsed === 'bigint' ? Number(parsed) : 0;
}

/** Moments that are unknown come first, then the later ones, by orders of magnitude of their age (KEP-2185). */
function compareAges(since: number | undefined, other: number | undefined, a: Pod, b: Pod, now: number): number {
  if (since === other) return 0;
  if (since === undefined || other === undefined) return since === undefined ? -1 : 1;
  return magnitude(now - since) - magnitude(now - other) || ((a.metadata.uid ?? '') < (b.metadata.uid ?? '') ? -1 : 1);
}

/** The binary logarithm of an age in nanoseconds. */
function magnitude(age: number): number {
  return age > 0 ? Math.trunc(Math.log2(age * 1e6)) : -1;
}
