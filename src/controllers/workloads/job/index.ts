import type { ControllerDescriptor } from '../../descriptor.js';
import { JobController } from './job-controller.js';

export const jobController: ControllerDescriptor = {
  name: 'job-controller',
  alias: 'job',
  start: (context) => {
    new JobController(context);
  },
};
