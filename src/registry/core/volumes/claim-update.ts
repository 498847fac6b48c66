import { forbidden, invalid, type FieldError } from '../../../apimachinery/field-error.js';
import { FieldPath } from '../../../apimachinery/field-path.js';
import { parseQuantityJson } from '../../../apimachinery/quantity.js';
import { unifiedDiff } from '../../../apimachinery/unified-diff.js';
import { hasInvalidLabelValue } from '../../../apimachinery/validation/label-selector.js';
import { nameIsDnsSubdomain } from '../../../apimachinery/validation/names.js';
import { validateImmutableField } from '../../../apimachinery/validation/object-meta.js';
import type { PersistentVolumeClaimSpec, PersistentVolumeClaimStatus } from '../../../schema/generated/core-v1.js';
import type { KubeObject } from '../../object.js';
import { kubeFinalizerErrors } from '../finalizers.js';
import { metadataErrors } from '../metadata.js';
import { goClaimSpec, validateClaimSpec, type ClaimSpecOptions } from '../pod-spec/index.js';
import { semanticEqual } from '../semantic-equal.js';

/** A core/v1 PersistentVolumeClaim as decoded. */
export interface Claim extends KubeObject {
  spec: PersistentVolumeClaimSpec;
  status: PersistentVolumeClaimStatus;
}

export const STORAGE_CLASS = 'volume.beta.kubernetes.io/storage-class';

const SPEC = FieldPath.of('spec');
const STORAGE = SPEC.child('resources', 'requests', 'storage');
const CLASS_NAME = SPEC.child('volumeAttributesClassName');

function tolerated({ spec }: Claim): ClaimSpecOptions {
  return {
    allowInvalidApiGroup: [spec.dataSource, spec.dataSourceRef].some((source) => (source?.apiGroup ?? undefined) !== undefined),
    allowInvalidLabelValue: hasInvalidLabelValue(spec.selector),
  };
}

/** Faults of a changed claim: little can be changed once it is made (Go: ValidatePersistentVolumeClaimUpdate). */
export function validateClaimUpdate(claim: Claim, old: Claim): FieldError[] {
  const errors = [
    ...kubeFinalizerErrors(claim.metadata),
    ...metadataErrors(claim.metadata, true, nameIsDnsSubdomain),
    ...validateClaimSpec(claim.spec, SPEC, tolerated(old)),
  ];
  const now: PersistentVolumeClaimSpec = { ...claim.spec };
  const was: PersistentVolumeClaimSpec = { ...old.spec };
  // A volume is named once.
  if (!was.volumeName) was.volumeName = now.volumeName;
  errors.push(...storageClassChange(claim, old, now));
  if (claim.status.phase === 'Bound') {
    const { requests } = now.resources;
    if (requests !== undefined)
      now.resources = { ...now.resources, requests: { ...requests, storage: old.spec.resources.requests?.storage ?? '0' } };
    now.volumeAttributesClassName = was.volumeAttributesClassName;
  }
  if (!semanticEqual(now, was)) {
    const text = 'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';
    errors.push(forbidden(SPEC, `${text}\n${unifiedDiff(goClaimSpec(was), goClaimSpec(now))}`));
  }
  errors.push(
    ...sizeErrors(claim, old),
    ...validateImmutableField(claim.spec.volumeMode ?? null, old.spec.volumeMode ?? null, FieldPath.of('volumeMode')),
  );
  errors.push(...attributesClassErrors(claim, old));
  return errors;
}

/** The class may move from the annotation to the field, or be filled in; `now` gets what counts as unchanged. */
function storageClassChange({ metadata, spec }: Claim, old: Claim, now: PersistentVolumeClaimSpec): FieldError[] {
  const annotation = metadata.annotations?.[STORAGE_CLASS];
  const before = old.metadata.annotations?.[STORAGE_CLASS];
  const unset = old.spec.storageClassName === undefined;
  if (before !== undefined && unset && spec.storageClassName === before && (annotation ?? before) === before) {
    delete now.storageClassName;
    return [];
  }
  const fits = spec.storageClassName !== undefined && unset && (before ?? spec.storageClassName) === spec.storageClassName;
  if (fits) now.storageClassName = old.spec.storageClassName;
  if ((annotation ?? '') === (before ?? '')) return [];
  return [invalid(FieldPath.of('metadata', 'annotations', STORAGE_CLASS), annotation ?? '', 'field is immutable')];
}

/** Less than before is possible while expansion hasn't succeeded, down to what there is (KEP-1790). */
function sizeErrors(claim: Claim, old: Claim): FieldError[] {
  const size = ({ spec }: Claim): string => spec.resources.requests?.storage ?? '0';
  const asked = parseQuantityJson(size(claim));
  if (asked.compare(parseQuantityJson(size(old))) >= 0) return [];
  const capacity = parseQuantityJson(old.status.capacity?.storage ?? '0');
  return asked.compare(capacity) > 0 ? [] : [forbidden(STORAGE, 'field can not be less than status.capacity')];
}

/** A class of attributes that is in force can be changed but not taken away. */
function attributesClassErrors({ spec }: Claim, old: Claim): FieldError[] {
  const name = spec.volumeAttributesClassName;
  if (name === old.spec.volumeAttributesClassName || old.status.currentVolumeAttributesClassName === undefined || name) return [];
  const what = name === undefined ? 'nil' : 'empty string';
  return [forbidden(CLASS_NAME, `update to ${what} is forbidden when status.currentVolumeAttributesClassName is not nil`)];
}
