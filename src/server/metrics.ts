import type { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Catalog } from '../registry/catalog.js';
import type { KubeRequest } from './kube-request.js';
import type { EarlyMetric } from './early-metrics.js';

/** Numbers for /metrics, under the names of the real API server. */
export interface Metrics {
  /** A request was answered. */
  finished(request: KubeRequest | undefined, method: string, status: number): void;
  /** A watch began; call the result when it ends. */
  watching(request: KubeRequest): () => void;
  /** In Prometheus' text format. */
  render(): Promise<string>;
  /** Begins anew at zero. */
  reset(): void;
}

interface Instruments {
  readonly registry: Registry;
  readonly requests: Counter;
  readonly latency: Histogram;
  readonly watchers: Gauge;
}

type Sample = readonly [labels: Record<string, string>, seconds: number, status: number];

/** Samples taken before the library is loaded; it is loaded by the first scrape or by this many samples. */
const EARLY = 1000;

/**
 * @param now milliseconds, for durations
 * @param others what else is told on /metrics
 */
export function createMetrics(catalog: Catalog, now: () => number, others: readonly EarlyMetric[] = []): Metrics {
  let loading: Promise<Instruments> | undefined;
  let instruments: Instruments | undefined;
  let early: Sample[] = [];
  const watching = new Map<string, { labels: Record<string, string>; count: number }>();

  const begin = (): Promise<Instruments> => (loading ??= load());
  const load = async (): Promise<Instruments> => {
    const made = await createInstruments(catalog, watching, others);
    instruments = made;
    for (const sample of early) observe(made, sample);
    early = [];
    return made;
  };

  return {
    finished(request, method, status) {
      if (request === undefined) return;
      const sample: Sample = [labelsOf(request, method), (now() - request.received) / 1000, status];
      if (instruments !== undefined) observe(instruments, sample);
      else if (early.push(sample) === EARLY) void begin();
    },
    watching(request) {
      const labels = labelsOf(request, 'GET');
      const key = JSON.stringify(labels);
      const entry = watching.get(key) ?? { labels, count: 0 };
      entry.count++;
      watching.set(key, entry);
      return () => {
        entry.count--;
      };
    },
    async render() {
      const { registry } = await begin();
      return await registry.metrics();
    },
    reset() {
      early = [];
      instruments?.registry.resetMetrics();
      for (const other of others) other.reset();
    },
  };
}

function labelsOf(request: KubeRequest, method: string): Record<string, string> {
  const { info } = request;
  if (!info.isResourceRequest) return { verb: method, group: '', version: '', resource: '', subresource: '', scope: '' };
  const scope = info.name !== '' ? 'resource' : info.namespace !== '' ? 'namespace' : 'cluster';
  return {
    verb: info.verb.toUpperCase(),
    group: info.group,
    version: info.version,
    resource: info.resource,
    subresource: info.subresource,
    scope,
  };
}

function observe(instruments: Instruments, [labels, seconds, status]: Sample): void {
  instruments.requests.inc({ ...labels, code: String(status) });
  if (labels['verb'] !== 'WATCH') instruments.latency.observe(labels, seconds);
}

async function createInstruments(
  catalog: Catalog,
  watching: ReadonlyMap<string, { labels: Record<string, string>; count: number }>,
  others: readonly EarlyMetric[],
): Promise<Instruments> {
  const module = await import('prom-client');
  // A bundle sees CommonJS through `default` only.
  const prometheus = 'Registry' in module ? module : (module as { default: typeof module }).default;
  const registry = new prometheus.Registry();
  prometheus.collectDefaultMetrics({ register: registry });
  for (const other of others) other.register(prometheus, registry);
  const labels = ['verb', 'group', 'version', 'resource', 'subresource', 'scope'];
  const requests = new prometheus.Counter({
    name: 'apiserver_request_total',
    help: 'Requests by verb, resource and status code.',
    labelNames: [...labels, 'code'],
    registers: [registry],
  });
  const latency = new prometheus.Histogram({
    name: 'apiserver_request_duration_seconds',
    help: 'Seconds from the arrival of a request to its answer, watches aside.',
    labelNames: labels,
    buckets: [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60],
    registers: [registry],
  });
  const watchers = new prometheus.Gauge({
    name: 'apiserver_longrunning_requests',
    help: 'Watches that are open.',
    labelNames: labels,
    registers: [registry],
    collect() {
      for (const { labels: own, count } of watching.values()) this.set(own, count);
    },
  });
  new prometheus.Gauge({
    name: 'apiserver_resource_objects',
    help: 'Stored objects by resource.',
    labelNames: ['group', 'resource'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { group, resource, store } of catalog.all()) {
        if (store !== undefined) this.set({ group, resource }, store.environment.storage.count(store.bucket));
      }
    },
  });
  return { registry, requests, latency, watchers };
}
