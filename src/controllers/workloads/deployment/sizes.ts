import { scaledValue } from '../../../apimachinery/int-or-string.js';
import { countOf, DESIRED_REPLICAS, MAX_REPLICAS } from './annotations.js';
import { sum, wanted, type Deployment, type ReplicaSet } from './types.js';

/** Both bounds of a rolling update; they can't both be none (Go: deploymentutil.ResolveFenceposts). */
export function resolveFenceposts(
  maxSurge: number | string | undefined,
  maxUnavailable: number | string | undefined,
  desired: number,
): { readonly surge: number; readonly unavailable: number } {
  const surge = scaledValue(maxSurge ?? 0, desired, true);
  const unavailable = scaledValue(maxUnavailable ?? 0, desired, false);
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}

/** Whether the deployment replaces its pods bit by bit. */
export function isRollingUpdate({ spec: { strategy } }: Deployment): boolean {
  return strategy.type === 'RollingUpdate';
}

function fenceposts(deployment: Deployment): { readonly surge: number; readonly unavailable: number } {
  const { maxSurge, maxUnavailable } = deployment.spec.strategy.rollingUpdate ?? {};
  return resolveFenceposts(maxSurge, maxUnavailable, wanted(deployment));
}

/** Pods that there may be beyond those asked for. */
export function maxSurge(deployment: Deployment): number {
  return isRollingUpdate(deployment) ? fenceposts(deployment).surge : 0;
}

/** Pods that may be missing. */
export function maxUnavailable(deployment: Deployment): number {
  if (!isRollingUpdate(deployment) || wanted(deployment) === 0) return 0;
  return Math.min(fenceposts(deployment).unavailable, wanted(deployment));
}

/** How many pods the current replica set should ask for now (Go: deploymentutil.NewRSNewReplicas). */
export function nextSize(deployment: Deployment, all: readonly ReplicaSet[], current: number): number {
  const desired = wanted(deployment);
  if (!isRollingUpdate(deployment)) return desired;
  const room = desired + scaledValue(deployment.spec.strategy.rollingUpdate?.maxSurge ?? 0, desired, true) - sum(all, wanted);
  return room <= 0 ? current : current + Math.min(room, desired - current);
}

/**
 * What one of several active replica sets gets of pods to add (negative: to take
 * away), in proportion to its size (Go: deploymentutil.GetReplicaSetProportion).
 * @param toAdd altogether
 * @param added what others got already
 */
export function proportionOf(deployment: Deployment, replicaSet: ReplicaSet, toAdd: number, added: number): number {
  if (wanted(replicaSet) === 0 || toAdd === 0 || toAdd === added) return 0;
  const fraction = fractionOf(deployment, replicaSet);
  const allowed = toAdd - added;
  return toAdd > 0 ? Math.min(fraction, allowed) : Math.max(fraction, allowed);
}

function fractionOf(deployment: Deployment, replicaSet: ReplicaSet): number {
  const size = wanted(replicaSet);
  if (wanted(deployment) === 0) return -size;
  const before = countOf(replicaSet, MAX_REPLICAS) || (deployment.status.replicas ?? 0);
  if (before === 0) return 0;
  const scaled = (size * (wanted(deployment) + maxSurge(deployment))) / before;
  // Go rounds halves away from zero; sizes are never negative.
  return Math.floor(scaled + 0.5) - size;
}

/** The two annotations that tell for which size of the deployment a replica set was sized. */
export function sizeAnnotations(deployment: Deployment): Record<string, string> {
  return { [DESIRED_REPLICAS]: String(wanted(deployment)), [MAX_REPLICAS]: String(wanted(deployment) + maxSurge(deployment)) };
}
