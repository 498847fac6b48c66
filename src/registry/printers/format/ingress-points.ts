import type { View } from '../printer.js';

type IngressPoints = View<{ ip?: string; hostname?: string }[]> | null | undefined;

/** Where a load balancer can be reached: each address once, sorted, comma-separated. */
export function ingressPoints(points: IngressPoints): string {
  const addresses = new Set<string>();
  for (const point of points ?? []) {
    const address = point.ip || point.hostname;
    if (address) addresses.add(address);
  }
  return [...addresses].sort().join(',');
}
