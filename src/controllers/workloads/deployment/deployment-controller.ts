import type { ComponentContext } from '../../../client/component-context.js';
import type { EventRecorder } from '../../../client/event-recorder.js';
import { keyOf, splitKey, type Informer } from '../../../client/informer.js';
import type { WorkQueue } from '../../../client/work-queue.js';
import { BY_CONTROLLER, claimObjects, controllerIndex, controllerOf } from '../../../component-helpers/controller-ref.js';
import type { Pod } from '../../../component-helpers/pods.js';
import { DEPLOYMENTS, PODS, REPLICA_SETS } from '../../../component-helpers/resources.js';
import { isNamespaceTerminating } from '../common/pod-control.js';
import { Owned } from '../common/owned.js';
import { selectorOf } from '../common/selectors.js';
import { findCondition } from '../common/status.js';
import { hasProgressDeadline, nextProgressCheck, PROGRESSING, TIMED_OUT } from './deployment-status.js';
import { DEPLOYMENT_KIND, DeploymentSync } from './deployment-sync.js';
import { rollbackRevision, rollBack } from './rollback.js';
import { recreate, rollingUpdate } from './rollout.js';
import { isScalingEvent, scaleOnly } from './scaling.js';
import type { Deployment, ReplicaSet } from './types.js';

const PAUSED = 'DeploymentPaused';

/** Rolls deployments out by replica sets (Go: pkg/controller/deployment). */
export class DeploymentController {
  private readonly deployments: Informer<Deployment>;
  private readonly replicaSets: Informer<ReplicaSet>;
  private readonly pods: Informer<Pod>;
  private readonly owned: Owned<Deployment, ReplicaSet>;
  private readonly queue: WorkQueue;
  private readonly recorder: EventRecorder;

  constructor(private readonly context: ComponentContext) {
    const { informers } = context;
    this.recorder = context.recorder('deployment-controller');
    this.queue = context.queue((key) => this.sync(key), { isPatient: true });
    this.deployments = informers.of<Deployment>(DEPLOYMENTS);
    this.replicaSets = informers.of<ReplicaSet>(REPLICA_SETS);
    this.pods = informers.of<Pod>(PODS).addIndex(BY_CONTROLLER, controllerIndex);
    const enqueue = (deployment: Deployment): void => {
      this.queue.add(keyOf(deployment));
    };
    this.deployments.addHandler({ added: enqueue, updated: enqueue });
    this.owned = new Owned({
      owners: this.deployments,
      ownerKind: DEPLOYMENT_KIND.kind,
      children: this.replicaSets,
      selectorOf: ({ spec }) => selectorOf(spec.selector),
      enqueue,
    });
    this.pods.addHandler({
      deleted: (pod) => {
        this.podDeleted(pod);
      },
    });
  }

  /** A deployment that recreates its pods goes on when the last old one is gone. */
  private podDeleted(pod: Pod): void {
    const reference = controllerOf(pod);
    if (reference?.kind !== 'ReplicaSet') return;
    const replicaSet = this.replicaSets.get(pod.metadata.namespace ?? '', reference.name);
    const deployment = replicaSet?.metadata.uid === reference.uid ? this.owned.ownerOf(replicaSet) : undefined;
    if (deployment?.spec.strategy.type !== 'Recreate') return;
    if (this.owned.of(deployment).every((owned) => this.podsOf(owned).length === 0)) this.queue.add(keyOf(deployment));
  }

  private podsOf({ metadata: { uid = '' } }: ReplicaSet): readonly Pod[] {
    return this.pods.byIndex(BY_CONTROLLER, uid);
  }

  private async sync(key: string): Promise<void> {
    const { namespace, name } = splitKey(key);
    const deployment = this.deployments.get(namespace, name);
    if (deployment === undefined) return;
    const { client, clock } = this.context;
    const sync = new DeploymentSync({ client, clock, recorder: this.recorder, replicaSets: this.replicaSets }, deployment);
    try {
      await this.act(sync);
    } catch (error) {
      if (!isNamespaceTerminating(error)) throw error;
    }
  }

  private async act(sync: DeploymentSync): Promise<void> {
    const { deployment } = sync;
    if (isEverything(deployment)) {
      await refuseEverything(sync);
      return;
    }
    const owned = await this.claim(deployment);
    if (deployment.metadata.deletionTimestamp !== undefined) {
      await sync.reportStatus(await sync.replicaSets(owned, false));
      return;
    }
    await notePause(sync);
    if (sync.deployment.spec.paused === true) {
      await scaleOnly(sync, owned);
      return;
    }
    const rollback = rollbackRevision(sync.deployment);
    if (rollback !== undefined) await rollBack(sync, owned, rollback);
    else if (await isScalingEvent(sync, owned)) await scaleOnly(sync, owned);
    else await this.rollOut(sync, owned);
  }

  private async rollOut(sync: DeploymentSync, owned: readonly ReplicaSet[]): Promise<void> {
    const isRecreate = sync.deployment.spec.strategy.type === 'Recreate';
    const isWritten = isRecreate ? await recreate(sync, owned, (replicaSet) => this.podsOf(replicaSet)) : await rollingUpdate(sync, owned);
    if (isWritten) return;
    const wait = nextProgressCheck(sync.deployment, this.context.clock.now());
    if (wait !== undefined) this.queue.addAfter(keyOf(sync.deployment), wait);
  }

  private claim(deployment: Deployment): Promise<ReplicaSet[]> {
    const { client } = this.context;
    const selector = selectorOf(deployment.spec.selector);
    return claimObjects(
      { client, resource: REPLICA_SETS, owner: deployment, ownerKind: DEPLOYMENT_KIND, ownerResource: DEPLOYMENTS, selector },
      this.owned.withOrphans(deployment),
    );
  }
}

function isEverything({ spec: { selector } }: Deployment): boolean {
  return selector != null && Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0;
}

async function refuseEverything(sync: DeploymentSync): Promise<void> {
  const { metadata, status } = sync.deployment;
  sync.warn('SelectingAll', 'This deployment is selecting all pods. A non-empty selector is required.');
  if ((status.observedGeneration ?? 0) < (metadata.generation ?? 0)) {
    await sync.writeStatus({ ...status, observedGeneration: metadata.generation });
  }
}

/** Tells by the condition Progressing that the deployment has been paused or resumed (Go: checkPausedConditions). */
async function notePause(sync: DeploymentSync): Promise<void> {
  const { deployment } = sync;
  const condition = findCondition(deployment.status.conditions, PROGRESSING);
  if (!hasProgressDeadline(deployment) || condition?.reason === TIMED_OUT) return;
  const isPaused = deployment.spec.paused === true;
  if (isPaused === (condition?.reason === PAUSED)) return;
  if (isPaused) sync.setProgressing('Unknown', PAUSED, 'Deployment is paused');
  else sync.setProgressing('Unknown', 'DeploymentResumed', 'Deployment is resumed');
  await sync.writeStatus(sync.deployment.status);
}
