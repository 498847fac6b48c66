import { parseQuantityJson } from '../../../apimachinery/quantity.js';
import { parseDuration } from '../../../apimachinery/duration.js';
import { isStatus } from '../../../apimachinery/status.js';
import { parseTime } from '../../../apimachinery/time.js';
import type { Client } from '../../../client/client.js';
import type { CrossVersionObjectReference } from '../../../schema/generated/autoscaling-v2.js';
import { messageOf } from '../common/pod-control.js';

/** What a pod uses. */
export interface PodMetric {
  /** When it was measured, in milliseconds since the epoch. */
  readonly timestamp: number;
  /** Over how many milliseconds. */
  readonly window: number;
  /** In thousandths. */
  readonly value: number;
}

/** By the pods' names. */
export type PodMetrics = Map<string, PodMetric>;

interface PodMetricsItem {
  readonly metadata: { readonly name: string };
  readonly timestamp: string;
  readonly window: string;
  readonly containers?: readonly { readonly name: string; readonly usage: Readonly<Record<string, string>> }[] | null;
}

interface MetricValue {
  readonly describedObject: { readonly name: string };
  readonly timestamp: string;
  readonly windowSeconds?: number;
  readonly value: string;
}

/** Milliseconds over which a metric counts that doesn't say. */
const DEFAULT_WINDOW = 60_000;
const CUSTOM = 'custom.metrics.k8s.io';

/** Reads the metrics APIs, which other servers serve (Go: podautoscaler/metrics.MetricsClient). Throws with their words. */
export class MetricsClient {
  constructor(private readonly client: Client) {}

  /** What the selected pods, or one container of each, use of a resource. */
  async resource(resource: string, namespace: string, selector: string, container: string): Promise<PodMetrics> {
    const path = `/apis/metrics.k8s.io/v1beta1/namespaces/${namespace}/pods?labelSelector=${encodeURIComponent(selector)}`;
    const items = await this.items<PodMetricsItem>(path, 'resource');
    const metrics: PodMetrics = new Map();
    for (const { metadata, timestamp, window, containers } of items) {
      const counted = (containers ?? []).filter(({ name }) => container === '' || name === container);
      const usages = counted.map(({ usage }) => usage[resource]);
      // A pod counts only if all of it was measured.
      if (usages.length === 0 || usages.includes(undefined)) continue;
      const value = usages.reduce((sum, usage) => sum + parseQuantityJson(usage ?? '0').milliValue(), 0);
      metrics.set(metadata.name, { timestamp: parseTime(timestamp), window: Number(parseDuration(window)) / 1e6, value });
    }
    return metrics;
  }

  /** A metric of the selected pods. */
  async pods(metric: string, namespace: string, selector: string, metricSelector: string): Promise<PodMetrics> {
    const query = `labelSelector=${encodeURIComponent(selector)}&metricLabelSelector=${encodeURIComponent(metricSelector)}`;
    const items = await this.custom(`namespaces/${namespace}/pods/*/${metric}?${query}`);
    return new Map(
      items.map(({ describedObject, timestamp, windowSeconds, value }) => [
        describedObject.name,
        {
          timestamp: parseTime(timestamp),
          window: windowSeconds === undefined ? DEFAULT_WINDOW : windowSeconds * 1000,
          value: parseQuantityJson(value).milliValue(),
        },
      ]),
    );
  }

  /** A metric of one object, in thousandths. */
  async object(metric: string, namespace: string, described: CrossVersionObjectReference, metricSelector: string): Promise<number> {
    const { kind = '', name = '', apiVersion = '' } = described;
    const [version = '', group = ''] = apiVersion.split('/').reverse();
    const resource = this.client.discovery.resourceFor({ group, version, kind });
    const plural = resource === undefined ? `${kind.toLowerCase()}s` : resource.resource;
    const place =
      kind === 'Namespace' && group === ''
        ? `namespaces/${namespace}/metrics`
        : `namespaces/${namespace}/${plural}${group === '' ? '' : `.${group}`}/${name}`;
    const [found] = await this.custom(`${place}/${metric}?metricLabelSelector=${encodeURIComponent(metricSelector)}`);
    return parseQuantityJson(found?.value ?? '0').milliValue();
  }

  /** The values of a metric from outside, in thousandths. */
  async external(metric: string, namespace: string, metricSelector: string): Promise<readonly number[]> {
    const path = `/apis/external.metrics.k8s.io/v1beta1/namespaces/${namespace}/${metric}?labelSelector=${encodeURIComponent(metricSelector)}`;
    const items = await this.items<MetricValue>(path, 'external');
    return items.map(({ value }) => parseQuantityJson(value).milliValue());
  }

  private async custom(path: string): Promise<readonly MetricValue[]> {
    for (const version of ['v1beta2', 'v1beta1']) {
      try {
        return await this.items<MetricValue>(`/apis/${CUSTOM}/${version}/${path}`, 'custom');
      } catch (error) {
        if (!(error instanceof MissingApi)) throw error;
      }
    }
    throw new Error(`unable to fetch metrics from custom metrics API: no custom metrics API (${CUSTOM}) registered`);
  }

  private async items<T>(path: string, api: string): Promise<readonly T[]> {
    let list: { readonly items?: readonly T[] | null };
    try {
      list = (await this.client.aggregated(path)) as typeof list;
    } catch (error) {
      const isMissing = isStatus(error, '') && error.status.code === 404 && api === 'custom';
      const message = `unable to fetch metrics from ${api} metrics API: ${messageOf(error)}`;
      throw isMissing ? new MissingApi(message) : new Error(message, { cause: error });
    }
    if ((list.items ?? []).length === 0) throw new Error(`no metrics returned from ${api} metrics API`);
    return list.items ?? [];
  }
}

/** Nobody serves the version. */
class MissingApi extends Error {}
