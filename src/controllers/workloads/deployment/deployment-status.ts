import { formatTime, parseTime } from '../../../apimachinery/time.js';
import type { ReplicaSetCondition } from '../../../schema/generated/apps-v1.js';
import { findCondition, withoutCondition } from '../common/status.js';
import { maxUnavailable } from './sizes.js';
import {
  allOf,
  sum,
  wanted,
  type Deployment,
  type DeploymentCondition,
  type DeploymentStatus,
  type ReplicaSet,
  type ReplicaSets,
} from './types.js';

export const PROGRESSING = 'Progressing';
const AVAILABLE = 'Available';
const REPLICA_FAILURE = 'ReplicaFailure';
const NEW_REPLICA_SET_AVAILABLE = 'NewReplicaSetAvailable';
export const TIMED_OUT = 'ProgressDeadlineExceeded';
const MAX_INT32 = 2 ** 31 - 1;

/** Whether the deployment has to progress in some time. */
export function hasProgressDeadline({ spec: { progressDeadlineSeconds } }: Deployment): boolean {
  return progressDeadlineSeconds !== undefined && progressDeadlineSeconds !== MAX_INT32;
}

export function newCondition(type: string, status: string, reason: string, message: string, now: number): DeploymentCondition {
  const time = formatTime(now);
  return { type, status, lastUpdateTime: time, lastTransitionTime: time, reason, message };
}

/** The conditions with this one in place of its type's, unless that says the same already (Go: SetDeploymentCondition). */
export function withCondition(
  conditions: readonly DeploymentCondition[] | undefined,
  condition: DeploymentCondition,
): DeploymentCondition[] {
  const type = condition.type ?? '';
  const before = findCondition(conditions, type);
  if (before?.status === condition.status && before?.reason === condition.reason) return [...(conditions ?? [])];
  const kept = before?.status === condition.status ? { lastTransitionTime: before?.lastTransitionTime } : {};
  return [...withoutCondition(conditions, type), { ...condition, ...kept }];
}

/** Counts, and whether enough pods are available (Go: deployment.calculateStatus). */
export function deploymentStatus(deployment: Deployment, replicaSets: ReplicaSets, now: number): DeploymentStatus {
  const { current } = replicaSets;
  const all = allOf(replicaSets);
  const available = sum(all, ({ status }) => status.availableReplicas);
  const isEnough = available >= wanted(deployment) - maxUnavailable(deployment);
  return {
    observedGeneration: deployment.metadata.generation,
    replicas: sum(all, ({ status }) => status.replicas),
    updatedReplicas: current?.status.replicas ?? 0,
    readyReplicas: sum(all, ({ status }) => status.readyReplicas),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, sum(all, wanted) - available),
    terminatingReplicas: terminatingReplicas(all),
    collisionCount: deployment.status.collisionCount,
    conditions: withCondition(
      deployment.status.conditions,
      isEnough
        ? newCondition(AVAILABLE, 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.', now)
        : newCondition(AVAILABLE, 'False', 'MinimumReplicasUnavailable', 'Deployment does not have minimum availability.', now),
    ),
  };
}

/** Undefined if a replica set that has been observed doesn't tell. */
function terminatingReplicas(all: readonly ReplicaSet[]): number | undefined {
  let count = 0;
  for (const { status } of all) {
    if (status.terminatingReplicas !== undefined) count += status.terminatingReplicas;
    else if ((status.observedGeneration ?? 0) !== 0) return undefined;
  }
  return count;
}

