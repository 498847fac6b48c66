import { forbidden, invalid, required, type FieldError } from '../../../apimachinery/field-error.js';
import type { FieldPath } from '../../../apimachinery/field-path.js';
import { parseQuantityJson } from '../../../apimachinery/quantity.js';
import { isDns1123Subdomain } from '../../../apimachinery/validation/dns.js';
import { validateLabelSelector } from '../../../apimachinery/validation/label-selector.js';
import { nameIsDnsLabel } from '../../../apimachinery/validation/names.js';
import type {
  PersistentVolumeClaimSpec,
  PersistentVolumeClaimTemplate,
  TypedLocalObjectReference,
  TypedObjectReference,
} from '../../../schema/generated/core-v1.js';
import { templateMetadataErrors } from '../template-metadata.js';
import { addMessages, checkDnsSubdomain, unsupported } from './checks.js';

/** The claim that an ephemeral volume makes for its pod (Go: ValidatePersistentVolumeClaimTemplate). */
export function checkClaimTemplate(template: PersistentVolumeClaimTemplate, path: FieldPath, errors: FieldError[]): void {
  const { metadata, spec } = template;
  errors.push(...templateMetadataErrors(metadata, path.child('metadata')), ...validateClaimSpec(spec, path.child('spec')));
}

/** What validation of a claim tolerates because the stored one has it. */
export interface ClaimSpecOptions {
  readonly allowInvalidLabelValue?: boolean;
  readonly allowInvalidApiGroup?: boolean;
}

const ACCESS_MODES: ReadonlySet<string> = new Set(['ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOncePod']);
const VOLUME_MODES: ReadonlySet<string> = new Set(['Block', 'Filesystem']);

/** Faults of the spec of a PersistentVolumeClaim or of a template for one (Go: ValidatePersistentVolumeClaimSpec). */
export function validateClaimSpec(spec: PersistentVolumeClaimSpec, path: FieldPath, options: ClaimSpecOptions = {}): FieldError[] {
  const errors: FieldError[] = [];
  checkAccessModes(spec, path.child('accessModes'), options, path, errors);
  checkStorage(spec.resources.requests?.storage, path.child('resources').key('storage'), errors);
  if (spec.storageClassName) checkDnsSubdomain(spec.storageClassName, path.child('storageClassName'), errors);
  if (spec.volumeMode !== undefined && !VOLUME_MODES.has(spec.volumeMode))
    errors.push(unsupported(path.child('volumeMode'), spec.volumeMode, VOLUME_MODES));
  checkSources(spec, path, options.allowInvalidApiGroup === true, errors);
  if (spec.volumeAttributesClassName) checkDnsSubdomain(spec.volumeAttributesClassName, path.child('volumeAttributesClassName'), errors);
  return errors;
}

function checkAccessModes(
  spec: PersistentVolumeClaimSpec,
  at: FieldPath,
  options: ClaimSpecOptions,
  path: FieldPath,
  errors: FieldError[],
): void {
  const { accessModes: modes = [], selector } = spec;
  if (modes.length === 0) errors.push(required(at, 'at least 1 access mode is required'));
  if (selector !== undefined)
    errors.push(...validateLabelSelector(selector, { allowInvalidLabelValue: options.allowInvalidLabelValue }, path.child('selector')));
  for (const mode of modes) if (!ACCESS_MODES.has(mode)) errors.push(unsupported(at, mode, ACCESS_MODES));
  if (modes.includes('ReadWriteOncePod') && modes.some((mode) => mode !== 'ReadWriteOncePod' && ACCESS_MODES.has(mode))) {
    errors.push(forbidden(at, 'may not use ReadWriteOncePod with other access modes'));
  }
}

function checkStorage(text: string | undefined, path: FieldPath, errors: FieldError[]): void {
  if (text === undefined) errors.push(required(path));
  else if (parseQuantityJson(text).sign() <= 0) errors.push(invalid(path, text, 'must be greater than zero'));
}

/** What the volume is filled with. */
function checkSources(spec: PersistentVolumeClaimSpec, path: FieldPath, allowInvalidApiGroup: boolean, errors: FieldError[]): void {
  const { dataSource, dataSourceRef } = spec;
  if (dataSource !== undefined) checkSource(dataSource, path.child('dataSource'), allowInvalidApiGroup, errors);
  if (dataSourceRef !== undefined) {
    const at = path.child('dataSourceRef');
    checkSource(dataSourceRef, at, allowInvalidApiGroup, errors);
    const { namespace } = dataSourceRef;
    if (namespace) addMessages(at.child('namespace'), namespace, nameIsDnsLabel(namespace, false), errors);
  }
  if (dataSource === undefined || dataSourceRef === undefined) return;
  // The refused value is a path of the real server's, which prints as an empty struct.
  if (dataSourceRef.namespace) errors.push(invalid(path, {}, 'may not be specified when dataSourceRef.namespace is specified'));
  else if (!sameSource(dataSource, dataSourceRef)) errors.push(invalid(path, {}, 'must match dataSourceRef'));
}

function checkSource(source: TypedLocalObjectReference, path: FieldPath, allowInvalidApiGroup: boolean, errors: FieldError[]): void {
  const { name, kind = '', apiGroup } = source;
  if (!name) errors.push(required(path.child('name')));
  if (kind === '') errors.push(required(path.child('kind')));
  if (!apiGroup && kind !== 'PersistentVolumeClaim')
    errors.push(invalid(path, kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup"));
  if (apiGroup && !allowInvalidApiGroup) addMessages(path.child('apiGroup'), apiGroup, isDns1123Subdomain(apiGroup), errors);
}

function sameSource(a: TypedLocalObjectReference, b: TypedObjectReference): boolean {
  return (a.apiGroup ?? undefined) === (b.apiGroup ?? undefined) && (a.kind ?? '') === (b.kind ?? '') && (a.name ?? '') === (b.name ?? '');
}
