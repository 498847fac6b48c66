import { required, type FieldError } from '../../../apimachinery/field-error.js';
import type { FieldPath } from '../../../apimachinery/field-path.js';
import { unsupported } from './checks.js';

const POLICIES: ReadonlySet<string> = new Set(['Always', 'IfNotPresent', 'Never']);

/** When an image is pulled, of a container or a volume. */
export function checkPullPolicy(policy: string | undefined, path: FieldPath, errors: FieldError[]): void {
  if (!policy) errors.push(required(path));
  else if (!POLICIES.has(policy)) errors.push(unsupported(path, policy, POLICIES));
}
