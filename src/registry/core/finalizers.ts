import { invalid, type FieldError } from '../../apimachinery/field-error.js';
import { FieldPath } from '../../apimachinery/field-path.js';
import type { ObjectMeta } from '../object.js';

const STANDARD: ReadonlySet<string> = new Set(['kubernetes', 'orphan', 'foregroundDeletion']);
const FINALIZERS = FieldPath.of('metadata', 'finalizers');

/** Types that use core's metadata validation know all finalizers without a domain (Go: validateKubeFinalizerName). */
export function kubeFinalizerErrors(metadata: ObjectMeta): FieldError[] {
  const errors: FieldError[] = [];
  (metadata.finalizers ?? []).forEach((name, i) => {
    errors.push(...kubeFinalizerNameErrors(name, FINALIZERS.index(i)));
  });
  return errors;
}

/** The same for one name. */
export function kubeFinalizerNameErrors(name: string, path: FieldPath): FieldError[] {
  if (name.includes('/') || STANDARD.has(name)) return [];
  return [invalid(path, name, 'name is neither a standard finalizer name nor is it fully qualified')];
}
