import { isStatus } from '../../apimachinery/status.js';
import { parseTime } from '../../apimachinery/time.js';
import type { ComponentContext } from '../../client/component-context.js';
import { keyOf, splitKey } from '../../client/informer.js';
import { JOBS } from '../../component-helpers/resources.js';
import type { ControllerDescriptor } from '../descriptor.js';
import { findCondition } from './common/status.js';
import { finishedType, type Job } from './job/types.js';

/** Deletes jobs some time after they have finished (KEP-592; Go: pkg/controller/ttlafterfinished). */
export const ttlAfterFinishedController: ControllerDescriptor = {
  name: 'ttl-after-finished-controller',
  alias: 'ttl-after-finished',
  start: (context) => {
    const jobs = context.informers.of<Job>(JOBS);
    const queue = context.queue(async (key) => {
      const { namespace, name } = splitKey(key);
      const job = jobs.get(namespace, name);
      const expires = job === undefined ? undefined : expiryOf(job);
      if (job === undefined || expires === undefined) return;
      const left = expires - context.clock.now();
      if (left > 0) queue.addAfter(key, left);
      else await deleteJob(context, job);
    });
    const enqueue = (job: Job): void => {
      if (expiryOf(job) !== undefined) queue.add(keyOf(job));
    };
    jobs.addHandler({ added: enqueue, updated: enqueue });
  },
};

/** When the job is to be deleted, in milliseconds since the epoch; undefined if it isn't. */
function expiryOf(job: Job): number | undefined {
  const { ttlSecondsAfterFinished } = job.spec;
  const type = finishedType(job);
  if (job.metadata.deletionTimestamp !== undefined || ttlSecondsAfterFinished === undefined || type === undefined) return undefined;
  const finished = findCondition(job.status.conditions, type)?.lastTransitionTime;
  return finished == null ? undefined : parseTime(finished) + ttlSecondsAfterFinished * 1000;
}

async function deleteJob({ client }: ComponentContext, { metadata }: Job): Promise<void> {
  const { namespace, name = '', uid = '' } = metadata;
  try {
    await client.delete({ resource: JOBS, namespace }, name, { propagationPolicy: 'Foreground', preconditions: { uid } });
  } catch (error) {
    if (!isStatus(error, 'NotFound')) throw error;
  }
}
