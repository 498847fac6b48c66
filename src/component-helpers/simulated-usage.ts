import { parseQuantityJson, Quantity, quantityIn } from '../apimachinery/quantity.js';
import type { Container } from '../schema/generated/core-v1.js';
import type { Pod } from './pods.js';

/** What a simulated container uses. */
export interface Usage {
  readonly cpu: Quantity;
  readonly memory: Quantity;
}

/** What a container's programs take by what they do. */
export interface Demand {
  /** Processors. */
  readonly cores: number;
  /** Bytes. */
  readonly memory: number;
}

const NO_REQUEST = { cpu: Quantity.of(10, -3), memory: Quantity.of(16 * 2 ** 20, 0, 'BinarySI') } as const;

/** What a program that does nothing takes. */
const IDLE = { cpu: Quantity.of(1, -3), memory: Quantity.of(2 * 2 ** 20, 0, 'BinarySI') } as const;

/**
 * What a container of a running pod uses: as the pod's annotations `kubesim.io/cpu-usage` and
 * `kubesim.io/memory-usage` say (of each container, or with `.NAME` at the end of one), or as its programs do,
 * within its limits, or else a part of its requests that stays the same for a pod, between a tenth and a half.
 */
export function containerUsage(pod: Pod, container: Container, demand?: Demand): Usage {
  const share = shareOf(`${pod.metadata.uid ?? ''}/${container.name ?? ''}`);
  const own = (resource: 'cpu' | 'memory'): Quantity => {
    const told = toldUsage(pod, container, resource);
    if (told !== undefined) return told;
    if (demand !== undefined) return withinLimit(container, resource, demand);
    const requested = container.resources.requests?.[resource];
    const base = requested === undefined ? NO_REQUEST[resource] : parseQuantityJson(requested);
    return resource === 'cpu' ? milliCores(base.milliValue() * share) : kibibytes(base.value() * share);
  };
  return { cpu: own('cpu'), memory: own('memory') };
}

function withinLimit({ resources: { limits = {} } }: Container, resource: 'cpu' | 'memory', { cores, memory }: Demand): Quantity {
  const taken = IDLE[resource].add(resource === 'cpu' ? milliCores(cores * 1000) : kibibytes(memory));
  const limit = limits[resource] === undefined ? undefined : parseQuantityJson(limits[resource]);
  return limit !== undefined && limit.compare(taken) < 0 ? limit : taken;
}

function milliCores(amount: number): Quantity {
  return Quantity.of(Math.max(1, Math.round(amount)), -3);
}

function kibibytes(bytes: number): Quantity {
  return Quantity.of(Math.max(1, Math.round(bytes / 1024)) * 1024, 0, 'BinarySI');
}

function toldUsage({ metadata: { annotations = {} } }: Pod, { name = '' }: Container, resource: string): Quantity | undefined {
  const key = `kubesim.io/${resource}-usage`;
  const text = annotations[`${key}.${name}`] ?? annotations[key];
  return text === undefined ? undefined : quantityIn(text);
}

/** From 0.1 to 0.5, the same for the same text (FNV-1a). */
function shareOf(text: string): number {
  let hash = 2166136261;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 16777619);
  return 0.1 + ((hash >>> 8) % 1000) / 2500;
}
