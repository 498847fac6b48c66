import { deepEqual, type KubeObject, type OwnerReference } from '../object.js';
import type { RequestContext } from '../request.js';

const ADVICE =
  'API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: ';

/** Drops repeated owners and warns (Go: dedupOwnerReferencesAndAddWarning). */
export function dedupOwnerReferences(object: KubeObject, context: RequestContext, afterAdmission: boolean): void {
  const references = object.metadata.ownerReferences;
  if (references === undefined || references.length < 2) return;
  const kept: OwnerReference[] = [];
  const repeated: string[] = [];
  for (const reference of references) {
    if (kept.some((other) => deepEqual(other, reference))) repeated.push(reference.uid);
    else kept.push(reference);
  }
  if (repeated.length === 0) return;
  const when = afterAdmission ? ' after mutating admission happens' : '';
  context.warn(`.metadata.ownerReferences contains duplicate entries${when}; ${ADVICE}${repeated.join(', ')}`);
  object.metadata.ownerReferences = kept;
}
