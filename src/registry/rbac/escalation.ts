import type { BehaviourEnvironment } from '../behaviour.js';
import type { Strategy } from '../strategy.js';

/** Nobody grants what they don't hold (Go: pkg/registry/rbac/role/policybased). */
export function noEscalationByRole(
  resource: 'roles' | 'clusterroles',
  environment: BehaviourEnvironment,
): Pick<Strategy, 'authorizeWrite'> {
  return {
    authorizeWrite(object, old, context) {
      environment.access().checkRole(resource, object, old, context);
    },
  };
}

/** The same for bindings (Go: pkg/registry/rbac/rolebinding/policybased). */
export function noEscalationByBinding(
  resource: 'rolebindings' | 'clusterrolebindings',
  environment: BehaviourEnvironment,
): Pick<Strategy, 'authorizeWrite'> {
  return {
    authorizeWrite(object, old, context) {
      environment.access().checkBinding(resource, object, old, context);
    },
  };
}
