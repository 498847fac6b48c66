import type { BehaviourFactory } from '../behaviour.js';
import { clusterRoleBindings, roleBindings } from './bindings.js';
import { clusterRoles, roles } from './roles.js';

/** What the resources of rbac.authorization.k8s.io do beyond their facts. Keys are `<group>/<resource>`. */
export const rbacBehaviours: Readonly<Record<string, BehaviourFactory>> = {
  'rbac.authorization.k8s.io/roles': roles,
  'rbac.authorization.k8s.io/clusterroles': clusterRoles,
  'rbac.authorization.k8s.io/rolebindings': roleBindings,
  'rbac.authorization.k8s.io/clusterrolebindings': clusterRoleBindings,
};
