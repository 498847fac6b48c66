import { forbidden, required, type FieldError } from '../../apimachinery/field-error.js';
import type { FieldPath } from '../../apimachinery/field-path.js';
import type { PersistentVolumeSpec } from '../../schema/generated/core-v1.js';
import { unsupported } from '../core/pod-spec/checks.js';
import { checkVolumeSources } from '../core/volumes/volume-sources.js';

/** A persistent volume inside another object, which stands for an in-tree volume that CSI migration translated. */

const NOT_INLINE = 'may not be specified in the context of inline volumes';
const ACCESS_MODES: ReadonlySet<string> = new Set(['ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOncePod']);

/** Adds the faults of a spec that may only describe a CSI volume (Go: ValidatePersistentVolumeSpec, inline). */
export function checkInlineVolume(spec: PersistentVolumeSpec, path: FieldPath, errors: FieldError[]): void {
  const { claimRef, capacity = {}, csi, persistentVolumeReclaimPolicy: policy, nodeAffinity, storageClassName, volumeMode } = spec;
  if (claimRef !== undefined) errors.push(forbidden(path.child('claimRef'), NOT_INLINE));
  if (Object.keys(capacity).length > 0) errors.push(forbidden(path.child('capacity'), NOT_INLINE));
  if (csi === undefined) errors.push(required(path.child('csi'), 'has to be specified in the context of inline volumes'));
  checkAccessModes(spec.accessModes ?? [], path.child('accessModes'), errors);
  if (policy && policy !== 'Retain') {
    errors.push(forbidden(path.child('persistentVolumeReclaimPolicy'), 'may only be Retain in the context of inline volumes'));
  }
  if (nodeAffinity !== undefined) errors.push(forbidden(path.child('nodeAffinity'), NOT_INLINE));
  checkVolumeSources(spec, path, errors, '');
  if (storageClassName) errors.push(forbidden(path.child('storageClassName'), NOT_INLINE));
  if (volumeMode !== undefined && volumeMode !== 'Filesystem') {
    errors.push(forbidden(path.child('volumeMode'), 'may not specify volumeMode other than Filesystem in the context of inline volumes'));
  }
}

function checkAccessModes(modes: readonly string[], path: FieldPath, errors: FieldError[]): void {
  if (modes.length === 0) errors.push(required(path));
  for (const mode of modes) if (!ACCESS_MODES.has(mode)) errors.push(unsupported(path, mode, ACCESS_MODES));
  const others = modes.some((mode) => mode !== 'ReadWriteOncePod' && ACCESS_MODES.has(mode));
  if (others && modes.includes('ReadWriteOncePod')) errors.push(forbidden(path, 'may not use ReadWriteOncePod with other access modes'));
}
