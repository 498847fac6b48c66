import type { BehaviourFactory } from '../behaviour.js';
import { controllerRevisions } from './controller-revision.js';
import { daemonSets } from './daemonset.js';
import { deployments } from './deployment.js';
import { replicaSets } from './replicaset.js';
import { statefulSets } from './statefulset.js';

/** What the resources of apps do beyond their facts. Keys are `<group>/<resource>`. */
export const appsBehaviours: Readonly<Record<string, BehaviourFactory>> = {
  'apps/controllerrevisions': controllerRevisions,
  'apps/daemonsets': daemonSets,
  'apps/deployments': deployments,
  'apps/replicasets': replicaSets,
  'apps/statefulsets': statefulSets,
};
