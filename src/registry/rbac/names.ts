import { isPathSegmentName } from '../../apimachinery/validation/paths.js';

/** Names of roles and bindings need only fit into a URL's path, and so do their prefixes. */
export function rbacName(name: string): string[] {
  return isPathSegmentName(name);
}
