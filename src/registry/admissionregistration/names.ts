import { goQuote } from '../../apimachinery/field-error.js';
import type { KubeObject } from '../object.js';

/** Names of what is read from files at the server's start (KEP-5793). */
const STATIC_SUFFIX = '.static.k8s.io';

/** Warns of a name that is reserved. */
export function staticNameWarnings({ metadata: { name = '' } }: KubeObject): string[] {
  if (!name.endsWith(STATIC_SUFFIX)) return [];
  return [
    `metadata.name: names ending with ${goQuote(STATIC_SUFFIX)} are reserved for static manifest-based configurations and cannot be managed via the API`,
  ];
}
