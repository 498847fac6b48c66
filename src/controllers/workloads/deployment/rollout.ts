import type { Pod } from '../../../component-helpers/pods.js';
import { isPodTerminal } from '../../../component-helpers/pods.js';
import { revisionOf } from './annotations.js';
import type { DeploymentSync } from './deployment-sync.js';
import { isComplete } from './deployment-status.js';
import { byAge } from './replica-sets.js';
import { maxUnavailable, nextSize } from './sizes.js';
import { activeOf, allOf, sum, wanted, type Deployment, type ReplicaSet, type ReplicaSets } from './types.js';

const MAX_INT32 = 2 ** 31 - 1;

/**
 * One step of a rolling update: more of the new, else fewer of the old, else old
 * replica sets beyond the history go (Go: rolloutRolling). Returns whether the status was written.
 */
export async function rollingUpdate(sync: DeploymentSync, owned: readonly ReplicaSet[]): Promise<boolean> {
  const replicaSets = await sync.replicaSets(owned, true);
  const { current, old } = replicaSets;
  if (current === undefined) return false;
  const size = wanted(current);
  const desired = wanted(sync.deployment);
  if (size !== desired) {
    const next = size > desired ? desired : nextSize(sync.deployment, allOf(replicaSets), size);
    if ((await sync.scaleTo(current, next)).scaled) return await sync.reportRollout(replicaSets);
  }
  if (await scaleDownOld(sync, current, activeOf(old))) return await sync.reportRollout(replicaSets);
  if (isComplete(sync.deployment, sync.deployment.status)) await cleanUp(sync, old);
  return await sync.reportRollout(replicaSets);
}

/** Takes away old pods as far as availability allows, those that aren't available first. */
async function scaleDownOld(sync: DeploymentSync, current: ReplicaSet, old: readonly ReplicaSet[]): Promise<boolean> {
  if (old.length === 0) return false;
  const minAvailable = wanted(sync.deployment) - maxUnavailable(sync.deployment);
  const missing = wanted(current) - (current.status.availableReplicas ?? 0);
  const most = sum([...old, current], wanted) - minAvailable - missing;
  if (most <= 0) return false;
  const sorted = [...old].sort(byAge);
  const unhealthy = await scaleDownUnhealthy(sync, sorted, most);
  const spare = sum([...sorted, current], ({ status }) => status.availableReplicas) - minAvailable;
  let left = spare;
  for (const replicaSet of sorted) {
    if (left <= 0) break;
    const count = Math.min(wanted(replicaSet), left);
    if (count > 0) await sync.scaleTo(replicaSet, wanted(replicaSet) - count);
    left -= count;
  }
  return unhealthy > 0 || left < Math.max(spare, 0);
}

/** Replaces the scaled ones in `old`. Returns how many pods go. */
async function scaleDownUnhealthy(sync: DeploymentSync, old: ReplicaSet[], most: number): Promise<number> {
  let done = 0;
  for (const [index, replicaSet] of old.entries()) {
    if (done >= most) break;
    const unavailable = wanted(replicaSet) - (replicaSet.status.availableReplicas ?? 0);
    if (unavailable === 0) continue;
    const count = Math.min(most - done, unavailable);
    old[index] = (await sync.scaleTo(replicaSet, wanted(replicaSet) - count)).replicaSet;
    done += count;
  }
  return done;
}

/**
 * One step of the strategy that first takes all old pods away (Go: rolloutRecreate).
 * @param podsOf the pods of a replica set
 */
export async function recreate(
  sync: DeploymentSync,
  owned: readonly ReplicaSet[],
  podsOf: (replicaSet: ReplicaSet) => readonly Pod[],
): Promise<boolean> {
  let replicaSets = await sync.replicaSets(owned, false);
  let isScaled = false;
  for (const replicaSet of activeOf(replicaSets.old)) isScaled = (await sync.scaleTo(replicaSet, 0)).scaled || isScaled;
  if (isScaled || hasOldPods(replicaSets, podsOf)) return await sync.reportRollout(replicaSets);
  if (replicaSets.current === undefined) replicaSets = await sync.replicaSets(owned, true);
  const { current, old } = replicaSets;
  if (current !== undefined) await sync.scaleTo(current, wanted(sync.deployment));
  if (isComplete(sync.deployment, sync.deployment.status)) await cleanUp(sync, old);
  return await sync.reportRollout(replicaSets);
}

function hasOldPods({ old }: ReplicaSets, podsOf: (replicaSet: ReplicaSet) => readonly Pod[]): boolean {
  return sum(old, ({ status }) => status.replicas) > 0 || old.some((replicaSet) => podsOf(replicaSet).some((pod) => !isPodTerminal(pod)));
}

/** Deletes empty replica sets beyond the history that is kept, oldest revisions first (Go: cleanupDeployment). */
export async function cleanUp(sync: DeploymentSync, old: readonly ReplicaSet[]): Promise<void> {
  const { revisionHistoryLimit = MAX_INT32 } = sync.deployment.spec;
  if (revisionHistoryLimit === MAX_INT32) return;
  const candidates = old.filter(({ metadata }) => metadata.deletionTimestamp === undefined).sort(byRevision);
  for (const replicaSet of candidates.slice(0, Math.max(0, candidates.length - revisionHistoryLimit))) {
    const { metadata, status } = replicaSet;
    const isEmpty = (status.replicas ?? 0) === 0 && wanted(replicaSet) === 0;
    if (isEmpty && (metadata.generation ?? 0) <= (status.observedGeneration ?? 0)) await sync.deleteReplicaSet(replicaSet);
  }
}

function byRevision(a: ReplicaSet, b: ReplicaSet): number {
  const [first, second] = [revisionOf(a), revisionOf(b)];
  if (first === undefined || second === undefined || first === second) return byAge(a, b);
  return first < second ? -1 : 1;
}

/** Whether all of a deployment's pods are those of a replica set that was sized for it (Go: IsSaturated). */
export function isSaturated(deployment: Deployment, { status, ...replicaSet }: ReplicaSet, desired: number | undefined): boolean {
  const replicas = wanted(deployment);
  return replicaSet.spec.replicas === replicas && desired === replicas && (status.availableReplicas ?? 0) === replicas;
}
