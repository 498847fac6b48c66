import { accessControllers } from './access/index.js';
import { clusterControllers } from './cluster/index.js';
import type { ControllerDescriptor } from './descriptor.js';
import { storageControllers } from './storage/index.js';
import { workloadsControllers } from './workloads/index.js';

/** All controllers that there are. */
export const CONTROLLERS: readonly ControllerDescriptor[] = [
  ...accessControllers,
  ...clusterControllers,
  ...storageControllers,
  ...workloadsControllers,
];
