import type { Job, JobSpec } from '../../schema/generated/batch-v1.js';
import { podNameWarnings, SPEC, templated } from '../apps/templated.js';
import type { BehaviourFactory } from '../behaviour.js';
import { defaultPodTemplateSpec, podTemplateWarnings } from '../core/pod-spec/index.js';
import { withFinalizerChecks } from '../finalizer-checks.js';
import { typed, type KubeObject, type Typed } from '../object.js';
import { refined } from '../spec-status.js';
import type { DeleteOptions } from '../strategy.js';
import type { FieldPath } from '../../apimachinery/field-path.js';
import { generateSelector } from './job-labels.js';
import { validateJobStatusUpdate } from './job-status-validation.js';
import { validateJob, validateJobUpdate } from './job-validation.js';

const DEFAULT_BACKOFF_LIMIT = 6;
/** With limits per index the job as a whole has none. */
const NO_BACKOFF_LIMIT = 2 ** 31 - 1;

function defaultJob(object: KubeObject): void {
  const job = typed<Job>(object);
  const { spec } = job;
  defaultJobPods(spec);
  if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1;
  spec.parallelism ??= 1;
  spec.backoffLimit ??= spec.backoffLimitPerIndex === undefined ? DEFAULT_BACKOFF_LIMIT : NO_BACKOFF_LIMIT;
  // Shared on purpose: see generateSelector.
  shareLabels(job);
  spec.completionMode ??= 'NonIndexed';
  spec.suspend ??= false;
  spec.podReplacementPolicy ??= spec.podFailurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed';
  spec.manualSelector ??= false;
}

/** A job without labels has those of its template: the real server fills that in whenever it reads one from storage. */
function shareLabels({ metadata, spec }: Typed<Job>): void {
  const { labels } = spec.template.metadata;
  if (labels !== undefined && metadata.labels === undefined) metadata.labels = labels;
}

/** Labels that reading gave to jobs, until an update stores them. */
const UNSTORED = new WeakSet<object>();

function completeByReading(job: Typed<Job>): void {
  const { labels } = job.spec.template.metadata;
  if (labels === undefined || job.metadata.labels !== undefined) return;
  job.metadata.labels = { ...labels };
  UNSTORED.add(job.metadata.labels);
}

function completedByReading({ metadata }: Typed<Job>): boolean {
  return metadata.labels !== undefined && UNSTORED.has(metadata.labels);
}

/** Defaults of jobs that templates of cron jobs get, too. In place. */
export function defaultJobPods(spec: JobSpec): void {
  defaultPodTemplateSpec(spec.template);
  for (const { onPodConditions } of spec.podFailurePolicy?.rules ?? []) {
    for (const pattern of onPodConditions ?? []) pattern.status ||= 'True';
  }
}

const MANY_COMPLETIONS = 100_000;
const HIGH_PARALLELISM = 10_000;
const TOO_MANY =
  'In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail';

/** Warnings about a job's spec (Go: WarningsForJobSpec). */
export function jobSpecWarnings(spec: JobSpec, old: JobSpec | undefined, path: FieldPath): string[] {
  const { completionMode, completions = 0, parallelism = 0 } = spec;
  const tooMany = completionMode === 'Indexed' && completions > MANY_COMPLETIONS && parallelism > HIGH_PARALLELISM;
  return [
    ...(tooMany ? [`${path.toString()}: ${TOO_MANY}`] : []),
    ...podTemplateWarnings(spec.template, old?.template, path.child('template')),
  ];
}

const KEEPS_PODS =
  'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning';

function deletionWarnings({ propagationPolicy, orphanDependents }: DeleteOptions): string[] {
  return propagationPolicy === undefined && orphanDependents === undefined ? [KEEPS_PODS] : [];
}

export const jobs: BehaviourFactory = () => {
  const { main, status } = templated();
  const strategy = refined<Typed<Job>>(main, {
    garbageCollection: 'orphan',
    prepareForCreate(job, context) {
      generateSelector(job);
      main.prepareForCreate?.(job, context);
    },
    validate: validateJob,
    validateUpdate: validateJobUpdate,
    validatesMetadata: true,
    canonicalize: completeByReading,
    completedByReading,
    warningsOnCreate: (job) => [...podNameWarnings(job), ...jobSpecWarnings(job.spec, undefined, SPEC)],
    warningsOnUpdate: (job, old) => (job.metadata.generation === old.metadata.generation ? [] : jobSpecWarnings(job.spec, old.spec, SPEC)),
    warningsOnDelete: deletionWarnings,
  });
  const statusStrategy = refined<Typed<Job>>(status, { validateUpdate: validateJobStatusUpdate, completedByReading });
  return {
    strategy,
    status: withFinalizerChecks(statusStrategy),
    defaults: defaultJob,
    fieldLabels: { 'status.successful': (object) => String(typed<Job>(object).status.succeeded ?? 0) },
    unsupportedFieldLabel: (label) => `field label "${label}" not supported for Job`,
  };
};
