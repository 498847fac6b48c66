import type { ControllerDescriptor } from '../descriptor.js';

export const accessControllers: readonly ControllerDescriptor[] = [];
