import type { FlowSchema, PriorityLevelConfiguration } from '../../schema/generated/flowcontrol-v1.js';
import { flowSchemaColumns, priorityLevelConfigurationColumns } from './columns/flowcontrol.js';
import { ageOf } from './format/age.js';
import { printer, type PrintersByResource, type View } from './printer.js';

const flowSchemas = printer<FlowSchema>({
  columns: flowSchemaColumns,
  cells: ({ metadata, spec, status }, now) => [
    metadata?.name ?? '',
    spec?.priorityLevelConfiguration?.name ?? '',
    spec?.matchingPrecedence ?? 0,
    spec?.distinguisherMethod == null ? '<none>' : (spec.distinguisherMethod.type ?? ''),
    ageOf(metadata?.creationTimestamp, now),
    status?.conditions?.find(({ type }) => type === 'Dangling')?.status ?? '?',
  ],
  compare: (a, b) => precedence(a) - precedence(b) || compareNames(a, b),
});

function precedence({ spec }: View<FlowSchema>): number {
  return spec?.matchingPrecedence ?? 0;
}

function compareNames(a: View<FlowSchema>, b: View<FlowSchema>): number {
  const left = a.metadata?.name ?? '';
  const right = b.metadata?.name ?? '';
  return left < right ? -1 : left > right ? 1 : 0;
}

const priorityLevelConfigurations = printer<PriorityLevelConfiguration>({
  columns: priorityLevelConfigurationColumns,
  cells({ metadata, spec }, now) {
    const limited = spec?.limited;
    const queuing = limited?.limitResponse?.queuing;
    return [
      metadata?.name ?? '',
      spec?.type ?? '',
      limited == null ? '<none>' : (limited.nominalConcurrencyShares ?? 0),
      queuing == null ? '<none>' : (queuing.queues ?? 0),
      queuing == null ? '<none>' : (queuing.handSize ?? 0),
      queuing == null ? '<none>' : (queuing.queueLengthLimit ?? 0),
      ageOf(metadata?.creationTimestamp, now),
    ];
  },
});

export const flowcontrolPrinters: PrintersByResource = {
  flowschemas: flowSchemas,
  prioritylevelconfigurations: priorityLevelConfigurations,
};
