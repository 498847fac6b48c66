import type { PersistentVolume, PersistentVolumeClaim } from '../../../schema/generated/core-v1.js';
import { persistentVolumeClaimColumns, persistentVolumeColumns } from '../columns/core.js';
import { ageOf } from '../format/age.js';
import { printer, type View } from '../printer.js';

/** Where the class stood before `storageClassName`; it still wins. */
const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class';

const ACCESS_MODES: readonly (readonly [mode: string, short: string])[] = [
  ['ReadWriteOnce', 'RWO'],
  ['ReadOnlyMany', 'ROX'],
  ['ReadWriteMany', 'RWX'],
  ['ReadWriteOncePod', 'RWOP'],
];

export const persistentVolumePrinter = printer<PersistentVolume>({
  columns: persistentVolumeColumns,
  cells(volume, now) {
    const { metadata, spec, status } = volume;
    const claim = spec?.claimRef;
    return [
      metadata?.name ?? '',
      spec?.capacity?.['storage'] ?? '0',
      accessModes(spec?.accessModes),
      spec?.persistentVolumeReclaimPolicy ?? '',
      phase(volume),
      claim == null ? '' : `${claim.namespace ?? ''}/${claim.name ?? ''}`,
      metadata?.annotations?.[CLASS_ANNOTATION] ?? spec?.storageClassName ?? '',
      spec?.volumeAttributesClassName ?? '<unset>',
      status?.reason ?? '',
      ageOf(metadata?.creationTimestamp, now),
      spec?.volumeMode ?? '<unset>',
    ];
  },
});

export const persistentVolumeClaimPrinter = printer<PersistentVolumeClaim>({
  columns: persistentVolumeClaimColumns,
  cells(claim, now) {
    const { metadata, spec, status } = claim;
    const bound = Boolean(spec?.volumeName);
    return [
      metadata?.name ?? '',
      phase(claim),
      spec?.volumeName ?? '',
      bound ? (status?.capacity?.['storage'] ?? '0') : '',
      bound ? accessModes(status?.accessModes) : '',
      metadata?.annotations?.[CLASS_ANNOTATION] ?? spec?.storageClassName ?? '',
      spec?.volumeAttributesClassName ?? '<unset>',
      ageOf(metadata?.creationTimestamp, now),
      spec?.volumeMode ?? '<unset>',
    ];
  },
});

function phase({ metadata, status }: View<PersistentVolume | PersistentVolumeClaim>): string {
  return metadata?.deletionTimestamp != null ? 'Terminating' : (status?.phase ?? '');
}

function accessModes(modes: readonly string[] | null | undefined): string {
  const short: string[] = [];
  for (const [mode, text] of ACCESS_MODES) if (modes?.includes(mode) === true) short.push(text);
  return short.join(',');
}
