import type { ControllerDescriptor } from '../../descriptor.js';
import { DaemonSetController } from './daemon-set-controller.js';

export const daemonSetController: ControllerDescriptor = {
  name: 'daemonset-controller',
  alias: 'daemonset',
  serviceAccount: 'daemon-set-controller',
  start: (context) => {
    new DaemonSetController(context);
  },
};
