import type { ControllerDescriptor } from '../descriptor.js';

export const clusterControllers: readonly ControllerDescriptor[] = [];
