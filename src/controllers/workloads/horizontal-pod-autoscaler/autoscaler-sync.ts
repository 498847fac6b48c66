import type { Clock } from '../../../apimachinery/clock.js';
import { parseApiVersion } from '../../../apimachinery/group-version.js';
import { parseLabelSelector, type LabelSelector } from '../../../apimachinery/label-selector.js';
import { semanticEqual } from '../../../apimachinery/semantic-equal.js';
import { isStatus } from '../../../apimachinery/status.js';
import { formatTime } from '../../../apimachinery/time.js';
import type { Client, ServedResource, Typed } from '../../../client/client.js';
import type { EventRecorder } from '../../../client/event-recorder.js';
import type { Lister } from '../../../client/informer.js';
import type { Pod } from '../../../component-helpers/pods.js';
import { HORIZONTAL_POD_AUTOSCALERS } from '../../../component-helpers/resources.js';
import type { Scale as ScaleType } from '../../../schema/generated/autoscaling-v1.js';
import { messageOf } from '../common/pod-control.js';
import { withoutCondition } from '../common/status.js';
import { limit } from './limits.js';
import { MetricFailure, replicasForMetric, tolerancesOf, type MetricContext, type MetricProposal } from './metric-replicas.js';
import type { MetricsClient } from './metrics-client.js';
import { ScalingMemory } from './scaling-memory.js';
import { withVerdict, type HorizontalPodAutoscaler, type MetricStatus, type Verdict } from './types.js';

type Scale = Typed<ScaleType>;

export interface AutoscalerTools {
  readonly client: Client;
  readonly recorder: EventRecorder;
  readonly clock: Clock;
  readonly metrics: MetricsClient;
  readonly pods: Lister<Pod>;
  /** The selectors of all autoscalers, by key, as far as they are known. */
  readonly selectors: Map<string, LabelSelector>;
  readonly memories: Map<string, ScalingMemory>;
}

/** Metrics from which no number of replicas follows. */
class MetricsFailure extends Error {
  constructor(
    message: string,
    readonly statuses: readonly MetricStatus[],
  ) {
    super(message);
  }
}

interface Desired {
  readonly replicas: number;
  readonly reason: string;
  readonly statuses: readonly MetricStatus[];
}

/** One look at one autoscaler (Go: reconcileAutoscaler). What goes wrong is told in its status and in Events. */
export class AutoscalerSync {
  private readonly original: HorizontalPodAutoscaler['status'];

  constructor(
    private readonly tools: AutoscalerTools,
    private readonly key: string,
    private autoscaler: HorizontalPodAutoscaler,
  ) {
    this.original = autoscaler.status;
  }

  private get now(): number {
    return this.tools.clock.now();
  }

  async run(): Promise<void> {
    let found: { readonly scale: Scale; readonly resource: ServedResource };
    try {
      found = await this.getScale();
    } catch (error) {
      this.warn('FailedGetScale', messageOf(error));
      const message = `the HPA controller was unable to get the target's current scale: ${messageOf(error)}`;
      this.say({ type: 'AbleToScale', status: 'False', reason: 'FailedGetScale', message });
      await this.write();
      return;
    }
    const message = "the HPA controller was able to get the target's current scale";
    this.say({ type: 'AbleToScale', status: 'True', reason: 'SucceededGetScale', message });
    await this.follow(found.scale, found.resource);
  }

  private async getScale(): Promise<{ readonly scale: Scale; readonly resource: ServedResource }> {
    const { kind = '', name = '', apiVersion = '' } = this.autoscaler.spec.scaleTargetRef;
    const gv = parseApiVersion(apiVersion);
    if (gv === undefined) throw new Error(`unexpected GroupVersion string: ${apiVersion}`);
    const { discovery } = this.tools.client;
    const resource =
      discovery.resourceFor({ ...gv, kind }) ?? discovery.resources().find((served) => served.group === gv.group && served.kind === kind);
    if (resource === undefined) throw new Error(`no matches for kind "${kind}" in group "${gv.group}"`);
    const scale = await this.tools.client.get<Scale>(this.targetOf(resource), name);
    return { scale, resource };
  }

  private targetOf(resource: ServedResource): { resource: ServedResource; namespace: string | undefined; subresource: string } {
    return { resource, namespace: this.autoscaler.metadata.namespace, subresource: 'scale' };
  }

