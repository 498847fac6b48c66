import { Quantity } from '../../apimachinery/quantity.js';
import { formatTime } from '../../apimachinery/time.js';
import type { KubeObject, Typed } from '../../client/client.js';
import type { Pod } from '../../component-helpers/pods.js';
import { containerUsage, type Demand } from '../../component-helpers/simulated-usage.js';
import type { Node } from '../../schema/generated/core-v1.js';

export const METRICS_VERSION = 'metrics.k8s.io/v1beta1';

/** What a machine uses for itself. */
const SYSTEM_USAGE = { cpu: Quantity.of(80, -3), memory: Quantity.of(600 * 2 ** 20, 0, 'BinarySI') } as const;

type UsageList = Readonly<Record<'cpu' | 'memory', string>>;

/** What the programs of a pod's container take; undefined if nobody knows. */
export type DemandOf = (pod: Pod, container: string) => Demand | undefined;

/** NodeMetrics or PodMetrics of metrics.k8s.io/v1beta1. */
export interface Metrics extends KubeObject {
  readonly timestamp: string;
  /** A Go duration. */
  readonly window: string;
  readonly usage?: UsageList;
  readonly containers?: readonly { readonly name: string; readonly usage: UsageList }[];
}

/** Undefined for a pod none of whose containers runs. @param now milliseconds since the epoch */
export function podMetrics(pod: Pod, now: number, demandOf: DemandOf): Metrics | undefined {
  const { name, namespace, labels } = pod.metadata;
  const { initContainerStatuses = [], containerStatuses = [] } = pod.status;
  const running = new Set(
    [...initContainerStatuses, ...containerStatuses].flatMap(({ name: one = '', state }) => (state.running === undefined ? [] : [one])),
  );
  const containers = [...(pod.spec.initContainers ?? []), ...(pod.spec.containers ?? [])].filter((one) => running.has(one.name ?? ''));
  if (containers.length === 0) return undefined;
  const time = formatTime(now);
  return {
    kind: 'PodMetrics',
    apiVersion: METRICS_VERSION,
    metadata: { name, namespace, creationTimestamp: time, ...(labels === undefined ? {} : { labels }) },
    timestamp: time,
    window: '15s',
    containers: containers.map((container) => ({
      name: container.name ?? '',
      usage: listOf(containerUsage(pod, container, demandOf(pod, container.name ?? ''))),
    })),
  };
}

/** @param pods those on the node */
export function nodeMetrics({ metadata: { name, labels } }: Typed<Node>, pods: readonly Pod[], now: number, demandOf: DemandOf): Metrics {
  let { cpu, memory }: { cpu: Quantity; memory: Quantity } = SYSTEM_USAGE;
  for (const pod of pods) {
    for (const { usage } of podMetrics(pod, now, demandOf)?.containers ?? []) {
      cpu = cpu.add(Quantity.parse(usage.cpu));
      memory = memory.add(Quantity.parse(usage.memory));
    }
  }
  const time = formatTime(now);
  return {
    kind: 'NodeMetrics',
    apiVersion: METRICS_VERSION,
    metadata: { name, creationTimestamp: time, ...(labels === undefined ? {} : { labels }) },
    timestamp: time,
    window: '20s',
    usage: listOf({ cpu, memory }),
  };
}

/** cAdvisor counts in billionths of cores and in KiB. */
function listOf({ cpu, memory }: { readonly cpu: Quantity; readonly memory: Quantity }): UsageList {
  const cores = cpu.scaledValue(-9);
  return { cpu: cores === 0 ? '0' : `${String(cores)}n`, memory: `${String(Math.ceil(memory.value() / 1024))}Ki` };
}

/** What the whole uses: for tables. */
export function totalUsage({ usage, containers = [] }: Metrics): UsageList {
  if (usage !== undefined) return usage;
  let cpu = Quantity.ZERO;
  let memory = Quantity.ZERO;
  for (const container of containers) {
    cpu = cpu.add(Quantity.parse(container.usage.cpu));
    memory = memory.add(Quantity.parse(container.usage.memory));
  }
  return listOf({ cpu, memory });
}
