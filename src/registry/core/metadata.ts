import type { FieldError } from '../../apimachinery/field-error.js';
import { FieldPath } from '../../apimachinery/field-path.js';
import type { ValidateName } from '../../apimachinery/validation/names.js';
import { validateObjectMeta, validateObjectMetaUpdate } from '../../apimachinery/validation/object-meta.js';
import type { ObjectMeta } from '../object.js';
import { kubeFinalizerErrors } from './finalizers.js';

const METADATA = FieldPath.of('metadata');

/**
 * The checks of metadata that core's types repeat on updates (Go:
 * core/validation.ValidateObjectMeta). Clients see every cause twice for it.
 */
export function metadataErrors(metadata: ObjectMeta, namespaced: boolean, validateName: ValidateName): FieldError[] {
  return [...validateObjectMeta(metadata, namespaced, validateName, METADATA), ...kubeFinalizerErrors(metadata)];
}

/**
 * The checks of changed metadata, for types that repeat them in an order of
 * their own (Go: core/validation.ValidateObjectMetaUpdate).
 */
export function metadataUpdateErrors(metadata: ObjectMeta, old: ObjectMeta): FieldError[] {
  return [...validateObjectMetaUpdate(metadata, old, METADATA), ...kubeFinalizerErrors(metadata)];
}
