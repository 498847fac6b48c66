import { nameIsPathSegment } from '../../apimachinery/validation/names.js';
import type { BehaviourFactory } from '../behaviour.js';
import { plain } from '../basics.js';
import { noEscalationByBinding, noEscalationByRole } from './escalation.js';

const BASE = { allowCreateOnUpdate: true, validateName: nameIsPathSegment };

function roles(resource: 'roles' | 'clusterroles'): BehaviourFactory {
  return (environment) => plain({}, { ...BASE, ...noEscalationByRole(resource, environment) })(environment);
}

function bindings(resource: 'rolebindings' | 'clusterrolebindings'): BehaviourFactory {
  return (environment) => plain({}, { ...BASE, ...noEscalationByBinding(resource, environment) })(environment);
}

/** What the resources of rbac.authorization.k8s.io do beyond their facts. Keys are `<group>/<resource>`. */
export const rbacBehaviours: Readonly<Record<string, BehaviourFactory>> = {
  'rbac.authorization.k8s.io/roles': roles('roles'),
  'rbac.authorization.k8s.io/clusterroles': roles('clusterroles'),
  'rbac.authorization.k8s.io/rolebindings': bindings('rolebindings'),
  'rbac.authorization.k8s.io/clusterrolebindings': bindings('clusterrolebindings'),
};
