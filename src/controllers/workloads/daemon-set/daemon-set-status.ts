import { isPodAvailable, isPodReady } from '../../../component-helpers/pods.js';
import type { DaemonSetStatus } from '../../../schema/generated/apps-v1.js';
import { bySeniority, type Situation } from './plan.js';
import { isUpdated, templateGeneration } from './types.js';

/** The counts of a daemon set's status (Go: updateDaemonSetStatus). */
export function daemonSetStatus({ daemonSet, nodes, placement, pods, hash, now }: Situation): DaemonSetStatus {
  const generation = templateGeneration(daemonSet);
  let [desired, current, misscheduled, ready, updated, available] = [0, 0, 0, 0, 0, 0];
  for (const node of nodes) {
    const [pod] = [...(pods.get(node.metadata.name ?? '') ?? [])].sort(bySeniority);
    if (!placement.on(node).shouldRun) {
      if (pod !== undefined) misscheduled++;
      continue;
    }
    desired++;
    if (pod === undefined) continue;
    current++;
    if (isPodReady(pod)) ready++;
    if (isPodAvailable(pod, daemonSet.spec.minReadySeconds ?? 0, now)) available++;
    if (isUpdated(pod, hash, generation)) updated++;
  }
  return {
    ...daemonSet.status,
    observedGeneration: daemonSet.metadata.generation,
    desiredNumberScheduled: desired,
    currentNumberScheduled: current,
    numberMisscheduled: misscheduled,
    numberReady: ready,
    updatedNumberScheduled: updated,
    numberAvailable: available,
    numberUnavailable: desired - available,
  };
}
