import { invalid, NamedString, notSupported, required, tooLong, type FieldError } from '../../apimachinery/field-error.js';
import type { FieldPath } from '../../apimachinery/field-path.js';
import { hasInvalidLabelValue, validateLabelSelector } from '../../apimachinery/validation/label-selector.js';
import { longerThan } from '../../apimachinery/validation/messages.js';
import { isDomainPrefixedPath } from '../../apimachinery/validation/paths.js';
import type { JobSpec } from '../../schema/generated/batch-v1.js';
import { checkNonnegative } from '../apps/counts.js';
import { compiledSelector } from '../apps/selector.js';
import { selectorErrors, validatePodTemplateSpec, type PodValidationOptions } from '../core/pod-spec/index.js';
import { GO_JOB } from './go-values.js';
import { checkPodFailurePolicy } from './pod-failure-policy.js';
import { checkSuccessPolicy } from './success-policy.js';

const MAX_INDEXED = 100_000;
/** From this many completions on, limits are lower. */
const MANY_COMPLETIONS = 100_000;
const MAX_WITH_MANY_COMPLETIONS = 10_000;
const MAX_MANAGED_BY_LENGTH = 63;

/** Faults of a job's spec, selector included (Go: ValidateJobSpec). */
export function validateJobSpec(spec: JobSpec, path: FieldPath, options: PodValidationOptions, old: JobSpec | undefined): FieldError[] {
  const errors = validateJobTemplateSpec(spec, path, options);
  const { selector } = spec;
  if (selector === undefined) errors.push(required(path.child('selector')));
  else {
    const allowInvalidLabelValue = options.allowInvalidAffinitySelector || hasInvalidLabelValue(old?.selector);
    errors.push(...validateLabelSelector(selector, { allowInvalidLabelValue }, path.child('selector')));
  }
  const compiled = compiledSelector(selector);
  if (compiled !== undefined) errors.push(...selectorErrors(spec.template, compiled, path.child('template')));
  return errors;
}

/** What a job's spec and the template of a cron job have in common (Go: validateJobSpec). */
export function validateJobTemplateSpec(spec: JobSpec, path: FieldPath, options: PodValidationOptions): FieldError[] {
  const errors: FieldError[] = [];
  const { maxFailedIndexes, backoffLimitPerIndex, podFailurePolicy, successPolicy, completions } = spec;
  checkNonnegative(
    spec,
    [
      'parallelism',
      'completions',
      'activeDeadlineSeconds',
      'backoffLimit',
      'ttlSecondsAfterFinished',
      'backoffLimitPerIndex',
      'maxFailedIndexes',
    ],
    path,
    errors,
  );
  if (maxFailedIndexes !== undefined && backoffLimitPerIndex === undefined) {
    errors.push(required(path.child('backoffLimitPerIndex'), 'when maxFailedIndexes is specified'));
  }
  checkManagedBy(spec.managedBy, path.child('managedBy'), errors);
  checkCompletionMode(spec, path, errors);
  if (podFailurePolicy !== undefined) checkPodFailurePolicy(podFailurePolicy, spec, path.child('podFailurePolicy'), errors);
  if (successPolicy !== undefined) {
    const at = path.child('successPolicy');
    if (spec.completionMode !== 'Indexed')
      errors.push(invalid(at, GO_JOB.print('SuccessPolicy', successPolicy), 'requires indexed completion mode'));
    else checkSuccessPolicy(successPolicy, completions ?? 0, at, errors);
  }
  checkPodReplacementPolicy(spec, path.child('podReplacementPolicy'), errors);
  errors.push(...validatePodTemplateSpec(spec.template, path.child('template'), options));
  checkRestartPolicy(spec, path.child('template', 'spec', 'restartPolicy'), errors);
  return errors;
}

function checkManagedBy(managedBy: string | undefined, path: FieldPath, errors: FieldError[]): void {
  if (managedBy === undefined) return;
  errors.push(...isDomainPrefixedPath(path, managedBy));
  if (longerThan(managedBy, MAX_MANAGED_BY_LENGTH)) errors.push(tooLong(path, MAX_MANAGED_BY_LENGTH));
}

