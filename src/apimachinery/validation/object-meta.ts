import { forbidden, goQuote, invalid, NamedString, required, tooLong, type FieldError } from '../field-error.js';
import type { FieldPath } from '../field-path.js';
import { goUnicode } from '../go-format.js';
import { parseApiVersion } from '../group-version.js';
import { semanticEqual } from '../semantic-equal.js';
import { unprintable } from './identifiers.js';
import { isLabelKey, isQualifiedName, validateLabels } from './labels.js';
import { byteLength, IMMUTABLE_MESSAGE, longerThan, NEGATIVE_MESSAGE } from './messages.js';
import { validateNamespaceName, type ValidateName } from './names.js';

/** What metadata validation reads of metav1.ObjectMeta, in JSON form. */
export interface ObjectMetaView {
  readonly name?: string | undefined;
  readonly generateName?: string | undefined;
  readonly namespace?: string | undefined;
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly generation?: number | undefined;
  readonly creationTimestamp?: string | null | undefined;
  readonly deletionTimestamp?: string | null | undefined;
  readonly deletionGracePeriodSeconds?: number | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  readonly ownerReferences?: readonly OwnerReferenceView[] | undefined;
  readonly finalizers?: readonly string[] | undefined;
  readonly managedFields?: readonly ManagedFieldsView[] | undefined;
}

export interface OwnerReferenceView {
  readonly apiVersion?: string | undefined;
  readonly kind?: string | undefined;
  readonly name?: string | undefined;
  readonly uid?: string | undefined;
  readonly controller?: boolean | undefined;
  readonly blockOwnerDeletion?: boolean | undefined;
}

export interface ManagedFieldsView {
  readonly manager?: string | undefined;
  readonly operation?: string | undefined;
  readonly fieldsType?: string | undefined;
  readonly subresource?: string | undefined;
}

/** All keys and values of annotations together. Bytes. */
export const ANNOTATIONS_MAX_SIZE = 256 * 1024;

const ORPHAN_FINALIZER = 'orphan';
const FOREGROUND_FINALIZER = 'foregroundDeletion';
const FIELD_MANAGER_MAX_LENGTH = 128;
const SUBRESOURCE_MAX_LENGTH = 256;

/**
 * Faults of metadata on creation, after a name was generated (Go:
 * api/validation.ValidateObjectMeta). Without `validateName` the names aren't
 * looked at, as on updates of existing objects.
 */
export function validateObjectMeta(
  meta: ObjectMetaView,
  namespaced: boolean,
  validateName: ValidateName | undefined,
  path: FieldPath,
): FieldError[] {
  const errors: FieldError[] = [];
  if (validateName !== undefined) nameErrors(errors, meta, validateName, path);
  namespaceErrors(errors, meta.namespace ?? '', namespaced, path);
  if (meta.generation !== undefined && meta.generation < 0)
    errors.push(invalid(path.child('generation'), meta.generation, NEGATIVE_MESSAGE));
  commonErrors(errors, meta, path, true);
  return errors;
}

function nameErrors(errors: FieldError[], meta: ObjectMetaView, validateName: ValidateName, path: FieldPath): void {
  if (meta.generateName) {
    for (const message of validateName(meta.generateName, true))
      errors.push(invalid(path.child('generateName'), meta.generateName, message));
  }
  if (meta.name) {
    for (const message of validateName(meta.name, false)) errors.push(invalid(path.child('name'), meta.name, message));
  } else {
    errors.push(required(path.child('name'), 'name or generateName is required'));
  }
}

function namespaceErrors(errors: FieldError[], namespace: string, namespaced: boolean, path: FieldPath): void {
  if (!namespaced) {
    if (namespace !== '') errors.push(forbidden(path.child('namespace'), 'not allowed on this type'));
  } else if (namespace === '') {
    errors.push(required(path.child('namespace')));
  } else {
    for (const message of validateNamespaceName(namespace, false)) errors.push(invalid(path.child('namespace'), namespace, message));
  }
}

