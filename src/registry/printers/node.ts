import type { RuntimeClass } from '../../schema/generated/node-v1.js';
import { runtimeClassColumns } from './columns/node.js';
import { ageOf } from './format/age.js';
import { printer, type PrintersByResource } from './printer.js';

const runtimeClasses = printer<RuntimeClass>({
  columns: runtimeClassColumns,
  cells: ({ metadata, handler }, now) => [metadata?.name ?? '', handler ?? '', ageOf(metadata?.creationTimestamp, now)],
});

export const nodePrinters: PrintersByResource = { runtimeclasses: runtimeClasses };
