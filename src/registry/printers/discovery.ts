import type { EndpointPort, EndpointSlice } from '../../schema/generated/discovery-v1.js';
import { endpointSliceColumns } from './columns/discovery.js';
import { ageOf } from './format/age.js';
import { shortList } from './format/list.js';
import { printer, type PrintersByResource, type View } from './printer.js';

const endpointSlices = printer<EndpointSlice>({
  columns: endpointSliceColumns,
  cells: ({ metadata, addressType, ports, endpoints }, now) => [
    metadata?.name ?? '',
    addressType ?? '',
    shortList((ports ?? []).map(portText), '<unset>'),
    shortList(
      (endpoints ?? []).flatMap(({ addresses }) => addresses ?? []),
      '<unset>',
    ),
    ageOf(metadata?.creationTimestamp, now),
  ],
});

function portText({ port, name }: View<EndpointPort>): string {
  return port == null ? (name ?? '*') : String(port);
}

export const discoveryPrinters: PrintersByResource = { endpointslices: endpointSlices };
