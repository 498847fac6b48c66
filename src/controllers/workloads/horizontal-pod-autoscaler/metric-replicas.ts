import { labelSelectorOf, selectorGoString, type LabelSelector } from '../../../apimachinery/label-selector.js';
import { parseQuantityJson, Quantity } from '../../../apimachinery/quantity.js';
import type { Pod } from '../../../component-helpers/pods.js';
import type { ContainerResourceMetricSource, MetricIdentifier, MetricTarget } from '../../../schema/generated/autoscaling-v2.js';
import { messageOf } from '../common/pod-control.js';
import type { MetricsClient } from './metrics-client.js';
import {
  averageOf,
  replicasByPods,
  replicasByRatio,
  replicasByShare,
  requestsOf,
  utilizationOf,
  type Proposal,
  type Tolerances,
} from './replica-calculator.js';
import type { HorizontalPodAutoscaler, MetricSpec, MetricStatus } from './types.js';

/** What all metrics of one autoscaler are computed from. */
export interface MetricContext {
  readonly metrics: MetricsClient;
  readonly namespace: string;
  readonly selector: LabelSelector;
  /** The selected pods. */
  readonly pods: readonly Pod[];
  readonly specReplicas: number;
  readonly statusReplicas: number;
  readonly tolerances: Tolerances;
  readonly now: number;
}

export interface MetricProposal {
  readonly replicas: number;
  /** What the metric is called in conditions and Events. */
  readonly name: string;
  readonly status: MetricStatus;
}

/** A metric from which nothing can be computed. */
export class MetricFailure extends Error {
  override readonly name = 'MetricFailure';

  /**
   * @param reason of the Event and the condition
   * @param detail what they say
   * @param message what is said of it among other metrics
   */
  constructor(
    readonly reason: string,
    readonly detail: string,
    message: string,
  ) {
    super(message);
  }
}

/** The share of usage that is left alone unless the autoscaler says otherwise. */
const DEFAULT_TOLERANCE = 0.1;

export function tolerancesOf({ spec: { behavior } }: HorizontalPodAutoscaler): Tolerances {
  const of = (text: string | undefined): number => (text === undefined ? DEFAULT_TOLERANCE : parseQuantityJson(text).approximateNumber());
  return { up: of(behavior?.scaleUp?.tolerance), down: of(behavior?.scaleDown?.tolerance) };
}

/** How many replicas one metric asks for (Go: computeReplicasForMetric). Throws MetricFailure. */
export async function replicasForMetric(context: MetricContext, spec: MetricSpec): Promise<MetricProposal> {
  switch (spec.type) {
    case 'Resource': {
      const name = spec.resource?.name ?? '';
      return await named('FailedGetResourceMetric', `failed to get ${name} resource metric value`, () => byResource(context, spec));
    }
    case 'ContainerResource': {
      const container = spec.containerResource?.container ?? '';
      const what = `failed to get ${container} container metric value`;
      return await named('FailedGetContainerResourceMetric', what, () => byResource(context, spec));
    }
    case 'Pods':
      return await named('FailedGetPodsMetric', 'failed to get pods metric value', () => byPods(context, spec));
    case 'Object':
      return await named('FailedGetObjectMetric', 'failed to get object metric value', () => byObject(context, spec));
    case 'External': {
      const what = `failed to get ${spec.external?.metric.name ?? ''} external metric value`;
      return await named('FailedGetExternalMetric', what, () => byExternal(context, spec));
    }
    default: {
      const message = `unknown metric source type "${spec.type ?? ''}"`;
      throw new MetricFailure('InvalidMetricSourceType', message, message);
    }
  }
}

async function named(reason: string, what: string, compute: () => Promise<MetricProposal>): Promise<MetricProposal> {
  try {
    return await compute();
  } catch (error) {
    const detail = messageOf(error instanceof Aside && error.cause !== undefined ? error.cause : error);
    throw new MetricFailure(reason, detail, `${what}: ${messageOf(error)}`);
  }
}

/** A failure whose words the condition and the Event leave out; they give only its cause. */
class Aside extends Error {
  override readonly name = 'Aside';
}

/** Puts words before a failure that are said only of it among other metrics. */
async function aside<T>(what: string, compute: () => Promise<T>): Promise<T> {
  try {
    return await compute();
  } catch (error) {
    throw new Aside(`${what}: ${messageOf(error)}`, { cause: error });
  }
}

/** Puts words before a failure. */
async function within<T>(what: string, compute: () => Promise<T>): Promise<T> {
  try {
    return await compute();
  } catch (error) {
    throw new Error(`${what}: ${messageOf(error)}`, { cause: error });
  }
}

function milli(text: string | undefined): number {
  return parseQuantityJson(text ?? '0').milliValue();
}

function quantity(thousandths: number, resource = ''): string {
  return Quantity.of(thousandths, -3, resource === 'memory' ? 'BinarySI' : 'DecimalSI').toString();
}

/** The selector of a metric as text; none selects all there is of it. */
function metricSelector({ selector }: MetricIdentifier): string {
  return selector === undefined ? '' : labelSelectorOf(selector).toString();
}