/** What creations and updates check alike, in the server's order. */
function commonErrors(errors: FieldError[], meta: ObjectMetaView, path: FieldPath, finalizers: boolean): void {
  if (meta.labels !== undefined) errors.push(...validateLabels(meta.labels, path.child('labels')));
  if (meta.annotations !== undefined) errors.push(...validateAnnotations(meta.annotations, path.child('annotations')));
  if (meta.ownerReferences !== undefined) errors.push(...validateOwnerReferences(meta.ownerReferences, path.child('ownerReferences')));
  if (finalizers && meta.finalizers !== undefined) errors.push(...validateFinalizers(meta.finalizers, path.child('finalizers')));
  if (meta.managedFields !== undefined) errors.push(...validateManagedFields(meta.managedFields, path.child('managedFields')));
}

/** Keys are label keys whose case doesn't matter; the total size is bounded. */
export function validateAnnotations(annotations: Readonly<Record<string, string>> | undefined, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  let units = 0;
  for (const key in annotations) {
    units += key.length + (annotations[key] ?? '').length;
    if (isLabelKey(key)) continue;
    for (const message of isQualifiedName(key.toLowerCase())) errors.push(invalid(path, key, message));
  }
  // A UTF-16 unit has at most three bytes; count exactly only where it matters.
  if (units * 3 > ANNOTATIONS_MAX_SIZE && annotations !== undefined && annotationsSize(annotations) > ANNOTATIONS_MAX_SIZE) {
    errors.push(tooLong(path, ANNOTATIONS_MAX_SIZE));
  }
  return errors;
}

function annotationsSize(annotations: Readonly<Record<string, string>>): number {
  let size = 0;
  for (const key in annotations) size += byteLength(key) + byteLength(annotations[key] ?? '');
  return size;
}

/** Owners are named in full, no Event is one, and at most one of them is the controller. */
export function validateOwnerReferences(references: readonly OwnerReferenceView[], path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  let controller: string | undefined;
  for (const reference of references) {
    ownerErrors(errors, reference, path);
    if (reference.controller !== true) continue;
    const name = `${reference.kind ?? ''}/${reference.name ?? ''}`;
    if (controller === undefined) controller = name;
    else {
      const detail = `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${name}`;
      errors.push(invalid(path, references, detail));
    }
  }
  return errors;
}

function ownerErrors(errors: FieldError[], reference: OwnerReferenceView, path: FieldPath): void {
  const { apiVersion = '', kind = '', name = '', uid = '' } = reference;
  const version = parseApiVersion(apiVersion);
  if (version === undefined || version.version === '')
    errors.push(invalid(path.child('apiVersion'), apiVersion, 'version must not be empty'));
  if (kind === '') errors.push(invalid(path.child('kind'), kind, 'must not be empty'));
  if (name === '') errors.push(invalid(path.child('name'), name, 'must not be empty'));
  if (uid === '') errors.push(invalid(path.child('uid'), uid, 'must not be empty'));
  if (kind === 'Event' && apiVersion === 'v1') errors.push(invalid(path, reference, '/v1, Kind=Event is disallowed from being an owner'));
}

/** Faults of one finalizer's name in metadata. */
export function validateFinalizerName(finalizer: string, path: FieldPath): FieldError[] {
  return isQualifiedName(finalizer).map((message) => invalid(path, finalizer, message));
}

/** Names are qualified, and dependents can't be orphaned and deleted at once. */
export function validateFinalizers(finalizers: readonly string[], path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  for (const finalizer of finalizers) if (!isLabelKey(finalizer)) errors.push(...validateFinalizerName(finalizer, path));
  if (finalizers.includes(ORPHAN_FINALIZER) && finalizers.includes(FOREGROUND_FINALIZER)) {
    errors.push(invalid(path, finalizers, `finalizer ${ORPHAN_FINALIZER} and ${FOREGROUND_FINALIZER} cannot be both set`));
  }
  return errors;
}

/** An object that is being deleted gets no further finalizers. */
export function validateNoNewFinalizers(finalizers: readonly string[], old: readonly string[], path: FieldPath): FieldError[] {
  const extra = [...new Set(finalizers)].filter((finalizer) => !old.includes(finalizer)).sort();
  if (extra.length === 0) return [];
  const list = `[]string{${extra.map(goQuote).join(', ')}}`;
  return [forbidden(path, `no new finalizers can be added if the object is being deleted, found new finalizers ${list}`)];
}

