import { metadataSelector } from '../../apimachinery/metadata-selector.js';
import { methodNotSupported, noSuchPath, notFoundError, statusBody, StatusError } from '../../apimachinery/status.js';
import type { Clock } from '../../apimachinery/clock.js';
import type { Typed } from '../../client/client.js';
import type { Informers } from '../../client/informers.js';
import type { Pod } from '../../component-helpers/pods.js';
import { NODES, PODS } from '../../component-helpers/resources.js';
import { jsonAnswer, type AggregatedAnswer, type AggregatedApi, type AggregatedRequest } from '../../registry/aggregated-api.js';
import type { Node } from '../../schema/generated/core-v1.js';
import { METRICS_VERSION, nodeMetrics, podMetrics, type DemandOf, type Metrics } from './metrics-objects.js';
import { metricsTable } from './metrics-table.js';

/** `/apis/metrics.k8s.io/v1beta1/namespaces/NAMESPACE/pods/NAME` and what is above it. */
const PATH = /^\/apis\/metrics\.k8s\.io\/v1beta1(?:\/namespaces\/([^/]+))?\/(pods|nodes)(?:\/([^/]+))?$/;
const DISCOVERY = '/apis/metrics.k8s.io/v1beta1';
const GROUP = 'metrics.k8s.io';

export interface MetricsOptions {
  readonly informers: Informers;
  readonly clock: Clock;
  /** Whether a kubelet of ours is on the node: only those know what is used. */
  readonly isSimulated: (nodeName: string) => boolean;
  /** What a container's programs take; undefined if it doesn't run. */
  readonly demandOf: DemandOf;
  /** The pods on a node. */
  readonly podsOn: (nodeName: string) => readonly Pod[];
}

/** What metrics-server serves, of the simulated nodes and their pods. */
export function metricsApi(options: MetricsOptions): AggregatedApi {
  return (request) => {
    try {
      return Promise.resolve(answer(request, options));
    } catch (error) {
      if (!(error instanceof StatusError)) return Promise.reject(error instanceof Error ? error : new Error(String(error)));
      return Promise.resolve(jsonAnswer(error.status.code, statusBody(error.status)));
    }
  };
}

function answer({ method, url, headers }: AggregatedRequest, options: MetricsOptions): AggregatedAnswer {
  const { pathname, searchParams } = new URL(url, 'https://metrics-server');
  if (pathname === DISCOVERY) return jsonAnswer(200, resourceList());
  const [, namespace, resource, name] = PATH.exec(pathname) ?? [];
  if (resource === undefined) throw noSuchPath();
  if (method !== 'GET' || searchParams.get('watch') === 'true' || searchParams.get('watch') === '1')
    throw methodNotSupported({ group: GROUP, resource }, method === 'GET' ? 'watch' : method.toLowerCase());
  const items = resource === 'pods' ? ofPods(options, namespace) : ofNodes(options);
  const isTable = String(headers['accept'] ?? '').includes('as=Table');
  if (name !== undefined) {
    const found = items.find(({ metadata }) => metadata.name === decodeURIComponent(name));
    if (found === undefined) throw notFound(resource === 'pods' ? `${namespace ?? ''}/${name}` : name, resource);
    return jsonAnswer(200, isTable ? metricsTable([found]) : found);
  }
  const selected = items.filter(metadataSelector(searchParams));
  if (isTable) return jsonAnswer(200, metricsTable(selected));
  const kind = resource === 'pods' ? 'PodMetricsList' : 'NodeMetricsList';
  return jsonAnswer(200, { kind, apiVersion: METRICS_VERSION, metadata: {}, items: selected });
}

/** metrics-server names the kind's resource here, not the one in the path. */
function notFound(name: string, resource: string): StatusError {
  return notFoundError({ group: GROUP, resource: resource === 'pods' ? 'podmetrics' : 'nodemetrics' }, name);
}

function ofPods({ informers, clock, isSimulated, demandOf }: MetricsOptions, namespace: string | undefined): Metrics[] {
  const now = clock.now();
  return informers
    .of<Pod>(PODS)
    .list(namespace)
    .flatMap((pod) => (isSimulated(pod.spec.nodeName ?? '') ? (podMetrics(pod, now, demandOf) ?? []) : []))
    .sort(byName);
}

function ofNodes({ informers, clock, isSimulated, podsOn, demandOf }: MetricsOptions): Metrics[] {
  return informers
    .of<Typed<Node>>(NODES)
    .list()
    .filter(({ metadata: { name = '' } }) => isSimulated(name))
    .map((node) => nodeMetrics(node, podsOn(node.metadata.name ?? ''), clock.now(), demandOf))
    .sort(byName);
}

function byName({ metadata: a }: Metrics, { metadata: b }: Metrics): number {
  const left = `${a.namespace ?? ''}/${a.name ?? ''}`;
  const right = `${b.namespace ?? ''}/${b.name ?? ''}`;
  return left < right ? -1 : Number(left > right);
}

function resourceList(): object {
  const verbs = ['get', 'list'];
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: METRICS_VERSION,
    resources: [
      { name: 'nodes', singularName: '', namespaced: false, kind: 'NodeMetrics', verbs },
      { name: 'pods', singularName: '', namespaced: true, kind: 'PodMetrics', verbs },
    ],
  };
}
