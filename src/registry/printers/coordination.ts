import type { Lease } from '../../schema/generated/coordination-v1.js';
import { leaseColumns } from './columns/coordination.js';
import { ageOf } from './format/age.js';
import { printer, type PrintersByResource } from './printer.js';

const leases = printer<Lease>({
  columns: leaseColumns,
  cells: ({ metadata, spec }, now) => [metadata?.name ?? '', spec?.holderIdentity ?? '', ageOf(metadata?.creationTimestamp, now)],
});

export const coordinationPrinters: PrintersByResource = { leases };