/** A manager's name: at most 128 bytes, all of them printable. */
export function validateFieldManager(manager: string, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (longerThan(manager, FIELD_MANAGER_MAX_LENGTH)) errors.push(tooLong(path, FIELD_MANAGER_MAX_LENGTH));
  if (PRINTABLE_ASCII.test(manager)) return errors;
  for (const { codePoint, position } of unprintable(manager)) {
    errors.push(invalid(path, manager, `invalid character ${goUnicode(codePoint)} (at position ${String(position)})`));
  }
  return errors;
}

const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;

/** Entries of managedFields as clients may send them. */
export function validateManagedFields(entries: readonly ManagedFieldsView[], path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  for (let i = 0; i < entries.length; i++) {
    const { operation = '', fieldsType = '', manager = '', subresource = '' } = entries[i] ?? {};
    const operationFits = operation === 'Apply' || operation === 'Update';
    const fieldsTypeFits = fieldsType === '' || fieldsType === 'FieldsV1';
    if (operationFits && fieldsTypeFits && manager.length < 40 && PRINTABLE_ASCII.test(manager) && subresource.length < 80) continue;
    const entry = path.index(i);
    if (!operationFits) errors.push(invalid(entry.child('operation'), new NamedString(operation), 'must be `Apply` or `Update`'));
    if (!fieldsTypeFits) errors.push(invalid(entry.child('fieldsType'), fieldsType, 'must be `FieldsV1`'));
    errors.push(...validateFieldManager(manager, entry.child('manager')));
    if (longerThan(subresource, SUBRESOURCE_MAX_LENGTH)) errors.push(tooLong(entry.child('subresource'), SUBRESOURCE_MAX_LENGTH));
  }
  return errors;
}

/** A number that may be absent but not negative. */
export function validateNonnegativeField(value: number, path: FieldPath): FieldError[] {
  return value < 0 ? [invalid(path, value, NEGATIVE_MESSAGE)] : [];
}

/** A field that can't change once it is set (Go: ValidateImmutableField). */
export function validateImmutableField(value: unknown, old: unknown, path: FieldPath): FieldError[] {
  return semanticEqual(value, old) ? [] : [invalid(path, value, IMMUTABLE_MESSAGE)];
}

/**
 * Faults of a change of metadata (Go: api/validation.ValidateObjectMetaUpdate).
 * Together with `validateObjectMeta` for the new state.
 */
export function validateObjectMetaUpdate(meta: ObjectMetaView, old: ObjectMetaView, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (old.deletionTimestamp) errors.push(...validateNoNewFinalizers(meta.finalizers ?? [], old.finalizers ?? [], path.child('finalizers')));
  if (!meta.resourceVersion) errors.push(invalid(path.child('resourceVersion'), '', 'must be specified for an update'));
  const generation = meta.generation ?? 0;
  if (generation < (old.generation ?? 0)) errors.push(invalid(path.child('generation'), generation, 'must not be decremented'));
  if ((meta.name ?? '') !== (old.name ?? '')) errors.push(invalid(path.child('name'), meta.name ?? '', IMMUTABLE_MESSAGE));
  if ((meta.namespace ?? '') !== (old.namespace ?? ''))
    errors.push(invalid(path.child('namespace'), meta.namespace ?? '', IMMUTABLE_MESSAGE));
  if ((meta.uid ?? '') !== (old.uid ?? '')) errors.push(invalid(path.child('uid'), new NamedString(meta.uid ?? ''), IMMUTABLE_MESSAGE));
  immutable(errors, meta, old, 'creationTimestamp', path);
  immutable(errors, meta, old, 'deletionTimestamp', path);
  immutable(errors, meta, old, 'deletionGracePeriodSeconds', path);
  commonErrors(errors, meta, path, false);
  return errors;
}

function immutable(
  errors: FieldError[],
  meta: ObjectMetaView,
  old: ObjectMetaView,
  field: 'creationTimestamp' | 'deletionTimestamp' | 'deletionGracePeriodSeconds',
  path: FieldPath,
): void {
  const value = meta[field] ?? null;
  if (value !== (old[field] ?? null)) errors.push(invalid(path.child(field), value, IMMUTABLE_MESSAGE));
}
