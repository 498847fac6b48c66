import type { ReplicationController } from '../../../schema/generated/core-v1.js';
import { replicationControllerColumns } from '../columns/core.js';
import { ageOf } from '../format/age.js';
import { containerCells } from '../format/containers.js';
import { formatLabels } from '../format/labels.js';
import { printer } from '../printer.js';

export const replicationControllerPrinter = printer<ReplicationController>({
  columns: replicationControllerColumns,
  cells: ({ metadata, spec, status }, now) => [
    metadata?.name ?? '',
    spec?.replicas ?? 0,
    status?.replicas ?? 0,
    status?.readyReplicas ?? 0,
    ageOf(metadata?.creationTimestamp, now),
    ...containerCells(spec?.template?.spec?.containers),
    formatLabels(spec?.selector),
  ],
});
