import { semanticEqual } from '../../../apimachinery/semantic-equal.js';
import type { ComponentContext } from '../../../client/component-context.js';
import type { EventRecorder } from '../../../client/event-recorder.js';
import { keyOf, splitKey, type Informer } from '../../../client/informer.js';
import type { WorkQueue } from '../../../client/work-queue.js';
import { claimObjects, newControllerRef, type ClaimOptions } from '../../../component-helpers/controller-ref.js';
import { isPodTerminal, nextPodAvailability, type Pod } from '../../../component-helpers/pods.js';
import { CONTROLLER_REVISIONS, DAEMON_SETS, NODES, PODS } from '../../../component-helpers/resources.js';
import { checkLater } from '../common/delays.js';
import { Owned } from '../common/owned.js';
import { isNamespaceTerminating, PodControl } from '../common/pod-control.js';
import { REVISION_HASH, type ControllerRevision } from '../common/revisions.js';
import { selectorOf } from '../common/selectors.js';
import { slowStart } from '../common/slow-start.js';
import { equalStatus, updateStatus } from '../common/status.js';
import { daemonPod, Placement } from './daemon-pods.js';
import { daemonSetStatus } from './daemon-set-status.js';
import { cleanUpHistory, constructHistory } from './history.js';
import { NodeBackoff } from './node-backoff.js';
import { planNodes, planUpdate, type EndedPods, type Plan, type Situation } from './plan.js';
import { DAEMON_SET_KIND, targetNode, type DaemonSet, type Node } from './types.js';

/** Pods that are made or deleted in one go. */
const BURST = 250;

/** Keeps a pod on each node that a daemon set selects (Go: pkg/controller/daemon). */
export class DaemonSetController {
  private readonly daemonSets: Informer<DaemonSet>;
  private readonly nodes: Informer<Node>;
  private readonly pods: Owned<DaemonSet, Pod>;
  private readonly revisions: Owned<DaemonSet, ControllerRevision>;
  private readonly queue: WorkQueue;
  private readonly nodeQueue: WorkQueue;
  private readonly recorder: EventRecorder;
  private readonly podControl: PodControl;
  private readonly backoff = new NodeBackoff();

  constructor(private readonly context: ComponentContext) {
    const { informers, client } = context;
    this.recorder = context.recorder('daemonset-controller');
    this.podControl = new PodControl(client, this.recorder);
    this.queue = context.queue((key) => this.sync(key), { isPatient: true });
    this.nodeQueue = context.queue((name) => this.syncNode(name));
    this.daemonSets = informers.of<DaemonSet>(DAEMON_SETS);
    this.nodes = informers.of<Node>(NODES);
    const enqueue = (daemonSet: DaemonSet): void => {
      this.queue.add(keyOf(daemonSet));
    };
    this.daemonSets.addHandler({ added: enqueue, updated: enqueue });
    const common = {
      owners: this.daemonSets,
      ownerKind: DAEMON_SET_KIND.kind,
      selectorOf: ({ spec }: DaemonSet) => selectorOf(spec.selector),
      enqueue,
    };
    this.pods = new Owned({ ...common, children: informers.of<Pod>(PODS) });
    this.revisions = new Owned({ ...common, children: informers.of<ControllerRevision>(CONTROLLER_REVISIONS), ignoresMade: true });
    this.nodes.addHandler({
      added: (node) => {
        this.nodeQueue.add(keyOf(node));
      },
      updated: (node, old) => {
        const isSame = semanticEqual(node.metadata.labels, old.metadata.labels) && semanticEqual(node.spec.taints, old.spec.taints);
        if (!isSame) this.nodeQueue.add(keyOf(node));
      },
    });
  }

  /** A node changed: which daemon sets does it matter to? */
  private syncNode(name: string): Promise<void> {
    const node = this.nodes.get('', name);
    for (const daemonSet of node === undefined ? [] : this.daemonSets.list()) {
      const { shouldRun, mayStay } = new Placement(daemonSet).on(node as Node);
      const isThere = this.pods.of(daemonSet).some(({ spec }) => spec.nodeName === name);
      const matters = isThere ? !mayStay || (daemonSet.status.numberMisscheduled ?? 0) > 0 : shouldRun;
      if (matters) this.queue.add(keyOf(daemonSet));
    }
    return Promise.resolve();
  }

