import type { ComponentContext } from '../../../client/component-context.js';
import { keyOf, splitKey, type Informer } from '../../../client/informer.js';
import type { WorkQueue } from '../../../client/work-queue.js';
import { BY_CONTROLLER, claimObjects, controllerIndex, orphansOf, type ClaimOptions } from '../../../component-helpers/controller-ref.js';
import { nextPodAvailability, type Pod } from '../../../component-helpers/pods.js';
import { CONTROLLER_REVISIONS, PERSISTENT_VOLUME_CLAIMS, PODS, STATEFUL_SETS } from '../../../component-helpers/resources.js';
import { checkLater } from '../common/delays.js';
import { Owned } from '../common/owned.js';
import type { ControllerRevision } from '../common/revisions.js';
import { selectorOf } from '../common/selectors.js';
import { updateStatus } from '../common/status.js';
import { syncRevisions, truncateHistory } from './set-revisions.js';
import { completed, isOutdated } from './set-status.js';
import { StatefulPodControl } from './stateful-pod-control.js';
import { StatefulSetSync } from './stateful-set-sync.js';
import { parentAndOrdinal, STATEFUL_SET_KIND, type Claim, type StatefulSet } from './types.js';

/** Keeps the numbered pods of stateful sets, with their claims (Go: pkg/controller/statefulset). */
export class StatefulSetController {
  private readonly sets: Informer<StatefulSet>;
  private readonly revisions: Informer<ControllerRevision>;
  private readonly owned: Owned<StatefulSet, Pod>;
  private readonly queue: WorkQueue;
  private readonly podControl: StatefulPodControl;

  constructor(private readonly context: ComponentContext) {
    const { informers, client } = context;
    const claims = informers.of<Claim>(PERSISTENT_VOLUME_CLAIMS);
    this.podControl = new StatefulPodControl(client, context.recorder('statefulset-controller'), claims);
    this.queue = context.queue((key) => this.sync(key), { isPatient: true });
    this.sets = informers.of<StatefulSet>(STATEFUL_SETS);
    this.revisions = informers.of<ControllerRevision>(CONTROLLER_REVISIONS).addIndex(BY_CONTROLLER, controllerIndex);
    const enqueue = (set: StatefulSet): void => {
      this.queue.add(keyOf(set));
    };
    this.owned = new Owned({
      owners: this.sets,
      ownerKind: STATEFUL_SET_KIND.kind,
      children: informers.of<Pod>(PODS),
      selectorOf: ({ spec }) => selectorOf(spec.selector),
      enqueue,
    });
    this.sets.addHandler({ added: enqueue, updated: enqueue });
  }

  private async sync(key: string): Promise<void> {
    const { namespace, name } = splitKey(key);
    const set = this.sets.get(namespace, name);
    if (set === undefined) return;
    const { client, clock } = this.context;
    const known = await this.claimRevisions(set);
    const pods = await this.claimPods(set);
    const revisions = await syncRevisions(client, set, known);
    const now = clock.now();
    const { status, failure } = await new StatefulSetSync(this.podControl, set, revisions, pods, now).run();
    const final = completed(set, status);
    try {
      if (isOutdated(set, final)) await updateStatus(client, STATEFUL_SETS, set, final);
    } finally {
      await truncateHistory(client, set, known, pods, revisions);
    }
    if (failure !== undefined) throw failure as Error;
    const wait = nextPodAvailability(pods, set.spec.minReadySeconds ?? 0, now);
    if (wait !== undefined) checkLater(this.queue, key, wait);
  }

  private claimPods(set: StatefulSet): Promise<readonly Pod[]> {
    const isMember = (pod: Pod): boolean => parentAndOrdinal(pod).parent === set.metadata.name;
    return claimObjects(this.claimOf(set, PODS), this.owned.withOrphans(set), isMember);
  }

  /** Revisions that the set's selector doesn't match any more are left alone. */
  private claimRevisions(set: StatefulSet): Promise<readonly ControllerRevision[]> {
    const { uid = '', namespace = '' } = set.metadata;
    const selector = selectorOf(set.spec.selector);
    const found = [...this.revisions.byIndex(BY_CONTROLLER, uid), ...this.revisions.byIndex(BY_CONTROLLER, orphansOf(namespace))];
    return claimObjects(
      this.claimOf(set, CONTROLLER_REVISIONS),
      found.filter(({ metadata }) => selector.matches(metadata.labels)),
    );
  }

  private claimOf(set: StatefulSet, resource: ClaimOptions['resource']): ClaimOptions {
    const { client } = this.context;
    const selector = selectorOf(set.spec.selector);
    return { client, resource, owner: set, ownerKind: STATEFUL_SET_KIND, ownerResource: STATEFUL_SETS, selector };
  }
}
