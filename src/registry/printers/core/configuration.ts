import type { ConfigMap, Namespace, Secret, ServiceAccount } from '../../../schema/generated/core-v1.js';
import { nameAndAgeColumns } from '../columns/column.js';
import { configMapColumns, namespaceColumns, secretColumns } from '../columns/core.js';
import { ageOf } from '../format/age.js';
import { printer } from '../printer.js';

export const configMapPrinter = printer<ConfigMap>({
  columns: configMapColumns,
  cells: ({ metadata, data, binaryData }, now) => [
    metadata?.name ?? '',
    keyCount(data) + keyCount(binaryData),
    ageOf(metadata?.creationTimestamp, now),
  ],
});

export const secretPrinter = printer<Secret>({
  columns: secretColumns,
  cells: ({ metadata, type, data }, now) => [metadata?.name ?? '', type ?? '', keyCount(data), ageOf(metadata?.creationTimestamp, now)],
});

export const serviceAccountPrinter = printer<ServiceAccount>({
  columns: nameAndAgeColumns,
  cells: ({ metadata }, now) => [metadata?.name ?? '', ageOf(metadata?.creationTimestamp, now)],
});

export const namespacePrinter = printer<Namespace>({
  columns: namespaceColumns,
  cells: ({ metadata, status }, now) => [metadata?.name ?? '', status?.phase ?? '', ageOf(metadata?.creationTimestamp, now)],
});

function keyCount(map: object | null | undefined): number {
  return map == null ? 0 : Object.keys(map).length;
}
