import { parseQuantityJson } from '../../../apimachinery/quantity.js';
import { parseTime } from '../../../apimachinery/time.js';
import { isPodReady, podCondition, type Pod } from '../../../component-helpers/pods.js';
import type { PodMetric, PodMetrics } from './metrics-client.js';

/** Milliseconds after a pod's start in which its use of CPU counts only once it is ready. */
const CPU_INITIALIZATION = 300_000;
/** Milliseconds in which a pod that was never ready since its start still counts as starting. */
const INITIAL_READINESS = 30_000;
const MAX_INT32 = 2 ** 31 - 1;

/** How far usage may be from the target without anything being done: shares of it. */
export interface Tolerances {
  readonly up: number;
  readonly down: number;
}

function isWithin({ up, down }: Tolerances, ratio: number): boolean {
  return 1 - down <= ratio && ratio <= 1 + up;
}

/** A proposal, with what was measured. */
export interface Proposal {
  readonly replicas: number;
  /** The average, in thousandths. */
  readonly usage: number;
  /** Percent of what is requested, where that is the target. */
  readonly utilization?: number | undefined;
}

/** A ratio of usage to target over some pods. */
interface Measured {
  readonly ratio: number;
  readonly usage: number;
  readonly utilization?: number | undefined;
}

export interface PodsMeasured {
  readonly current: number;
  readonly pods: readonly Pod[];
  readonly metrics: PodMetrics;
  readonly tolerances: Tolerances;
  /** Whether what is measured is CPU, which pods that start use in their own way. */
  readonly isCpu: boolean;
  readonly now: number;
  readonly measure: (metrics: PodMetrics) => Measured;
  /** What a pod counts as, in thousandths, that wasn't measured when usage is low. */
  readonly assumed: (pod: string) => number;
}

interface Groups {
  readonly ready: number;
  readonly unready: readonly string[];
  readonly missing: readonly string[];
  readonly ignored: readonly string[];
}

/**
 * How many replicas would bring the average to the target. Pods that weren't
 * measured count such that too little is done rather than too much
 * (Go: ReplicaCalculator.GetResourceReplicas, calcPlainMetricReplicas). Throws if nothing was measured.
 */
export function replicasByPods(given: PodsMeasured): Proposal {
  const { current, pods, tolerances, measure } = given;
  if (pods.length === 0) throw new Error('no pods returned by selector while calculating replica count');
  const groups = groupPods(given);
  const metrics: PodMetrics = new Map(given.metrics);
  for (const pod of [...groups.ignored, ...groups.unready]) metrics.delete(pod);
  if (metrics.size === 0) throw new Error('did not receive metrics for targeted pods (pods might be unready)');
  const { ratio, usage, utilization } = measure(metrics);
  const stay: Proposal = { replicas: current, usage, utilization };
  const countsUnready = groups.unready.length > 0 && ratio > 1;
  if (!countsUnready && groups.missing.length === 0)
    return isWithin(tolerances, ratio) ? stay : { ...stay, replicas: Math.ceil(ratio * groups.ready) };
  assume(metrics, groups, given, ratio);
  const { ratio: corrected } = measure(metrics);
  const isTurned = (ratio < 1 && corrected > 1) || (ratio > 1 && corrected < 1);
  if (isWithin(tolerances, corrected) || isTurned) return stay;
  const replicas = Math.ceil(corrected * metrics.size);
  const isWrongWay = (corrected < 1 && replicas > current) || (corrected > 1 && replicas < current);
  return isWrongWay ? stay : { ...stay, replicas };
}

function assume(metrics: PodMetrics, { missing, unready }: Groups, { assumed }: PodsMeasured, ratio: number): void {
  const of = (value: number): PodMetric => ({ timestamp: 0, window: 0, value });
  for (const pod of missing) {
    if (ratio < 1) metrics.set(pod, of(assumed(pod)));
    else if (ratio > 1) metrics.set(pod, of(0));
  }
  if (ratio > 1) for (const pod of unready) metrics.set(pod, of(0));
}

