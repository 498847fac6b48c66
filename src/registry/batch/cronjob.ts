import type { CronJob } from '../../schema/generated/batch-v1.js';
import { podNameWarnings, SPEC } from '../apps/templated.js';
import type { BehaviourFactory } from '../behaviour.js';
import { dropDisabledTemplateFields } from '../core/pod-spec/index.js';
import { withFinalizerChecks } from '../finalizer-checks.js';
import { typed, type KubeObject, type Typed } from '../object.js';
import { refined, specStatus } from '../spec-status.js';
import { validateCronJob, validateCronJobUpdate } from './cronjob-validation.js';
import { defaultJobPods, jobSpecWarnings } from './job.js';

const DEFAULT_SUCCESSFUL_JOBS = 3;
const DEFAULT_FAILED_JOBS = 1;

/** Jobs get their own defaults when they are made; only those of pods are filled in here. */
function defaultCronJob(object: KubeObject): void {
  const { spec } = typed<CronJob>(object);
  defaultJobPods(spec.jobTemplate.spec);
  spec.concurrencyPolicy ||= 'Allow';
  spec.suspend ??= false;
  spec.successfulJobsHistoryLimit ??= DEFAULT_SUCCESSFUL_JOBS;
  spec.failedJobsHistoryLimit ??= DEFAULT_FAILED_JOBS;
}

const JOB_SPEC = SPEC.child('jobTemplate', 'spec');
const ZONE_IN_SCHEDULE =
  'cannot use TZ or CRON_TZ in spec.spec.schedule, use timeZone instead, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details';

function updateWarnings(object: Typed<CronJob>, old: Typed<CronJob>): string[] {
  const warnings =
    object.metadata.generation === old.metadata.generation
      ? []
      : jobSpecWarnings(object.spec.jobTemplate.spec, old.spec.jobTemplate.spec, JOB_SPEC);
  if (object.spec.schedule?.includes('TZ') === true) warnings.push(ZONE_IN_SCHEDULE);
  return warnings;
}

export const cronJobs: BehaviourFactory = () => {
  const { main, status } = specStatus({ generation: true });
  const strategy = refined<Typed<CronJob>>(main, {
    prepareForCreate(object, context) {
      main.prepareForCreate?.(object, context);
      dropDisabledTemplateFields(object.spec.jobTemplate.spec.template);
    },
    prepareForUpdate(object, old, context) {
      dropDisabledTemplateFields(object.spec.jobTemplate.spec.template);
      main.prepareForUpdate?.(object, old, context);
    },
    validate: validateCronJob,
    validateUpdate: validateCronJobUpdate,
    warningsOnCreate: (object) => [...podNameWarnings(object), ...jobSpecWarnings(object.spec.jobTemplate.spec, undefined, JOB_SPEC)],
    warningsOnUpdate: updateWarnings,
  });
  // Nothing at all is checked beyond metadata, not even that twice.
  const statusStrategy = refined<Typed<CronJob>>(status, { validateUpdate: () => [], validatesMetadata: true });
  return { strategy: withFinalizerChecks(strategy), status: statusStrategy, defaults: defaultCronJob };
};
