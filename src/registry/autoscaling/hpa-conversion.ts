import { goJson } from '../../apimachinery/field-error.js';
import { decodeObject } from '../../schema/decode.js';
import { DecodingError } from '../../schema/decoding-error.js';
import type * as v1 from '../../schema/generated/autoscaling-v1.js';
import type * as v2 from '../../schema/generated/autoscaling-v2.js';
import type { JsonObject, JsonValue, StructType } from '../../schema/type.js';
import { typeRegistry } from '../../schema/types.js';
import { GoPrinter } from '../go-struct.js';
import { asObject, deepEqual, typed, type KubeObject, type Typed } from '../object.js';
import { BEHAVIOR, CONDITIONS, CURRENT_METRICS, METRICS, withFieldAnnotations } from './annotations.js';
import { metricStatusToV1, metricStatusToV2, metricToV1, metricToV2 } from './metric-conversion.js';

/** What a HorizontalPodAutoscaler that says nothing aims at. Percent. */
export const DEFAULT_CPU_UTILIZATION = 80;

type HpaV1 = Typed<v1.HorizontalPodAutoscaler>;
type HpaV2 = Typed<v2.HorizontalPodAutoscaler>;

/**
 * What the server takes an autoscaler of v1 for, once it is its internal version
 * and v1 again: annotations that can't be read are gone, defaults are in.
 *
 * v1 can't say all of it (a metric's status without a value, the same metric
 * twice), so the version in between is remembered for `hpaToV2`.
 */
export function hpaThroughInternal(object: KubeObject): KubeObject {
  const internal = hpaToV2(object);
  const result = hpaToV1(internal);
  ORIGINS.set(result.spec as object, { internal, status: result.status, annotations: fieldAnnotations(result) });
  return result;
}

interface Origin {
  readonly internal: KubeObject;
  readonly status: unknown;
  readonly annotations: readonly (string | undefined)[];
}

/** By the spec that was made; good as long as the rest of the object is what was made, too. */
const ORIGINS = new WeakMap<object, Origin>();

function fieldAnnotations({ metadata }: KubeObject): (string | undefined)[] {
  return [METRICS, CURRENT_METRICS, CONDITIONS, BEHAVIOR].map((key) => metadata.annotations?.[key]);
}

function originOf(object: KubeObject): KubeObject | undefined {
  const origin = ORIGINS.get(object.spec as object);
  if (origin === undefined || origin.status !== object.status || !deepEqual(origin.annotations, fieldAnnotations(object))) return undefined;
  const { spec, status, ...others } = origin.internal;
  return { ...others, metadata: withFieldAnnotations(object.metadata), spec: structuredClone(spec), status: structuredClone(status) };
}

/**
 * From autoscaling/v1 to v2, by way of annotations for what v1 has no fields
 * for; those that can't be read count for nothing. Doesn't change its argument.
 */
export function hpaToV2(object: KubeObject): KubeObject {
  const origin = originOf(object);
  if (origin !== undefined) return origin;
  const { spec, status, metadata } = typed<v1.HorizontalPodAutoscaler>(object) as HpaV1;
  const annotations = metadata.annotations ?? {};
  const { targetCPUUtilizationPercentage: cpu, ...others } = spec;
  const metrics = (readList<v1.MetricSpec>(annotations[METRICS], 'MetricSpec') ?? []).map(metricToV2);
  if (cpu !== undefined) metrics.push(cpuMetric(cpu));
  if (metrics.length === 0) metrics.push(cpuMetric(DEFAULT_CPU_UTILIZATION));
  const { currentCPUUtilizationPercentage: currentCpu, ...otherStatus } = status;
  const current =
    readList<v1.MetricStatus>(annotations[CURRENT_METRICS], 'MetricStatus')?.map(metricStatusToV2) ??
    (currentCpu === undefined ? undefined : [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: currentCpu } } }]);
  const conditions = readList<v1.HorizontalPodAutoscalerCondition>(annotations[CONDITIONS], 'HorizontalPodAutoscalerCondition');
  return normalised('v2', object, withFieldAnnotations(metadata), {
    spec: { ...others, metrics, behavior: readBehavior(annotations[BEHAVIOR]) },
    status: { ...otherStatus, currentMetrics: current, conditions },
  });
}

