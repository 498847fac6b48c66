import { required, type FieldError } from '../../apimachinery/field-error.js';
import type { FieldPath } from '../../apimachinery/field-path.js';
import { isPathSegmentName } from '../../apimachinery/validation/paths.js';
import { addMessages, checkDnsSubdomain } from '../core/pod-spec/checks.js';

/** Another object by group, kind and name. */
interface Reference {
  readonly apiGroup?: string | null | undefined;
  readonly kind?: string | undefined;
  readonly name?: string | undefined;
}

/** A field that must be there and fit into a URL's path. */
export function checkPathSegment(value: string | undefined, path: FieldPath, errors: FieldError[]): void {
  if (!value) errors.push(required(path));
  else addMessages(path, value, isPathSegmentName(value), errors);
}

/** Adds the faults of a reference. */
export function checkReference({ apiGroup, kind, name }: Reference, path: FieldPath, errors: FieldError[]): void {
  if (apiGroup !== undefined && apiGroup !== null) checkDnsSubdomain(apiGroup, path.child('apiGroup'), errors);
  checkPathSegment(kind, path.child('kind'), errors);
  checkPathSegment(name, path.child('name'), errors);
}