  private async sync(key: string): Promise<void> {
    const { namespace, name } = splitKey(key);
    const daemonSet = this.daemonSets.get(namespace, name);
    if (daemonSet === undefined) return;
    if (isEverything(daemonSet)) {
      const message = 'This daemon set is selecting all pods. A non-empty selector is required.';
      this.recorder.warning(daemonSet, 'SelectingAll', message);
      return;
    }
    if (daemonSet.metadata.deletionTimestamp !== undefined) return;
    const { client } = this.context;
    const owned = await claimObjects(this.claimOf(daemonSet, CONTROLLER_REVISIONS), this.revisions.withOrphans(daemonSet));
    const { current, old } = await constructHistory(client, daemonSet, owned, await this.claimPods(daemonSet));
    const hash = current.metadata.labels?.[REVISION_HASH] ?? '';
    let failure: unknown;
    try {
      await this.act(key, daemonSet, hash);
      await cleanUpHistory(client, daemonSet, old, await this.claimPods(daemonSet));
    } catch (error) {
      failure = error;
    }
    await this.report(key, daemonSet, hash);
    if (failure !== undefined) throw failure as Error;
  }

  private async act(key: string, daemonSet: DaemonSet, hash: string): Promise<void> {
    const ended: EndedPods = {
      backoff: this.backoff,
      report: (pod, node) => {
        this.reportEnded(daemonSet, pod, node);
      },
      retry: (wait) => {
        this.queue.addAfter(key, wait);
      },
    };
    await this.carryOut(daemonSet, planNodes(await this.situation(daemonSet, hash), ended), hash);
    if (daemonSet.spec.updateStrategy.type !== 'RollingUpdate') return;
    await this.carryOut(daemonSet, planUpdate(await this.situation(daemonSet, hash)), hash);
  }

  private reportEnded(daemonSet: DaemonSet, { metadata, status }: Pod, node: string): void {
    const name = `${metadata.namespace ?? ''}/${metadata.name ?? ''}`;
    if (status.phase === 'Failed')
      this.recorder.warning(daemonSet, 'FailedDaemonPod', `Found failed daemon pod ${name} on node ${node}, will try to kill it`);
    else this.recorder.normal(daemonSet, 'SucceededDaemonPod', `Found succeeded daemon pod ${name} on node ${node}, will try to delete it`);
  }

  private async situation(daemonSet: DaemonSet, hash: string): Promise<Situation> {
    const pods = new Map<string, Pod[]>();
    for (const pod of await this.claimPods(daemonSet)) {
      const node = targetNode(pod);
      if (node === undefined || (isPodTerminal(pod) && pod.metadata.deletionTimestamp !== undefined)) continue;
      const there = pods.get(node);
      if (there === undefined) pods.set(node, [pod]);
      else there.push(pod);
    }
    return { daemonSet, nodes: this.nodes.list(), placement: new Placement(daemonSet), pods, hash, now: this.context.clock.now() };
  }

  private claimOf(daemonSet: DaemonSet, resource: ClaimOptions['resource']): ClaimOptions {
    return {
      client: this.context.client,
      resource,
      owner: daemonSet,
      ownerKind: DAEMON_SET_KIND,
      ownerResource: DAEMON_SETS,
      selector: selectorOf(daemonSet.spec.selector),
    };
  }

  private claimPods(daemonSet: DaemonSet): Promise<readonly Pod[]> {
    return claimObjects(this.claimOf(daemonSet, PODS), this.pods.withOrphans(daemonSet));
  }

  /** Throws the first failure, after all has been tried. */
  private async carryOut(daemonSet: DaemonSet, { create, remove }: Plan, hash: string): Promise<void> {
    const reference = newControllerRef(daemonSet, DAEMON_SET_KIND);
    const { error } = await slowStart(Math.min(create.length, BURST), async (index) => {
      try {
        await this.podControl.create(daemonSet, daemonPod(daemonSet, reference, create[index] ?? '', hash));
      } catch (cause) {
        if (!isNamespaceTerminating(cause)) throw cause;
      }
    });
    let failure = error;
    for (const pod of remove.slice(0, BURST)) {
      try {
        await this.podControl.delete(daemonSet, pod);
      } catch (cause) {
        failure ??= cause;
      }
    }
    if (failure !== undefined) throw failure as Error;
  }

  private async report(key: string, daemonSet: DaemonSet, hash: string): Promise<void> {
    const situation = await this.situation(daemonSet, hash);
    const status = daemonSetStatus(situation);
    if (!equalStatus(status, daemonSet.status, ['collisionCount'])) await updateStatus(this.context.client, DAEMON_SETS, daemonSet, status);
    const wait = nextPodAvailability([...situation.pods.values()].flat(), daemonSet.spec.minReadySeconds ?? 0, situation.now);
    if (wait !== undefined) checkLater(this.queue, key, wait);
  }
}

function isEverything({ spec: { selector } }: DaemonSet): boolean {
  return selector != null && Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0;
}
