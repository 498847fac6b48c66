import { selectorGoString } from '../../../apimachinery/label-selector.js';
import { isStatus } from '../../../apimachinery/status.js';
import { parseTime } from '../../../apimachinery/time.js';
import type { KubeObject } from '../../../client/client.js';
import type { ComponentContext } from '../../../client/component-context.js';
import type { EventRecorder } from '../../../client/event-recorder.js';
import { keyOf, splitKey, type Informer } from '../../../client/informer.js';
import type { WorkQueue } from '../../../client/work-queue.js';
import type { Pod } from '../../../component-helpers/pods.js';
import {
  DEPLOYMENTS,
  POD_DISRUPTION_BUDGETS,
  PODS,
  REPLICA_SETS,
  REPLICATION_CONTROLLERS,
  STATEFUL_SETS,
} from '../../../component-helpers/resources.js';
import { messageOf } from '../common/pod-control.js';
import { selectorOf } from '../common/selectors.js';
import { budgetStatus, countHealthy, DELETION_TIMEOUT, failedStatus, isUpToDate } from './budget-status.js';
import { expectedPods, type ExpectedPods, type Workloads } from './expected-pods.js';
import { followStaleDisruptions } from './stale-disruptions.js';
import type { PodDisruptionBudget, PodDisruptionBudgetStatus } from './types.js';

/** Tells how many pods of a budget may be evicted (Go: pkg/controller/disruption). */
export class DisruptionController {
  private readonly budgets: Informer<PodDisruptionBudget>;
  private readonly pods: Informer<Pod>;
  private readonly workloads: Workloads;
  private readonly queue: WorkQueue;
  private readonly recorder: EventRecorder;

  constructor(private readonly context: ComponentContext) {
    const { informers, client } = context;
    this.recorder = context.recorder('controllermanager');
    this.queue = context.queue((key) => this.sync(key), { isPatient: true });
    this.budgets = informers.of<PodDisruptionBudget>(POD_DISRUPTION_BUDGETS);
    this.pods = informers.of<Pod>(PODS);
    this.workloads = {
      client,
      listers: {
        ReplicationController: informers.of<KubeObject>(REPLICATION_CONTROLLERS),
        'ReplicaSet.apps': informers.of<KubeObject>(REPLICA_SETS),
        'Deployment.apps': informers.of<KubeObject>(DEPLOYMENTS),
        'StatefulSet.apps': informers.of<KubeObject>(STATEFUL_SETS),
      },
    };
    const enqueue = (budget: PodDisruptionBudget): void => {
      this.queue.add(keyOf(budget));
    };
    this.budgets.addHandler({ added: enqueue, updated: enqueue });
    const changed = (pod: Pod): void => {
      this.podChanged(pod);
    };
    this.pods.addHandler({ added: changed, updated: changed, deleted: changed });
    followStaleDisruptions({ client, clock: context.clock, queue: context.queue.bind(context) }, this.pods);
  }

  private podChanged(pod: Pod): void {
    const { namespace = '', name = '', labels } = pod.metadata;
    const matching = this.budgets.list(namespace).filter(({ spec }) => selectorOf(spec.selector).matches(labels));
    for (const budget of matching) this.queue.add(keyOf(budget));
    if (matching.length <= 1) return;
    const chosen = matching[0]?.metadata.name ?? '';
    const message = `Pod "${namespace}"/"${name}" matches multiple PodDisruptionBudgets.  Chose "${chosen}" arbitrarily.`;
    this.recorder.warning(pod, 'MultiplePodDisruptionBudgets', message);
  }

  private async sync(key: string): Promise<void> {
    const { namespace, name } = splitKey(key);
    const budget = this.budgets.get(namespace, name);
    if (budget === undefined) return;
    try {
      await this.trySync(key, budget);
    } catch (error) {
      if (isStatus(error, 'Conflict')) throw error;
      await this.write(budget, failedStatus(budget, messageOf(error), this.context.clock.now()));
    }
  }

  private async trySync(key: string, budget: PodDisruptionBudget): Promise<void> {
    const selector = selectorOf(budget.spec.selector);
    const pods = this.pods.list(budget.metadata.namespace).filter(({ metadata }) => selector.matches(metadata.labels));
    if (pods.length === 0) this.recorder.normal(budget, 'NoPods', 'No matching pods found');
    const expected = await this.expected(budget, pods);
    const now = this.context.clock.now();
    const { disrupted, recheckAt } = this.disrupted(budget, pods, now);
    const status = budgetStatus(budget, countHealthy(pods, disrupted, now), expected, disrupted, now);
    if (!isUpToDate(budget, status)) await this.write(budget, status);
    if (recheckAt !== undefined) this.queue.addAfter(key, recheckAt - now + 1);
  }

  private async expected(budget: PodDisruptionBudget, pods: readonly Pod[]): Promise<ExpectedPods> {
    let expected: ExpectedPods;
    try {
      expected = await expectedPods(this.workloads, budget, pods);
    } catch (error) {
      const message = `Failed to calculate the number of expected pods: ${messageOf(error)}`;
      this.recorder.warning(budget, 'CalculateExpectedPodCountFailed', message);
      throw error;
    }
    if (expected.unmanaged.length > 0) this.recorder.warning(budget, 'UnmanagedPods', unmanagedMessage(budget));
    return expected;
  }

  /** Evictions whose pods are still there, and when the first of them is overdue. */
  private disrupted(
    { metadata, status }: PodDisruptionBudget,
    pods: readonly Pod[],
    now: number,
  ): { readonly disrupted: Record<string, string>; readonly recheckAt: number | undefined } {
    const disrupted: Record<string, string> = {};
    let recheckAt: number | undefined;
    for (const pod of pods) {
      const { name = '', deletionTimestamp } = pod.metadata;
      const since = status.disruptedPods?.[name];
      if (since === undefined || deletionTimestamp !== undefined) continue;
      const due = parseTime(since) + DELETION_TIMEOUT;
      if (due < now) {
        // The real controller names the namespace twice.
        const budget = `${metadata.namespace ?? ''}/${metadata.namespace ?? ''}`;
        this.recorder.warning(pod, 'NotDeleted', `Pod was expected by PDB ${budget} to be deleted but it wasn't`);
        continue;
      }
      disrupted[name] = since;
      recheckAt = Math.min(recheckAt ?? Infinity, due);
    }
    return { disrupted, recheckAt };
  }

  private async write(budget: PodDisruptionBudget, status: PodDisruptionBudgetStatus): Promise<void> {
    const { namespace } = budget.metadata;
    await this.context.client.update({ resource: POD_DISRUPTION_BUDGETS, namespace, subresource: 'status' }, { ...budget, status });
  }
}

function unmanagedMessage({ spec: { selector } }: PodDisruptionBudget): string {
  return [
    `Pods selected by this PodDisruptionBudget (selector: ${selector === undefined ? 'nil' : selectorGoString(selector)}) were found`,
    'to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior.',
    'To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.',
  ].join(' ');
}
