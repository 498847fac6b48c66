import type { ControllerDescriptor } from '../descriptor.js';

export const storageControllers: readonly ControllerDescriptor[] = [];