function groupPods({ pods, metrics, isCpu, now }: PodsMeasured): Groups {
  const groups = { ready: 0, unready: [] as string[], missing: [] as string[], ignored: [] as string[] };
  for (const pod of pods) {
    const { name = '', deletionTimestamp } = pod.metadata;
    const metric = metrics.get(name);
    if (deletionTimestamp !== undefined || pod.status.phase === 'Failed') groups.ignored.push(name);
    else if (pod.status.phase === 'Pending') groups.unready.push(name);
    else if (metric === undefined) groups.missing.push(name);
    else if (isCpu && isStarting(pod, metric, now)) groups.unready.push(name);
    else groups.ready++;
  }
  return groups;
}

/** Whether the pod's use of CPU is still that of its start. */
function isStarting(pod: Pod, metric: PodMetric, now: number): boolean {
  const condition = podCondition(pod, 'Ready');
  if (condition === undefined || pod.status.startTime === undefined) return true;
  const start = parseTime(pod.status.startTime);
  const since = condition.lastTransitionTime == null ? 0 : parseTime(condition.lastTransitionTime);
  if (start + CPU_INITIALIZATION > now) return condition.status === 'False' || metric.timestamp < since + metric.window;
  return condition.status === 'False' && start + INITIAL_READINESS > since;
}

/** Usage against what is requested, in whole percent. @param requests in thousandths, by pod */
export function utilizationOf(metrics: PodMetrics, requests: ReadonlyMap<string, number>, target: number): Measured {
  let [used, requested, count] = [0, 0, 0];
  for (const [pod, { value }] of metrics) {
    const request = requests.get(pod);
    if (request === undefined) continue;
    used += value;
    requested += request;
    count++;
  }
  if (requested === 0) throw new Error('no metrics returned matched known pods');
  const utilization = Math.trunc((used * 100) / requested);
  return { ratio: utilization / target, utilization, usage: Math.trunc(used / count) };
}

/** Usage against a plain amount. @param target in thousandths */
export function averageOf(metrics: PodMetrics, target: number): Measured {
  let used = 0;
  for (const { value } of metrics.values()) used += value;
  const usage = Math.trunc(used / metrics.size);
  return { ratio: usage / target, usage };
}

/** What the pods request of a resource, in thousandths. Throws if a container requests nothing. @param container '' for all */
export function requestsOf(pods: readonly Pod[], container: string, resource: string): ReadonlyMap<string, number> {
  return new Map(pods.map((pod) => [pod.metadata.name ?? '', requestOf(pod, container, resource)]));
}

function requestOf({ metadata: { name = '' }, spec }: Pod, container: string, resource: string): number {
  if (container === '' && spec.resources?.requests !== undefined) {
    const request = spec.resources.requests[resource];
    if (request === undefined) throw new Error(`missing pod-level request for ${resource} in Pod ${name}`);
    return parseQuantityJson(request).milliValue();
  }
  const sidecars = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  const all = [...(spec.containers ?? []), ...sidecars];
  const counted = container === '' ? all : all.filter((one) => one.name === container).slice(0, 1);
  if (container !== '' && counted.length === 0) throw new Error(`container ${container} not found in Pod ${name}`);
  return counted.reduce((sum, one) => {
    const request = one.resources.requests?.[resource];
    if (request === undefined) throw new Error(`missing request for ${resource} in container ${one.name ?? ''} of Pod ${name}`);
    return sum + parseQuantityJson(request).milliValue();
  }, 0);
}

/** For a value that isn't the pods': the ratio times the pods that are ready. Throws if there are none. */
export function replicasByRatio(current: number, ratio: number, tolerances: Tolerances, pods: readonly Pod[]): number {
  if (current === 0) return Math.ceil(ratio);
  if (isWithin(tolerances, ratio)) return current;
  if (pods.length === 0) throw new Error('unable to calculate ready pods: no pods returned by selector while calculating replica count');
  const ready = pods.filter((pod) => pod.status.phase === 'Running' && isPodReady(pod)).length;
  return Math.min(MAX_INT32, Math.ceil(ratio * ready));
}

/** For a value that the pods share: as many as bring each to its part. Both in thousandths. */
export function replicasByShare(replicas: number, total: number, target: number, tolerances: Tolerances): Proposal {
  const isEnough = isWithin(tolerances, total / (target * replicas));
  return { replicas: isEnough ? replicas : Math.min(MAX_INT32, Math.ceil(total / target)), usage: Math.ceil(total / replicas) };
}