/** Whether all pods are up to date and available (Go: deploymentutil.DeploymentComplete). */
export function isComplete(deployment: Deployment, status: DeploymentStatus): boolean {
  const desired = wanted(deployment);
  return (
    (status.updatedReplicas ?? 0) === desired &&
    (status.replicas ?? 0) === desired &&
    (status.availableReplicas ?? 0) === desired &&
    (status.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
  );
}

/** The status during a rollout: `deploymentStatus` and whether it progresses (Go: syncRolloutStatus). */
export function rolloutStatus(deployment: Deployment, replicaSets: ReplicaSets, now: number): DeploymentStatus {
  const status = deploymentStatus(deployment, replicaSets, now);
  const conditions = hasProgressDeadline(deployment)
    ? progressConditions(deployment, replicaSets.current, status, now)
    : withoutCondition(status.conditions, PROGRESSING);
  const failure = failureOf(replicaSets);
  return {
    ...status,
    conditions: failure === undefined ? withoutCondition(conditions, REPLICA_FAILURE) : withCondition(conditions, failure),
  };
}

function progressConditions(
  deployment: Deployment,
  current: ReplicaSet | undefined,
  status: DeploymentStatus,
  now: number,
): DeploymentCondition[] {
  const { conditions = [] } = status;
  const before = findCondition(deployment.status.conditions, PROGRESSING);
  if (status.replicas === status.updatedReplicas && before?.reason === NEW_REPLICA_SET_AVAILABLE) return conditions;
  const subject = current === undefined ? `Deployment "${deployment.metadata.name ?? ''}"` : `ReplicaSet "${current.metadata.name ?? ''}"`;
  if (isComplete(deployment, status))
    return withCondition(
      conditions,
      newCondition(PROGRESSING, 'True', NEW_REPLICA_SET_AVAILABLE, `${subject} has successfully progressed.`, now),
    );
  if (isProgressing(deployment.status, status)) {
    const condition = newCondition(PROGRESSING, 'True', 'ReplicaSetUpdated', `${subject} is progressing.`, now);
    // Unlike other conditions this one's time of update moves with each progress.
    const kept = before?.status === 'True' ? { lastTransitionTime: before.lastTransitionTime } : {};
    return [...withoutCondition(conditions, PROGRESSING), { ...condition, ...kept }];
  }
  if (isTimedOut(deployment, conditions, now))
    return withCondition(conditions, newCondition(PROGRESSING, 'False', TIMED_OUT, `${subject} has timed out progressing.`, now));
  return conditions;
}

/** Whether something got better (Go: deploymentutil.DeploymentProgressing). */
function isProgressing(before: DeploymentStatus, after: DeploymentStatus): boolean {
  const outdated = ({ replicas = 0, updatedReplicas = 0 }: DeploymentStatus): number => replicas - updatedReplicas;
  return (
    (after.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    outdated(after) < outdated(before) ||
    (after.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (after.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  );
}

function isTimedOut(deployment: Deployment, conditions: readonly DeploymentCondition[], now: number): boolean {
  const condition = findCondition(conditions, PROGRESSING);
  if (condition === undefined || condition.reason === NEW_REPLICA_SET_AVAILABLE) return false;
  return condition.reason === TIMED_OUT || deadlineOf(deployment, condition) < now;
}

/** When the deployment must have progressed, in milliseconds since the epoch. */
function deadlineOf({ spec: { progressDeadlineSeconds = 0 } }: Deployment, { lastUpdateTime }: DeploymentCondition): number {
  return (lastUpdateTime == null ? 0 : parseTime(lastUpdateTime)) + progressDeadlineSeconds * 1000;
}

/**
 * Milliseconds until the deadline has to be looked at; undefined if there is
 * none to wait for (Go: requeueStuckDeployment).
 */
export function nextProgressCheck(deployment: Deployment, now: number): number | undefined {
  const condition = findCondition(deployment.status.conditions, PROGRESSING);
  if (!hasProgressDeadline(deployment) || condition === undefined) return undefined;
  if (isComplete(deployment, deployment.status) || condition.reason === TIMED_OUT) return undefined;
  const left = deadlineOf(deployment, condition) - now;
  return left < 1000 ? Math.max(left, 0) + 5 : left + 1000;
}

/** The failure of the current replica set, or else of another. */
function failureOf(replicaSets: ReplicaSets): DeploymentCondition | undefined {
  for (const { status } of [replicaSets.current, ...replicaSets.old].filter((replicaSet) => replicaSet !== undefined)) {
    const found = findCondition<ReplicaSetCondition>(status.conditions, REPLICA_FAILURE);
    if (found !== undefined) return { ...found, lastUpdateTime: found.lastTransitionTime };
  }
  return undefined;
}
