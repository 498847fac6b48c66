import { nameIsPathSegment } from '../../apimachinery/validation/names.js';
import type { BehaviourFactory } from '../behaviour.js';
import { plain } from '../basics.js';

/** What the resources of rbac.authorization.k8s.io do beyond their facts. Keys are `<group>/<resource>`. */
export const rbacBehaviours: Readonly<Record<string, BehaviourFactory>> = {
  'rbac.authorization.k8s.io/roles': plain({}, { allowCreateOnUpdate: true, validateName: nameIsPathSegment }),
  'rbac.authorization.k8s.io/clusterroles': plain({}, { allowCreateOnUpdate: true, validateName: nameIsPathSegment }),
  'rbac.authorization.k8s.io/rolebindings': plain({}, { allowCreateOnUpdate: true, validateName: nameIsPathSegment }),
  'rbac.authorization.k8s.io/clusterrolebindings': plain({}, { allowCreateOnUpdate: true, validateName: nameIsPathSegment }),
};
