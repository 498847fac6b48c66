import type { PriorityClass } from '../../schema/generated/scheduling-v1.js';
import { priorityClassColumns } from './columns/scheduling.js';
import { ageOf } from './format/age.js';
import { printer, type PrintersByResource } from './printer.js';

const priorityClasses = printer<PriorityClass>({
  columns: priorityClassColumns,
  cells: ({ metadata, value, globalDefault, preemptionPolicy }, now) => [
    metadata?.name ?? '',
    value ?? 0,
    globalDefault ?? false,
    ageOf(metadata?.creationTimestamp, now),
    preemptionPolicy ?? '',
  ],
});

export const schedulingPrinters: PrintersByResource = { priorityclasses: priorityClasses };
