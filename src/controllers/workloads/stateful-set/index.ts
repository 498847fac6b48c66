import type { ControllerDescriptor } from '../../descriptor.js';
import { StatefulSetController } from './stateful-set-controller.js';

export const statefulSetController: ControllerDescriptor = {
  name: 'statefulset-controller',
  alias: 'statefulset',
  start: (context) => {
    new StatefulSetController(context);
  },
};
