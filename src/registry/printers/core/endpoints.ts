import type { EndpointSubset, Endpoints } from '../../../schema/generated/core-v1.js';
import { endpointsColumns } from '../columns/core.js';
import { ageOf } from '../format/age.js';
import { shortList } from '../format/list.js';
import { printer, type View } from '../printer.js';

export const endpointsPrinter = printer<Endpoints>({
  columns: endpointsColumns,
  cells: ({ metadata, subsets }, now) => [metadata?.name ?? '', addressesText(subsets ?? []), ageOf(metadata?.creationTimestamp, now)],
});

function addressesText(subsets: readonly View<EndpointSubset>[]): string {
  return subsets.length === 0 ? '<none>' : shortList(subsets.flatMap(readyAddresses), '');
}

/** Every ready address with every port; alone where a headless service has no ports. */
function readyAddresses({ addresses, ports }: View<EndpointSubset>): string[] {
  const ips = (addresses ?? []).map(({ ip }) => ip ?? '');
  if (ports == null || ports.length === 0) return ips;
  return ports.flatMap(({ port }) => ips.map((ip) => `${ip.includes(':') ? `[${ip}]` : ip}:${String(port ?? 0)}`));
}
