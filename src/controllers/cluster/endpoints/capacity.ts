import type { EndpointSubset } from '../../../schema/generated/core-v1.js';

/** Addresses that one Endpoints object holds. */
const CAPACITY = 1000;

/** On Endpoints that don't show all addresses; its value is `truncated`. */
export const OVER_CAPACITY = 'endpoints.kubernetes.io/over-capacity';

export function isOverCapacity(subsets: readonly EndpointSubset[]): boolean {
  return total(subsets, 'addresses') + total(subsets, 'notReadyAddresses') > CAPACITY;
}

function total(subsets: readonly EndpointSubset[], field: 'addresses' | 'notReadyAddresses'): number {
  return subsets.reduce((sum, subset) => sum + (subset[field]?.length ?? 0), 0);
}

/** Leaves as many addresses as there is room for: ready ones first, of each subset in proportion (Go: truncateEndpoints). */
export function truncate(subsets: readonly EndpointSubset[]): EndpointSubset[] {
  const ready = total(subsets, 'addresses');
  const dropsReady = ready > CAPACITY;
  const field = dropsReady ? 'addresses' : 'notReadyAddresses';
  const room = dropsReady ? CAPACITY : CAPACITY - ready;
  const all = dropsReady ? ready : total(subsets, 'notReadyAddresses');
  let left = room;
  return subsets.map((subset) => {
    const own = subset[field] ?? [];
    const kept = own.slice(0, Math.min(Math.ceil((own.length / all) * room), left));
    left -= kept.length;
    const { addresses, notReadyAddresses, ...rest } = subset;
    if (dropsReady) return { addresses: kept, ...rest };
    return {
      ...(addresses === undefined ? {} : { addresses }),
      ...(notReadyAddresses === undefined ? {} : { notReadyAddresses: kept }),
      ...rest,
    };
  });
}
