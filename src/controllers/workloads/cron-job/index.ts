import type { ControllerDescriptor } from '../../descriptor.js';
import { CronJobController } from './cron-job-controller.js';

export const cronJobController: ControllerDescriptor = {
  name: 'cronjob-controller',
  alias: 'cronjob',
  start: (context) => {
    new CronJobController(context);
  },
};
