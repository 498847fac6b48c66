import type { ComponentStatus } from '../../../schema/generated/core-v1.js';
import { componentStatusColumns } from '../columns/core.js';
import { printer } from '../printer.js';

export const componentStatusPrinter = printer<ComponentStatus>({
  columns: componentStatusColumns,
  cells({ metadata, conditions }) {
    const healthy = conditions?.find((condition) => condition.type === 'Healthy');
    const status = healthy === undefined ? 'Unknown' : healthy.status === 'True' ? 'Healthy' : 'Unhealthy';
    return [metadata?.name ?? '', status, healthy?.message ?? '', healthy?.error ?? ''];
  },
});
