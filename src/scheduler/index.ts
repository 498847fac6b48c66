import { ComponentContext, type ComponentEnvironment } from '../client/component-context.js';
import { followCluster } from './event-handlers.js';
import { Scheduler } from './scheduler.js';

const IDENTITY = {
  name: 'kube-scheduler',
  user: 'system:kube-scheduler',
  userAgent: 'kube-scheduler/v1.36.2 (linux/amd64) kubernetes/scheduler',
} as const;

/** Starts kube-scheduler. Its informers are filled by whoever calls it. @returns how to stop it */
export function startScheduler(environment: ComponentEnvironment): () => void {
  const context = new ComponentContext(environment, IDENTITY);
  followCluster(new Scheduler(context), context.informers);
  return () => {
    context.stop();
  };
}
