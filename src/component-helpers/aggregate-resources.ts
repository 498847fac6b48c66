import { parseQuantityJson, type Quantity } from '../apimachinery/quantity.js';
import type { Container, PodSpec, ResourceList } from '../schema/generated/core-v1.js';
import { isHugePageResource } from './resource-names.js';
import { isSidecar } from './containers.js';

/** Amounts by resource name. */
export type Amounts = Map<string, Quantity>;

/** The amounts of a resource list. */
export function amountsOf(list: ResourceList | undefined): Amounts {
  const amounts: Amounts = new Map();
  for (const name of Object.keys(list ?? {})) amounts.set(name, parseQuantityJson(list?.[name] ?? '0'));
  return amounts;
}

/** Adds every amount of `more`. */
export function addAmounts(amounts: Amounts, more: Amounts): void {
  for (const [name, quantity] of more) {
    const sum = amounts.get(name)?.add(quantity) ?? quantity;
    amounts.set(name, sum);
  }
}

function raiseAmounts(amounts: Amounts, floor: Amounts): void {
  for (const [name, quantity] of floor) {
    const own = amounts.get(name);
    if (own === undefined || quantity.compare(own) > 0) amounts.set(name, quantity);
  }
}

/**
 * What a pod's containers need together: those that run side by side add up,
 * init containers set a minimum (KEP-753; Go: component-helpers
 * resource.AggregateContainerRequests and …Limits).
 */
export function aggregateContainers(spec: PodSpec, of: (container: Container) => ResourceList | undefined): Amounts {
  const total: Amounts = new Map();
  for (const container of spec.containers ?? []) addAmounts(total, amountsOf(of(container)));
  const sidecars: Amounts = new Map();
  const initial: Amounts = new Map();
  for (const container of spec.initContainers ?? []) {
    const own = amountsOf(of(container));
    if (isSidecar(container)) {
      addAmounts(total, own);
      addAmounts(sidecars, own);
      raiseAmounts(initial, sidecars);
    } else {
      addAmounts(own, sidecars);
      raiseAmounts(initial, own);
    }
  }
  raiseAmounts(total, initial);
  return total;
}

/** Resources that spec.resources may name (KEP-2837). */
export function isPodLevelResource(name: string): boolean {
  return name === 'cpu' || name === 'memory' || isHugePageResource(name);
}
