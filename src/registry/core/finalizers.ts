import { invalid, type FieldError } from '../../apimachinery/field-error.js';
import { FieldPath } from '../../apimachinery/field-path.js';
import type { ObjectMeta } from '../object.js';

const STANDARD: ReadonlySet<string> = new Set(['kubernetes', 'orphan', 'foregroundDeletion']);
const FINALIZERS = FieldPath.of('metadata', 'finalizers');

/** Types that use core's metadata validation know all finalizers without a domain (Go: validateKubeFinalizerName). */
export function kubeFinalizerErrors(metadata: ObjectMeta): FieldError[] {
  const errors: FieldError[] = [];
  (metadata.finalizers ?? []).forEach((name, i) => {
    if (!name.includes('/') && !STANDARD.has(name)) {
      errors.push(invalid(FINALIZERS.index(i), name, 'name is neither a standard finalizer name nor is it fully qualified'));
    }
  });
  return errors;
}