function checkCompletionMode(spec: JobSpec, path: FieldPath, errors: FieldError[]): void {
  const { completionMode, backoffLimitPerIndex, maxFailedIndexes } = spec;
  if (completionMode === 'Indexed') {
    checkIndexed(spec, path, errors);
    return;
  }
  if (completionMode !== undefined && completionMode !== 'NonIndexed') {
    errors.push(notSupported(path.child('completionMode'), new NamedString(completionMode), ['NonIndexed', 'Indexed']));
    return;
  }
  const needsIndexes = 'requires indexed completion mode';
  if (backoffLimitPerIndex !== undefined) errors.push(invalid(path.child('backoffLimitPerIndex'), backoffLimitPerIndex, needsIndexes));
  if (maxFailedIndexes !== undefined) errors.push(invalid(path.child('maxFailedIndexes'), maxFailedIndexes, needsIndexes));
}

function checkIndexed(spec: JobSpec, path: FieldPath, errors: FieldError[]): void {
  const { completions, parallelism = 0, maxFailedIndexes, backoffLimitPerIndex } = spec;
  const failedPath = path.child('maxFailedIndexes');
  if (completions === undefined) errors.push(required(path.child('completions'), 'when completion mode is Indexed'));
  if (parallelism > MAX_INDEXED) {
    const limit = `must be less than or equal to ${String(MAX_INDEXED)} when completion mode is Indexed`;
    errors.push(invalid(path.child('parallelism'), parallelism, limit));
  }
  if (completions !== undefined && maxFailedIndexes !== undefined && maxFailedIndexes > completions) {
    errors.push(invalid(failedPath, maxFailedIndexes, 'must be less than or equal to completions'));
  }
  if (maxFailedIndexes !== undefined && maxFailedIndexes > MAX_INDEXED) {
    errors.push(invalid(failedPath, maxFailedIndexes, `must be less than or equal to ${String(MAX_INDEXED)}`));
  }
  if (completions === undefined || completions <= MANY_COMPLETIONS || backoffLimitPerIndex === undefined) return;
  if (maxFailedIndexes === undefined) {
    errors.push(required(failedPath, `must be specified when completions is above ${String(MANY_COMPLETIONS)}`));
  }
  const limit = `must be less than or equal to ${String(MAX_WITH_MANY_COMPLETIONS)} when completions are above ${String(MANY_COMPLETIONS)} and used with backoff limit per index`;
  if (parallelism > MAX_WITH_MANY_COMPLETIONS) errors.push(invalid(path.child('parallelism'), parallelism, limit));
  if (maxFailedIndexes !== undefined && maxFailedIndexes > MAX_WITH_MANY_COMPLETIONS)
    errors.push(invalid(failedPath, maxFailedIndexes, limit));
}

function checkPodReplacementPolicy(
  { podReplacementPolicy: policy, podFailurePolicy }: JobSpec,
  path: FieldPath,
  errors: FieldError[],
): void {
  if (policy === undefined) return;
  const supported = podFailurePolicy === undefined ? ['Failed', 'TerminatingOrFailed'] : ['Failed'];
  if (!supported.includes(policy)) errors.push(notSupported(path, new NamedString(policy), supported));
}

function checkRestartPolicy({ template, podFailurePolicy }: JobSpec, path: FieldPath, errors: FieldError[]): void {
  const { restartPolicy = '' } = template.spec;
  if (restartPolicy === 'Always' || restartPolicy === '') errors.push(required(path, 'valid values: "OnFailure", "Never"'));
  else if (restartPolicy !== 'OnFailure' && restartPolicy !== 'Never') {
    errors.push(notSupported(path, new NamedString(restartPolicy), ['OnFailure', 'Never']));
  } else if (podFailurePolicy !== undefined && restartPolicy !== 'Never') {
    errors.push(invalid(path, new NamedString(restartPolicy), 'only "Never" is supported when podFailurePolicy is specified'));
  }
}
