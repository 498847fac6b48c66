import { semanticEqual } from '../apimachinery/semantic-equal.js';
import type { Typed } from '../client/client.js';
import { effectiveRequests } from '../component-helpers/pod-resources.js';
import type { Node, NodeCondition, Pod } from '../schema/generated/core-v1.js';
import type { ClusterAction } from './cluster-event.js';

/** What of a node has changed that scheduling may care about (Go: framework.NodeSchedulingPropertiesChange). */
export function nodeChanges(now: Typed<Node>, old: Typed<Node>): ClusterAction[] {
  const found: ClusterAction[] = [];
  if (old.spec.unschedulable === true && now.spec.unschedulable !== true) found.push('UpdateNodeTaint');
  if (!semanticEqual(old.status.allocatable, now.status.allocatable)) found.push('UpdateNodeAllocatable');
  if (!semanticEqual(old.metadata.labels, now.metadata.labels)) found.push('UpdateNodeLabel');
  if (!semanticEqual(old.spec.taints, now.spec.taints)) found.push('UpdateNodeTaint');
  if (!sameConditions(old.status.conditions, now.status.conditions)) found.push('UpdateNodeCondition');
  if (!semanticEqual(old.metadata.annotations, now.metadata.annotations)) found.push('UpdateNodeAnnotation');
  return found;
}

/** The moments of heartbeats don't count. */
function sameConditions(old: readonly NodeCondition[] = [], now: readonly NodeCondition[] = []): boolean {
  if (old === now) return true;
  const statuses = (conditions: readonly NodeCondition[]): unknown =>
    Object.fromEntries(conditions.map(({ type = '', status }) => [type, status]));
  return semanticEqual(statuses(old), statuses(now));
}

/** What of a pod has changed that scheduling may care about (Go: framework.PodSchedulingPropertiesChange). */
export function podChanges(now: Typed<Pod>, old: Typed<Pod>): ClusterAction[] {
  const found: ClusterAction[] = [];
  if (!semanticEqual(old.metadata.labels, now.metadata.labels)) found.push('UpdatePodLabel');
  if (isScaledDown(now, old)) found.push('UpdatePodScaleDown');
  if ((now.spec.schedulingGates ?? []).length === 0 && (old.spec.schedulingGates ?? []).length > 0)
    found.push('UpdatePodSchedulingGatesEliminated');
  if ((now.spec.tolerations ?? []).length !== (old.spec.tolerations ?? []).length) found.push('UpdatePodToleration');
  if (!semanticEqual(old.status.resourceClaimStatuses, now.status.resourceClaimStatuses)) found.push('UpdatePodGeneratedResourceClaim');
  return found.length === 0 ? ['Update'] : found;
}

function isScaledDown(now: Typed<Pod>, old: Typed<Pod>): boolean {
  if (now.spec === old.spec && now.status === old.status) return false;
  // Requests only change with these; most updates only touch conditions and phases.
  const touched =
    !semanticEqual(now.spec.containers, old.spec.containers) ||
    !semanticEqual(now.spec.resources, old.spec.resources) ||
    !semanticEqual(now.spec.initContainers, old.spec.initContainers) ||
    (now.status.containerStatuses ?? []).some(
      ({ name, resources, allocatedResources }) => !semanticEqual({ resources, allocatedResources }, statusResources(old, name)),
    );
  if (!touched) return false;
  const after = effectiveRequests(now);
  for (const [name, amount] of effectiveRequests(old)) {
    const left = after.get(name);
    if (left === undefined || amount.compare(left) > 0) return true;
  }
  return false;
}

function statusResources(pod: Typed<Pod>, container: string | undefined): unknown {
  const found = pod.status.containerStatuses?.find(({ name }) => name === container);
  return { resources: found?.resources, allocatedResources: found?.allocatedResources };
}
