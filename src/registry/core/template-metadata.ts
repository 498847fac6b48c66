import { forbidden, type FieldError } from '../../apimachinery/field-error.js';
import type { FieldPath } from '../../apimachinery/field-path.js';
import { validateLabels } from '../../apimachinery/validation/labels.js';
import { validateAnnotations } from '../../apimachinery/validation/object-meta.js';
import type { ObjectMeta } from '../../schema/generated/meta-v1.js';
import { wasGiven } from '../../schema/given-empty.js';

/** Everything but labels and annotations, by the names and in the order of the Go type. */
const REFUSED = [
  ['name', 'name'],
  ['generateName', 'generateName'],
  ['namespace', 'namespace'],
  ['selfLink', 'selfLink'],
  ['uid', 'uID'],
  ['resourceVersion', 'resourceVersion'],
  ['generation', 'generation'],
  ['creationTimestamp', 'creationTimestamp'],
  ['deletionTimestamp', 'deletionTimestamp'],
  ['deletionGracePeriodSeconds', 'deletionGracePeriodSeconds'],
  ['ownerReferences', 'ownerReferences'],
  ['finalizers', 'finalizers'],
  ['managedFields', 'managedFields'],
] as const;

/** Faults of the metadata of a claim that will be made from a template. */
export function templateMetadataErrors(metadata: ObjectMeta, path: FieldPath): FieldError[] {
  return [
    ...validateAnnotations(metadata.annotations, path.child('annotations')),
    ...validateLabels(metadata.labels, path.child('labels')),
    ...REFUSED.filter(([name]) => wasGiven(metadata, name)).map(([, shown]) => forbidden(path.child(shown), 'cannot be set')),
  ];
}
