import type { BehaviourFactory } from '../behaviour.js';
import { plain, specAndStatus } from '../basics.js';

/** What the resources of apps do beyond their facts. Keys are `<group>/<resource>`. */
export const appsBehaviours: Readonly<Record<string, BehaviourFactory>> = {
  'apps/controllerrevisions': plain({}),
  'apps/daemonsets': specAndStatus({ generation: true }),
  'apps/deployments': specAndStatus({ generation: true }),
  'apps/replicasets': specAndStatus({ generation: true }),
  'apps/statefulsets': specAndStatus({ generation: true }),
};