/** From autoscaling/v2 to v1. Doesn't change its argument, which may be stored. */
export function hpaToV1(object: KubeObject): KubeObject {
  const { spec, status, metadata } = typed<v2.HorizontalPodAutoscaler>(object) as HpaV2;
  const { metrics = [], behavior, ...others } = spec;
  const { currentMetrics, conditions, ...otherStatus } = status;
  const annotations: Record<string, string> = {};
  const remaining = metrics.filter((metric) => cpuOf(metric) === undefined);
  if (remaining.length > 0) annotations[METRICS] = write(remaining.map(metricToV1), 'MetricSpec');
  if (currentMetrics && currentMetrics.length > 0)
    annotations[CURRENT_METRICS] = write(currentMetrics.map(metricStatusToV1), 'MetricStatus');
  if (behavior !== undefined) annotations[BEHAVIOR] = goJson(GO_BEHAVIOR.print('Behavior', behavior));
  if (conditions !== undefined && conditions.length > 0) annotations[CONDITIONS] = write(conditions, 'HorizontalPodAutoscalerCondition');
  return normalised('v1', object, withFieldAnnotations(metadata, annotations), {
    spec: { ...others, targetCPUUtilizationPercentage: metrics.map(cpuOf).find((percentage) => percentage !== undefined) },
    status: { ...otherStatus, currentCPUUtilizationPercentage: currentCpuOf(currentMetrics ?? []) },
  });
}

function cpuMetric(percentage: number): v2.MetricSpec {
  return { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: percentage } } };
}

/** The percentage of a metric that v1 has a field for. */
function cpuOf({ type, resource }: v2.MetricSpec): number | undefined {
  return type === 'Resource' && resource?.name === 'cpu' ? resource.target.averageUtilization : undefined;
}

/** The last one counts. */
function currentCpuOf(metrics: readonly v2.MetricStatus[]): number | undefined {
  let percentage: number | undefined;
  for (const { type, resource } of metrics) {
    if (type === 'Resource' && resource?.name === 'cpu') percentage = resource.current.averageUtilization ?? percentage;
  }
  return percentage;
}

/** Behavior is written as Go's internal version, which has no JSON names. */
const GO_BEHAVIOR = new GoPrinter({
  Behavior: 'ScaleUp*:Rules ScaleDown*:Rules',
  Rules: 'StabilizationWindowSeconds* SelectPolicy* Policies*:Policy Tolerance*',
  Policy: 'Type Value# PeriodSeconds#',
});

const BEHAVIOR_FIELDS: ReadonlyMap<string, string> = new Map(
  ['scaleUp', 'scaleDown', 'stabilizationWindowSeconds', 'selectPolicy', 'policies', 'tolerance', 'type', 'value', 'periodSeconds'].map(
    (name) => [name.toLowerCase(), name],
  ),
);
const BEHAVIOR_DEPTH = 5;

function readBehavior(text: string | undefined): v2.HorizontalPodAutoscalerBehavior | undefined {
  const value = parse(text);
  if (value === undefined) return undefined;
  const behavior = read(renamed(value, BEHAVIOR_DEPTH), 'v2', 'HorizontalPodAutoscalerBehavior') as
    v2.HorizontalPodAutoscalerBehavior | undefined;
  return behavior?.scaleUp === undefined && behavior?.scaleDown === undefined ? undefined : behavior;
}

/** Go takes field names in any case. */
function renamed(value: JsonValue, depth: number): JsonValue {
  if (depth === 0 || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => renamed(item, depth - 1));
  const out: JsonObject = {};
  for (const [key, item] of Object.entries(value)) {
    const name = BEHAVIOR_FIELDS.get(key.toLowerCase());
    if (name !== undefined && item !== undefined) out[name] = renamed(item, depth - 1);
  }
  return out;
}

function parse(text: string | undefined): JsonValue | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

function typeNamed(version: 'v1' | 'v2', name: string): StructType {
  const type = typeRegistry().typeByName(`io.k8s.api.autoscaling.${version}.${name}`);
  if (type === undefined) throw new Error(`the facts lack autoscaling/${version} ${name}`);
  return type;
}

function read(value: JsonValue, version: 'v1' | 'v2', name: string): JsonObject | undefined {
  try {
    return decodeObject(typeNamed(version, name), value).object;
  } catch (error) {
    if (error instanceof DecodingError) return undefined;
    throw error;
  }
}

/** The items of an annotation, or undefined if it isn't there or can't be read. */
function readList<T>(text: string | undefined, name: string): T[] | undefined {
  const value = parse(text);
  if (value === null) return [];
  if (!Array.isArray(value)) return undefined;
  const items: T[] = [];
  for (const item of value) {
    const decoded = read(item, 'v1', name);
    if (decoded === undefined) return undefined;
    items.push(decoded as T);
  }
  return items;
}

function write(items: readonly object[], name: string): string {
  return goJson(items.map((item) => decodeObject(typeNamed('v1', name), item as JsonObject).object));
}

/** The object of another version, in the form that a decoder leaves. managedFields are shared. */
function normalised(
  version: 'v1' | 'v2',
  { kind }: KubeObject,
  metadata: KubeObject['metadata'],
  rest: { spec: object; status: object },
): KubeObject {
  const { managedFields, ...others } = metadata;
  const value = { kind, apiVersion: `autoscaling/${version}`, metadata: others, ...rest };
  const object = asObject(decodeObject(typeNamed(version, 'HorizontalPodAutoscaler'), value as unknown as JsonObject).object);
  if (managedFields !== undefined) object.metadata.managedFields = managedFields;
  return object;
}
