import { isPodAvailable, isPodReady, type Pod } from '../../../component-helpers/pods.js';
import { revisionOf, type Versions } from './stateful-pod.js';
import { replicasOf, type StatefulSet, type StatefulSetStatus } from './types.js';

/** Whether the pod is in the cluster: one that is only to be made has no phase. */
export function isCreated({ status: { phase = '' } }: Pod): boolean {
  return phase !== '';
}

export function isTerminating({ metadata: { deletionTimestamp } }: Pod): boolean {
  return deletionTimestamp !== undefined;
}

/** Whether the pod serves (Go: isRunningAndReady). */
export function isRunningAndReady(pod: Pod): boolean {
  return pod.status.phase === 'Running' && isPodReady(pod);
}

export function isUnavailable(pod: Pod, minReadySeconds: number, now: number): boolean {
  return isTerminating(pod) || !isPodAvailable(pod, minReadySeconds, now);
}

/** The counts of a status over these pods (Go: computeReplicaStatus). */
export function countPods(
  { spec: { minReadySeconds = 0 } }: StatefulSet,
  pods: readonly Pod[],
  { currentName, updateName }: Versions,
  now: number,
): StatefulSetStatus {
  const created = pods.filter(isCreated);
  const ready = created.filter(isRunningAndReady);
  const staying = created.filter((pod) => !isTerminating(pod)).map(revisionOf);
  return {
    replicas: created.length,
    readyReplicas: ready.length,
    availableReplicas: ready.filter((pod) => isPodAvailable(pod, minReadySeconds, now)).length,
    currentReplicas: staying.filter((name) => name === currentName).length,
    updatedReplicas: staying.filter((name) => name === updateName).length,
  };
}

/** When all pods are of the new revision and ready, it becomes the current one (Go: completeRollingUpdate). */
export function completed(set: StatefulSet, status: StatefulSetStatus): StatefulSetStatus {
  const replicas = replicasOf(set);
  const { updatedReplicas, readyReplicas, updateRevision } = status;
  if (set.spec.updateStrategy.type !== 'RollingUpdate') return status;
  if (updatedReplicas !== replicas || readyReplicas !== replicas || status.replicas !== replicas) return status;
  return { ...status, currentReplicas: updatedReplicas, currentRevision: updateRevision };
}

const COMPARED = ['replicas', 'currentReplicas', 'readyReplicas', 'updatedReplicas', 'availableReplicas'] as const;

/** Whether the status in the cluster isn't this one (Go: inconsistentStatus). */
export function isOutdated({ status: stored }: StatefulSet, status: StatefulSetStatus): boolean {
  return (
    (status.observedGeneration ?? 0) > (stored.observedGeneration ?? 0) ||
    COMPARED.some((field) => (status[field] ?? 0) !== (stored[field] ?? 0)) ||
    status.currentRevision !== stored.currentRevision ||
    status.updateRevision !== stored.updateRevision
  );
}
