import type { ControllerDescriptor } from '../../descriptor.js';
import { DeploymentController } from './deployment-controller.js';

export const deploymentController: ControllerDescriptor = {
  name: 'deployment-controller',
  alias: 'deployment',
  start: (context) => {
    new DeploymentController(context);
  },
};
