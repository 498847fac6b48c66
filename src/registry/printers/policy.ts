import type { PodDisruptionBudget } from '../../schema/generated/policy-v1.js';
import { podDisruptionBudgetColumns } from './columns/policy.js';
import { ageOf } from './format/age.js';
import { printer, type PrintersByResource } from './printer.js';

const podDisruptionBudgets = printer<PodDisruptionBudget>({
  columns: podDisruptionBudgetColumns,
  cells: ({ metadata, spec, status }, now) => [
    metadata?.name ?? '',
    String(spec?.minAvailable ?? 'N/A'),
    String(spec?.maxUnavailable ?? 'N/A'),
    status?.disruptionsAllowed ?? 0,
    ageOf(metadata?.creationTimestamp, now),
  ],
});

export const policyPrinters: PrintersByResource = { poddisruptionbudgets: podDisruptionBudgets };
