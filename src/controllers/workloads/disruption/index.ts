import type { ControllerDescriptor } from '../../descriptor.js';
import { DisruptionController } from './disruption-controller.js';

export const disruptionController: ControllerDescriptor = {
  name: 'disruption-controller',
  alias: 'disruption',
  start: (context) => {
    new DisruptionController(context);
  },
};
