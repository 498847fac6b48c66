import { parseQuantityJson } from '../apimachinery/quantity.js';
import type { Amounts } from '../component-helpers/aggregate-resources.js';
import { isExtendedResource, isHugePageResource } from '../component-helpers/resource-names.js';
import type { ResourceList } from '../schema/generated/core-v1.js';

/** Amounts of resources as the scheduler adds them up: plain numbers (Go: framework.Resource). */
export interface ResourceAmounts {
  milliCpu: number;
  /** Bytes. */
  memory: number;
  /** Bytes. */
  ephemeralStorage: number;
  /** How many pods a node takes; 0 for pods. */
  pods: number;
  /** Extended resources, huge pages and their like, in whole units. */
  readonly scalars: Map<string, number>;
}

export function noResources(): ResourceAmounts {
  return { milliCpu: 0, memory: 0, ephemeralStorage: 0, pods: 0, scalars: new Map() };
}

/** The amounts that a node offers. */
export function offeredResources(list: ResourceList | undefined): ResourceAmounts {
  const amounts = noResources();
  for (const name of Object.keys(list ?? {})) {
    const quantity = parseQuantityJson(list?.[name] ?? '0');
    if (name === 'pods') amounts.pods = quantity.value();
    else set(amounts, name, name === 'cpu' ? quantity.milliValue() : quantity.value());
  }
  return amounts;
}

/** The amounts that a pod asks for. */
export function requestedResources(requests: Amounts): ResourceAmounts {
  const amounts = noResources();
  for (const [name, quantity] of requests) set(amounts, name, name === 'cpu' ? quantity.milliValue() : quantity.value());
  return amounts;
}

function set(amounts: ResourceAmounts, name: string, value: number): void {
  if (name === 'cpu') amounts.milliCpu = value;
  else if (name === 'memory') amounts.memory = value;
  else if (name === 'ephemeral-storage') amounts.ephemeralStorage = value;
  else if (isScalarResource(name)) amounts.scalars.set(name, value);
}

/** Counted by the scheduler besides cpu, memory and storage (Go: util.IsScalarResourceName). */
export function isScalarResource(name: string): boolean {
  if (isHugePageResource(name) || isExtendedResource(name)) return true;
  return name.includes('kubernetes.io/') || name.startsWith('attachable-volumes-');
}

/** Adds what a pod asks for; `sign` -1 takes it away again. */
export function addResources(sum: ResourceAmounts, more: ResourceAmounts, sign: 1 | -1): void {
  sum.milliCpu += sign * more.milliCpu;
  sum.memory += sign * more.memory;
  sum.ephemeralStorage += sign * more.ephemeralStorage;
  for (const [name, value] of more.scalars) sum.scalars.set(name, (sum.scalars.get(name) ?? 0) + sign * value);
}

export function copyResources(amounts: ResourceAmounts): ResourceAmounts {
  return { ...amounts, scalars: new Map(amounts.scalars) };
}
