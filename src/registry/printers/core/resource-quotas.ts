import type { ResourceQuota } from '../../../schema/generated/core-v1.js';
import { resourceQuotaColumns } from '../columns/core.js';
import { ageOf } from '../format/age.js';
import { printer, type View } from '../printer.js';

export const resourceQuotaPrinter = printer<ResourceQuota>({
  columns: resourceQuotaColumns,
  cells(quota, now) {
    const names = Object.keys(quota.status?.hard ?? {}).sort();
    const limits = names.filter((name) => name.startsWith('limits.'));
    const requests = names.filter((name) => !name.startsWith('limits.'));
    return [quota.metadata?.name ?? '', usage(quota, requests), usage(quota, limits), ageOf(quota.metadata?.creationTimestamp, now)];
  },
});

/** `pods: 3/10, services: 0/5`. */
function usage({ status }: View<ResourceQuota>, names: readonly string[]): string {
  return names.map((name) => `${name}: ${amount(status?.used, name)}/${amount(status?.hard, name)}`).join(', ');
}

function amount(amounts: View<Record<string, string>> | null | undefined, name: string): string {
  return amounts != null && Object.hasOwn(amounts, name) ? (amounts[name] ?? '0') : '0';
}