  private async follow(scale: Scale, resource: ServedResource): Promise<void> {
    const current = scale.spec.replicas ?? 0;
    if (!this.tools.memories.has(this.key)) this.tools.memories.set(this.key, new ScalingMemory(current, this.now));
    let desired: Desired;
    try {
      desired = await this.desired(scale, current);
    } catch (error) {
      if (!(error instanceof MetricsFailure)) throw error;
      this.setStatus(current, this.original.desiredReplicas ?? 0, error.statuses);
      await this.write();
      this.warn('FailedComputeMetricsReplicas', error.message);
      return;
    }
    const { replicas, statuses } = desired;
    const isRescaled = replicas !== current;
    if (isRescaled && !(await this.rescale(scale, resource, desired))) {
      this.setStatus(current, this.original.desiredReplicas ?? 0, statuses);
      await this.write();
      return;
    }
    this.setStatus(current, replicas, statuses);
    if (isRescaled) this.autoscaler = { ...this.autoscaler, status: { ...this.autoscaler.status, lastScaleTime: formatTime(this.now) } };
    await this.write();
  }

  private async desired(scale: Scale, current: number): Promise<Desired> {
    const { minReplicas: min = 1, maxReplicas = 0 } = this.autoscaler.spec;
    const plain = (replicas: number, reason: string): Desired => ({ replicas, reason, statuses: [] });
    if (current === 0) {
      const message = 'scaling is disabled since the replica count of the target is zero';
      this.say({ type: 'ScalingActive', status: 'False', reason: 'ScalingDisabled', message });
      return plain(0, '');
    }
    if (current > maxReplicas) return plain(maxReplicas, 'Current number of replicas above Spec.MaxReplicas');
    if (current < min) return plain(min, 'Current number of replicas below Spec.MinReplicas');
    const { proposal, statuses } = await this.byMetrics(scale);
    const { autoscaler, now } = this;
    const memory = this.tools.memories.get(this.key) ?? new ScalingMemory(current, now);
    const { replicas, verdicts } = limit({ autoscaler, memory, current, desired: proposal.replicas, min, now });
    for (const verdict of verdicts) this.say(verdict);
    const reason = proposal.replicas > current ? `${proposal.name} above target` : 'All metrics below target';
    return { replicas, reason: proposal.replicas === current ? '' : reason, statuses };
  }

  /** The metric that asks for most decides; some that fail only keep it from scaling down (Go: computeReplicasForMetrics). */
  private async byMetrics(scale: Scale): Promise<{ readonly proposal: MetricProposal; readonly statuses: readonly MetricStatus[] }> {
    const { metrics: specs = [] } = this.autoscaler.spec;
    const context = this.metricContext(scale);
    const statuses: MetricStatus[] = [];
    const failures: MetricFailure[] = [];
    let best: MetricProposal | undefined;
    for (const spec of specs) {
      try {
        const proposal = await replicasForMetric(context, spec);
        statuses.push(proposal.status);
        if (best === undefined || proposal.replicas > best.replicas) best = proposal;
      } catch (error) {
        if (!(error instanceof MetricFailure)) throw error;
        this.warn(error.reason, error.detail);
        failures.push(error);
        statuses.push({ type: '' });
      }
    }
    const [failure] = failures;
    if (best === undefined || (failure !== undefined && best.replicas < context.specReplicas)) {
      const message = `the HPA was unable to compute the replica count: ${failure?.detail ?? ''}`;
      this.say({ type: 'ScalingActive', status: 'False', reason: failure?.reason ?? '', message });
      const counts = `${String(failures.length)} invalid out of ${String(specs.length)}`;
      throw new MetricsFailure(`invalid metrics (${counts}), first error is: ${failure?.message ?? ''}`, statuses);
    }
    const message = `the HPA was able to successfully calculate a replica count from ${best.name}`;
    this.say({ type: 'ScalingActive', status: 'True', reason: 'ValidMetricFound', message });
    return { proposal: best, statuses };
  }

  private metricContext({ spec, status }: Scale): MetricContext {
    const { namespace = '' } = this.autoscaler.metadata;
    const selector = this.selectorOf(status.selector ?? '');
    const { metrics, pods } = this.tools;
    return {
      metrics,
      namespace,
      selector,
      pods: pods.list(namespace).filter(({ metadata }) => selector.matches(metadata.labels)),
      specReplicas: spec.replicas ?? 0,
      statusReplicas: status.replicas ?? 0,
      tolerances: tolerancesOf(this.autoscaler),
      now: this.now,
    };
  }