async function byResource(context: MetricContext, { type, resource, containerResource }: MetricSpec): Promise<MetricProposal> {
  const source: ContainerResourceMetricSource = containerResource ?? { ...resource, target: resource?.target ?? {} };
  const { name = '', container = '', target } = source;
  const isRaw = target.averageValue !== undefined;
  if (!isRaw && target.averageUtilization === undefined)
    throw new Error('invalid resource metric source: neither an average utilization target nor an average value (usage) target was set');
  const { replicas, usage, utilization } = await within(`failed to get ${name} ${isRaw ? 'usage' : 'utilization'}`, () =>
    resourceProposal(context, name, container, target),
  );
  const current = { averageUtilization: utilization, averageValue: quantity(usage, name) };
  const status: MetricStatus =
    containerResource === undefined ? { type, resource: { name, current } } : { type, containerResource: { name, container, current } };
  const kind = containerResource === undefined ? '' : 'container ';
  const shown = isRaw ? `${name} resource` : `${name} ${kind}resource utilization (percentage of request)`;
  return { replicas, name: shown, status };
}

async function resourceProposal(context: MetricContext, name: string, container: string, target: MetricTarget): Promise<Proposal> {
  const { pods, namespace, selector, specReplicas: current, tolerances, now } = context;
  const metrics = await within(`unable to get metrics for resource ${name}`, () =>
    context.metrics.resource(name, namespace, selector.toString(), container),
  );
  const common = { current, pods, metrics, tolerances, isCpu: name === 'cpu', now };
  if (target.averageValue !== undefined) {
    const amount = milli(target.averageValue);
    return replicasByPods({ ...common, measure: (given) => averageOf(given, amount), assumed: () => amount });
  }
  const { averageUtilization: percent = 0 } = target;
  const requests = pods.length === 0 ? new Map<string, number>() : requestsOf(pods, container, name);
  return replicasByPods({
    ...common,
    measure: (given) => utilizationOf(given, requests, percent),
    assumed: (pod) => Math.trunc(((requests.get(pod) ?? 0) * Math.max(100, percent)) / 100),
  });
}

async function byPods(context: MetricContext, { type, pods: source }: MetricSpec): Promise<MetricProposal> {
  const { pods, namespace, selector, specReplicas: current, tolerances, now } = context;
  const { metric, target } = source ?? { metric: {}, target: {} };
  const { name = '' } = metric;
  const metrics = await within(`unable to get metric ${name}`, () =>
    context.metrics.pods(name, namespace, selector.toString(), metricSelector(metric)),
  );
  const amount = milli(target.averageValue);
  const measure = (given: typeof metrics): ReturnType<typeof averageOf> => averageOf(given, amount);
  const { replicas, usage } = replicasByPods({ current, pods, metrics, tolerances, isCpu: false, now, measure, assumed: () => amount });
  return { replicas, name: `pods metric ${name}`, status: { type, pods: { metric, current: { averageValue: quantity(usage) } } } };
}

async function byObject(context: MetricContext, { type, object }: MetricSpec): Promise<MetricProposal> {
  const { namespace, specReplicas, statusReplicas, tolerances, pods } = context;
  const { metric, target, describedObject } = object ?? { metric: {}, target: {}, describedObject: {} };
  const { name = '' } = metric;
  const { kind = '', name: subject = '' } = describedObject;
  const read = (): Promise<number> => context.metrics.object(name, namespace, describedObject, metricSelector(metric));
  // The real controller's words lack a colon in the right place.
  const value = async (): Promise<number> => {
    try {
      return await read();
    } catch (error) {
      throw new Error(`unable to get metric ${name}: ${kind} on ${namespace} ${subject}/${messageOf(error)}`, { cause: error });
    }
  };
  const status = (current: object): MetricStatus => ({ type, object: { describedObject, metric, current } });
  if (target.type === 'Value' && target.value !== undefined) {
    const usage = await value();
    const replicas = replicasByRatio(specReplicas, usage / milli(target.value), tolerances, pods);
    return { replicas, name: `${kind} metric ${name}`, status: status({ value: quantity(usage) }) };
  }
  if (target.type === 'AverageValue' && target.averageValue !== undefined) {
    const total = await aside(`failed to get ${name} object metric`, value);
    const { replicas, usage } = replicasByShare(statusReplicas, total, milli(target.averageValue), tolerances);
    return { replicas, name: externalName(metric), status: status({ averageValue: quantity(usage) }) };
  }
  throw new Error('invalid object metric source: neither a value target nor an average value target was set');
}

function externalName({ name = '', selector }: MetricIdentifier): string {
  return `external metric ${name}(${selector === undefined ? 'nil' : selectorGoString(selector)})`;
}

async function byExternal(context: MetricContext, { type, external }: MetricSpec): Promise<MetricProposal> {
  const { namespace, specReplicas, statusReplicas, tolerances, pods } = context;
  const { metric, target } = external ?? { metric: {}, target: {} };
  const { name = '', selector } = metric;
  const total = async (): Promise<number> => {
    const shown = selector === undefined ? 'nil' : selectorGoString(selector);
    const values = await within(`unable to get external metric ${namespace}/${name}/${shown}`, () =>
      context.metrics.external(name, namespace, metricSelector(metric)),
    );
    return values.reduce((sum, value) => sum + value, 0);
  };
  const status = (current: object): MetricStatus => ({ type, external: { metric, current } });
  if (target.averageValue !== undefined) {
    const sum = await aside(`failed to get ${name} external metric`, total);
    const { replicas, usage } = replicasByShare(statusReplicas, sum, milli(target.averageValue), tolerances);
    return { replicas, name: externalName(metric), status: status({ averageValue: quantity(usage) }) };
  }
  if (target.value !== undefined) {
    const sum = await aside(`failed to get external metric ${name}`, total);
    const replicas = replicasByRatio(specReplicas, sum / milli(target.value), tolerances, pods);
    return { replicas, name: externalName(metric), status: status({ value: quantity(sum) }) };
  }
  throw new Error('invalid external metric source: neither a value target nor an average value target was set');
}
