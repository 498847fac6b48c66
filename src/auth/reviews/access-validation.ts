import { forbidden, invalid, required, type FieldError } from '../../apimachinery/field-error.js';
import { FieldPath } from '../../apimachinery/field-path.js';
import { invalidObject } from '../../apimachinery/status.js';
import { isQualifiedName, isValidLabelValue } from '../../apimachinery/validation/labels.js';
import type { ObjectMeta } from '../../registry/object.js';
import type { SelectorAttributes, SelectorRequirement } from './access-selectors.js';
import type { AccessReview, AccessReviewSpec } from './access-review.js';

/** Which of the three reviews is checked. */
export type AccessReviewKind = 'SubjectAccessReview' | 'SelfSubjectAccessReview' | 'LocalSubjectAccessReview';

const SPEC = FieldPath.of('spec');

/** Throws 422; the real server has forgotten the kind by then (Go: pkg/apis/authorization/validation). */
export function validateAccessReview(review: AccessReview, kind: AccessReviewKind): void {
  const { metadata, spec } = review;
  const errors = specErrors(spec, kind !== 'SelfSubjectAccessReview');
  const local = kind === 'LocalSubjectAccessReview';
  if (!isEmptyMeta(metadata, local))
    errors.push(invalid('metadata', metadata, local ? 'must be empty except for namespace' : 'must be empty'));
  if (local) errors.push(...localErrors(spec, metadata.namespace ?? ''));
  if (errors.length > 0) throw invalidObject({ group: 'authorization.k8s.io', kind: '' }, '', errors);
}

function specErrors(
  { user = '', groups = [], resourceAttributes, nonResourceAttributes }: AccessReviewSpec,
  withSubject: boolean,
): FieldError[] {
  const errors: FieldError[] = [];
  if (resourceAttributes && nonResourceAttributes) {
    errors.push(
      invalid(
        SPEC.child('nonResourceAttributes'),
        goPaths(nonResourceAttributes),
        'cannot be specified in combination with resourceAttributes',
      ),
    );
  }
  if (!resourceAttributes && !nonResourceAttributes) {
    errors.push(
      invalid(SPEC.child('resourceAttributes'), null, 'exactly one of nonResourceAttributes or resourceAttributes must be specified'),
    );
  }
  if (withSubject && user === '' && groups.length === 0) {
    errors.push(invalid(SPEC.child('user'), '', 'at least one of user or group must be specified'));
  }
  if (resourceAttributes) {
    // The real server names the path as one segment; it prints alike.
    const path = SPEC.child('resourceAttributes');
    errors.push(...selectorErrors(resourceAttributes.fieldSelector, path.child('fieldSelector'), fieldTermErrors));
    errors.push(...selectorErrors(resourceAttributes.labelSelector, path.child('labelSelector'), labelTermErrors));
  }
  return errors;
}

function localErrors({ resourceAttributes, nonResourceAttributes }: AccessReviewSpec, namespace: string): FieldError[] {
  const errors: FieldError[] = [];
  const given = resourceAttributes?.namespace ?? '';
  if (resourceAttributes && given !== namespace) {
    errors.push(invalid(SPEC.child('resourceAttributes', 'namespace'), given, 'must match metadata.namespace'));
  }
  if (nonResourceAttributes) {
    errors.push(invalid(SPEC.child('nonResourceAttributes'), goPaths(nonResourceAttributes), 'disallowed on this kind of request'));
  }
  return errors;
}

/** Go's internal type has no JSON names. */
function goPaths({ path = '', verb = '' }: { readonly path?: string | undefined; readonly verb?: string | undefined }): object {
  return { Path: path, Verb: verb };
}

function isEmptyMeta(metadata: ObjectMeta, namespaced: boolean): boolean {
  return Object.entries(metadata).every(([key, value]: [string, unknown]) => {
    if (key === 'managedFields' || (namespaced && key === 'namespace')) return true;
    if (value === undefined || value === null || value === '' || value === 0) return true;
    return typeof value === 'object' && Object.keys(value).length === 0;
  });
}

function selectorErrors(
  selector: SelectorAttributes | undefined,
  path: FieldPath,
  termErrors: (term: SelectorRequirement, path: FieldPath) => FieldError[],
): FieldError[] {
  if (selector === undefined) return [];
  const { rawSelector = '', requirements = [] } = selector;
  const errors: FieldError[] = [];
  if (rawSelector !== '' && requirements.length > 0) {
    errors.push(invalid(path.child('rawSelector'), rawSelector, 'may not specified at the same time as requirements'));
  }
  if (rawSelector === '' && requirements.length === 0) {
    errors.push(required(path.child('requirements'), `when ${path.toString()} is specified, requirements or rawSelector is required`));
  }
  requirements.forEach((term, i) => errors.push(...termErrors(term, path.child('requirements').index(i))));
  return errors;
}

function valueErrors({ operator, values = [] }: SelectorRequirement, path: FieldPath): FieldError[] {
  if ((operator === 'In' || operator === 'NotIn') && values.length === 0) {
    return [required(path.child('values'), "must be specified when `operator` is 'In' or 'NotIn'")];
  }
  if ((operator === 'Exists' || operator === 'DoesNotExist') && values.length > 0) {
    return [forbidden(path.child('values'), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")];
  }
  return [];
}

function fieldTermErrors(term: SelectorRequirement, path: FieldPath): FieldError[] {
  const missing = (term.key ?? '') === '' ? [required(path.child('key'), 'must be specified')] : [];
  return [...missing, ...valueErrors(term, path)];
}

function labelTermErrors(term: SelectorRequirement, path: FieldPath): FieldError[] {
  const { key = '', values = [] } = term;
  const errors = valueErrors(term, path);
  errors.push(...isQualifiedName(key).map((message) => invalid(path.child('key'), key, message)));
  values.forEach((value, i) => {
    errors.push(...isValidLabelValue(value).map((message) => invalid(path.child('values').index(i), value, message)));
  });
  return errors;
}
