import type { ControllerDescriptor } from '../descriptor.js';

export const workloadsControllers: readonly ControllerDescriptor[] = [];
