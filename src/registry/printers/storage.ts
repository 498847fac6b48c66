import type { CSIDriver, CSINode, StorageClass, VolumeAttachment, VolumeAttributesClass } from '../../schema/generated/storage-v1.js';
import {
  csiDriverColumns,
  csiNodeColumns,
  storageClassColumns,
  volumeAttachmentColumns,
  volumeAttributesClassColumns,
} from './columns/storage.js';
import { ageOf } from './format/age.js';
import { printer, type PrintersByResource, type View } from './printer.js';

const DEFAULT_CLASS = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class'];

const storageClasses = printer<StorageClass>({
  columns: storageClassColumns,
  cells: (storageClass, now) => [
    `${storageClass.metadata?.name ?? ''}${isDefault(storageClass) ? ' (default)' : ''}`,
    storageClass.provisioner ?? '',
    storageClass.reclaimPolicy ?? 'Delete',
    storageClass.volumeBindingMode ?? 'Immediate',
    storageClass.allowVolumeExpansion ?? false,
    ageOf(storageClass.metadata?.creationTimestamp, now),
  ],
});

function isDefault({ metadata }: View<StorageClass>): boolean {
  return DEFAULT_CLASS.some((annotation) => metadata?.annotations?.[annotation] === 'true');
}

const volumeAttributesClasses = printer<VolumeAttributesClass>({
  columns: volumeAttributesClassColumns,
  cells: ({ metadata, driverName }, now) => [metadata?.name ?? '', driverName ?? '', ageOf(metadata?.creationTimestamp, now)],
});

const volumeAttachments = printer<VolumeAttachment>({
  columns: volumeAttachmentColumns,
  cells: ({ metadata, spec, status }, now) => [
    metadata?.name ?? '',
    spec?.attacher ?? '',
    spec?.source?.persistentVolumeName ?? '',
    spec?.nodeName ?? '',
    status?.attached ?? false,
    ageOf(metadata?.creationTimestamp, now),
  ],
});

const csiNodes = printer<CSINode>({
  columns: csiNodeColumns,
  cells: ({ metadata, spec }, now) => [metadata?.name ?? '', spec?.drivers?.length ?? 0, ageOf(metadata?.creationTimestamp, now)],
});

const csiDrivers = printer<CSIDriver>({
  columns: csiDriverColumns,
  cells: ({ metadata, spec }, now) => [
    metadata?.name ?? '',
    spec?.attachRequired ?? true,
    spec?.podInfoOnMount ?? false,
    spec?.storageCapacity ?? false,
    spec?.tokenRequests == null ? '<unset>' : spec.tokenRequests.map(({ audience }) => audience ?? '').join(','),
    spec?.requiresRepublish ?? false,
    spec?.volumeLifecycleModes?.join(',') || '<none>',
    ageOf(metadata?.creationTimestamp, now),
  ],
});

/** CSIStorageCapacities have the default table. */
export const storagePrinters: PrintersByResource = {
  csidrivers: csiDrivers,
  csinodes: csiNodes,
  storageclasses: storageClasses,
  volumeattachments: volumeAttachments,
  volumeattributesclasses: volumeAttributesClasses,
};
