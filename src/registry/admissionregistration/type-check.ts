import type { TypeWarning } from '../../cel/engine.js';
import { loadCel } from '../../cel/loader.js';
import type { ValidatingAdmissionPolicySpec } from '../../schema/generated/admissionregistration-v1.js';
import type { Catalog } from '../catalog.js';
import type { KubeObject } from '../object.js';

/** Tells what the expressions of a ValidatingAdmissionPolicy get wrong of the types that the server serves. */
export function policyTypeChecker(catalog: Pick<Catalog, 'find' | 'findKind'>): (policy: KubeObject) => Promise<readonly TypeWarning[]> {
  return async ({ spec }) => {
    const { checkPolicyTypes } = await loadCel();
    return checkPolicyTypes(spec as ValidatingAdmissionPolicySpec, {
      kindOf: ({ group, version, resource }) => catalog.find(group, version, resource),
      typeOf: (kind) => catalog.findKind(kind)?.type,
    });
  };
}
