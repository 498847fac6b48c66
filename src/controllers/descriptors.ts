import { accessControllers } from './access/index.js';
import { clusterControllers } from './cluster/index.js';
import type { ClusterKeys } from './access/cluster-keys.js';
import type { ControllerDescriptor } from './descriptor.js';
import { storageControllers } from './storage/index.js';
import { workloadsControllers } from './workloads/index.js';

/** All controllers that there are. @param keys what some may do with the cluster's keys */
export function allControllers(keys: ClusterKeys): readonly ControllerDescriptor[] {
  return [...accessControllers(keys), ...clusterControllers, ...storageControllers, ...workloadsControllers];
}