  /** Throws MetricsFailure for a selector that is missing, can't be read, or selects pods of another autoscaler as well. */
  private selectorOf(text: string): LabelSelector {
    if (text === '') throw this.badSelector('SelectorRequired', 'selector is required', "the HPA target's scale is missing a selector");
    let selector: LabelSelector;
    try {
      selector = parseLabelSelector(text);
    } catch (error) {
      const message = `couldn't convert selector into a corresponding internal selector object: ${messageOf(error)}`;
      throw this.badSelector('InvalidSelector', message);
    }
    this.tools.selectors.set(this.key, selector);
    const rivals = this.rivals(selector);
    if (rivals.length <= 1) return selector;
    throw this.badSelector('AmbiguousSelector', `pods by selector ${text} are controlled by multiple HPAs: [${rivals.join(' ')}]`);
  }

  /** The autoscalers whose selectors match the selected pods. */
  private rivals(selector: LabelSelector): readonly string[] {
    const { namespace = '' } = this.autoscaler.metadata;
    const pods = this.tools.pods.list(namespace).filter(({ metadata }) => selector.matches(metadata.labels));
    return [...this.tools.selectors]
      .filter(([key]) => key.startsWith(`${namespace}/`))
      .filter(([, other]) => pods.some(({ metadata }) => other.matches(metadata.labels)))
      .map(([key]) => key);
  }

  private badSelector(event: string, text: string, message = text): MetricsFailure {
    this.warn(event, text);
    const reason = event === 'SelectorRequired' ? 'InvalidSelector' : event;
    this.say({ type: 'ScalingActive', status: 'False', reason, message });
    return new MetricsFailure(text, []);
  }

  /** Returns whether the target could be scaled. */
  private async rescale(scale: Scale, resource: ServedResource, { replicas, reason }: Desired): Promise<boolean> {
    const { client, memories } = this.tools;
    const before = scale.spec.replicas ?? 0;
    const size = String(replicas);
    try {
      await this.updateScale(client, resource, scale, replicas);
    } catch (error) {
      this.warn('FailedRescale', `New size: ${size}; reason: ${reason}; error: ${messageOf(error)}`);
      const message = `the HPA controller was unable to update the target scale: ${messageOf(error)}`;
      this.say({ type: 'AbleToScale', status: 'False', reason: 'FailedUpdateScale', message });
      return false;
    }
    const message = `the HPA controller was able to update the target scale to ${size}`;
    this.say({ type: 'AbleToScale', status: 'True', reason: 'SucceededRescale', message });
    this.tools.recorder.normal(this.autoscaler, 'SuccessfulRescale', `New size: ${size}; reason: ${reason}`);
    const { behavior } = this.autoscaler.spec;
    const rules = replicas > before ? behavior?.scaleUp : behavior?.scaleDown;
    if (behavior !== undefined) memories.get(this.key)?.scaled(before, replicas, rules, this.now);
    return true;
  }

  /** Once more over what is there, if somebody else was quicker. */
  private async updateScale(client: Client, resource: ServedResource, scale: Scale, replicas: number): Promise<void> {
    const target = this.targetOf(resource);
    try {
      await client.update(target, { ...scale, spec: { ...scale.spec, replicas } });
    } catch (error) {
      if (!isStatus(error, 'Conflict')) throw error;
      const fresh = await client.get<Scale>(target, scale.metadata.name ?? '');
      await client.update(target, { ...fresh, spec: { ...fresh.spec, replicas } });
    }
  }

  private warn(reason: string, message: string): void {
    this.tools.recorder.warning(this.autoscaler, reason, message);
  }

  private say(verdict: Verdict): void {
    const { status } = this.autoscaler;
    const conditions = withVerdict(withoutCondition(status.conditions, 'ScaledToZero'), verdict, this.now);
    this.autoscaler = { ...this.autoscaler, status: { ...status, conditions } };
  }

  private setStatus(currentReplicas: number, desiredReplicas: number, currentMetrics: readonly MetricStatus[]): void {
    const { lastScaleTime, conditions } = this.autoscaler.status;
    // The real one writes protobuf, which knows no empty lists: nobody comes to own one.
    const metrics = currentMetrics.length === 0 ? {} : { currentMetrics: [...currentMetrics] };
    const status = { currentReplicas, desiredReplicas, lastScaleTime, conditions, ...metrics };
    this.autoscaler = { ...this.autoscaler, status };
  }

  private async write(): Promise<void> {
    const { metadata, status } = this.autoscaler;
    const stored = { currentReplicas: 0, ...this.original };
    if (semanticEqual(stored, { currentReplicas: 0, ...status })) return;
    const target = { resource: HORIZONTAL_POD_AUTOSCALERS, namespace: metadata.namespace, subresource: 'status' };
    try {
      await this.tools.client.update(target, this.autoscaler);
    } catch (error) {
      this.warn('FailedUpdateStatus', messageOf(error));
      throw error;
    }
  }
}
