import { parseTime } from '../../../apimachinery/time.js';
import { isPodReady, podReadySince, type Pod } from '../../../component-helpers/pods.js';

/** Compares two pods: negative if the first goes before the second. */
export type PodOrder = (a: Pod, b: Pod) => number;

const PHASES: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

/** Pods without a node first, then by phase, then those that aren't ready. */
export const byProgress: PodOrder = (a, b) =>
  Number((a.spec.nodeName ?? '') !== '') - Number((b.spec.nodeName ?? '') !== '') ||
  (PHASES[a.status.phase ?? ''] ?? 0) - (PHASES[b.status.phase ?? ''] ?? 0) ||
  Number(isPodReady(a)) - Number(isPodReady(b));

/** Pods whose containers, then whose sidecars were restarted more often first. */
export const byRestarts: PodOrder = (a, b) => maxRestarts(b, false) - maxRestarts(a, false) || maxRestarts(b, true) - maxRestarts(a, true);

/** The order in which pods are deleted where any will do (Go: controller.ActivePods). */
export const byDispensability: PodOrder = (a, b) =>
  byProgress(a, b) || laterFirst(podReadySince(a), podReadySince(b)) || byRestarts(a, b) || laterFirst(createdAt(a), createdAt(b));

/** When the pod was made, in milliseconds since the epoch. */
export function createdAt({ metadata: { creationTimestamp } }: Pod): number | undefined {
  return creationTimestamp === undefined ? undefined : parseTime(creationTimestamp);
}

/** What is unknown comes before all. */
function laterFirst(a = Infinity, b = Infinity): number {
  return a === b ? 0 : a > b ? -1 : 1;
}

/** The most restarts of a container, or of a sidecar. */
function maxRestarts({ spec, status }: Pod, sidecars: boolean): number {
  if (!sidecars) return Math.max(0, ...(status.containerStatuses ?? []).map(({ restartCount = 0 }) => restartCount));
  const names = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always').map(({ name }) => name);
  const counted = (status.initContainerStatuses ?? []).filter(({ name }) => names.includes(name));
  return Math.max(0, ...counted.map(({ restartCount = 0 }) => restartCount));
}
