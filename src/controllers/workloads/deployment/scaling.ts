import { desiredReplicasOf } from './annotations.js';
import type { DeploymentSync } from './deployment-sync.js';
import { byAge, bySizeNewer, bySizeOlder } from './replica-sets.js';
import { cleanUp, isSaturated } from './rollout.js';
import { isRollingUpdate, maxSurge, proportionOf } from './sizes.js';
import { activeOf, allOf, sum, wanted, type ReplicaSet, type ReplicaSets } from './types.js';

/** Whether the deployment's size changed since its replica sets were sized (Go: isScalingEvent). */
export async function isScalingEvent(sync: DeploymentSync, owned: readonly ReplicaSet[]): Promise<boolean> {
  const replicaSets = await sync.replicaSets(owned, false);
  return activeOf(allOf(replicaSets)).some((replicaSet) => {
    const desired = desiredReplicasOf(replicaSet);
    return desired !== undefined && desired !== wanted(sync.deployment);
  });
}

/** Follows the deployment's size without rolling anything out: when it is scaled, or paused (Go: deployment.sync). */
export async function scaleOnly(sync: DeploymentSync, owned: readonly ReplicaSet[]): Promise<void> {
  const replicaSets = await sync.replicaSets(owned, false);
  await scale(sync, replicaSets);
  if (sync.deployment.spec.paused === true) await cleanUp(sync, replicaSets.old);
  await sync.reportStatus(replicaSets);
}

async function scale(sync: DeploymentSync, replicaSets: ReplicaSets): Promise<void> {
  const { deployment } = sync;
  const { current, old } = replicaSets;
  const active = activeOf(allOf(replicaSets));
  if (active.length <= 1) {
    const only = active[0] ?? current ?? [...old].sort(byAge).at(-1);
    if (only !== undefined) await sync.scaleTo(only, wanted(deployment));
    return;
  }
  if (current !== undefined && isSaturated(deployment, current, desiredReplicasOf(current))) {
    for (const replicaSet of activeOf(old)) await sync.scaleTo(replicaSet, 0);
    return;
  }
  if (isRollingUpdate(deployment)) await scaleProportionally(sync, active);
}

/** Shares what is to be added or taken away among active replica sets; what rounding leaves goes to the largest. */
async function scaleProportionally(sync: DeploymentSync, active: readonly ReplicaSet[]): Promise<void> {
  const { deployment } = sync;
  const allowed = wanted(deployment) > 0 ? wanted(deployment) + maxSurge(deployment) : 0;
  const toAdd = allowed - sum(active, wanted);
  const sorted = toAdd === 0 ? active : [...active].sort(toAdd > 0 ? bySizeNewer : bySizeOlder);
  let added = 0;
  const sizes = sorted.map((replicaSet) => {
    const share = proportionOf(deployment, replicaSet, toAdd, added);
    added += share;
    return wanted(replicaSet) + share;
  });
  const [first] = sizes;
  if (first !== undefined && toAdd !== 0) sizes[0] = Math.max(0, first + toAdd - added);
  for (const [index, replicaSet] of sorted.entries()) await sync.scale(replicaSet, sizes[index] ?? 0);
}
