import { duplicate, invalid, NamedString, OMIT_VALUE, required, type FieldError } from '../../apimachinery/field-error.js';
import type { FieldPath } from '../../apimachinery/field-path.js';
import { semanticEqual } from '../../apimachinery/semantic-equal.js';
import { parseTime } from '../../apimachinery/time.js';
import { IMMUTABLE_MESSAGE } from '../../apimachinery/validation/messages.js';
import type { Job, JobSpec, JobStatus } from '../../schema/generated/batch-v1.js';
import { checkNonnegative } from '../apps/counts.js';
import { STATUS } from '../apps/templated.js';
import type { Typed } from '../object.js';
import { GO_JOB } from './go-values.js';
import { countIndexes, firstCommonIndex, IndexesError } from './indexes.js';
import { hasCondition, isConditionTrue } from './job-conditions.js';

/** The parts of a status that rules speak of, with those of the stored one. */
class StatusView {
  readonly complete: boolean;
  readonly failed: boolean;
  readonly finished: boolean;
  readonly failureTarget: boolean;
  readonly successCriteriaMet: boolean;

  constructor(readonly status: JobStatus) {
    const { conditions } = status;
    this.complete = isConditionTrue(conditions, 'Complete');
    this.failed = isConditionTrue(conditions, 'Failed');
    this.finished = this.complete || this.failed;
    this.failureTarget = isConditionTrue(conditions, 'FailureTarget');
    this.successCriteriaMet = isConditionTrue(conditions, 'SuccessCriteriaMet');
  }
}

/** Everything that one write to /status is judged by. */
interface Change {
  readonly spec: JobSpec;
  readonly next: StatusView;
  readonly old: StatusView;
  /** Whether this field isn't what it was. */
  readonly changed: (name: keyof JobStatus) => boolean;
}

const CONDITIONS = STATUS.child('conditions');

/**
 * Faults of a write to a job's /status (Go: ValidateJobUpdateStatus). Most rules
 * hold only for what the write changes, so that a status that breaks one
 * already can still be written (KEP-4368).
 */
export function validateJobStatusUpdate(job: Typed<Job>, old: Typed<Job>): FieldError[] {
  const { status } = job;
  const change: Change = {
    spec: job.spec,
    next: new StatusView(status),
    old: new StatusView(old.status),
    changed: (name) => !semanticEqual(status[name], old.status[name]),
  };
  const errors: FieldError[] = [];
  checkNonnegative(status, ['active', 'succeeded', 'failed', 'ready', 'terminating'], STATUS, errors);
  checkUncounted(status, STATUS.child('uncountedTerminatedPods'), errors);
  checkConditions(change, errors);
  checkFinished(change, errors);
  checkIndexes(change, errors);
  checkCounts(change, errors);
  checkSuccessCriteria(change, errors);
  checkTransition(change, errors);
  return errors;
}

function checkUncounted({ uncountedTerminatedPods }: JobStatus, path: FieldPath, errors: FieldError[]): void {
  const seen = new Set<string>();
  for (const name of ['succeeded', 'failed'] as const) {
    (uncountedTerminatedPods?.[name] ?? []).forEach((uid, i) => {
      const at = path.child(name).index(i);
      if (uid === '') errors.push(invalid(at, new NamedString(uid), 'must not be empty'));
      else if (seen.has(uid)) errors.push(duplicate(at, new NamedString(uid)));
      else seen.add(uid);
    });
  }
}

function refuseConditions(detail: string, errors: FieldError[]): void {
  errors.push(invalid(CONDITIONS, OMIT_VALUE, detail));
}

function checkConditions({ next, old, changed }: Change, errors: FieldError[]): void {
  const { complete, failed, failureTarget, status } = next;
  const { startTime, completionTime } = status;
  const completeChanged = complete !== old.complete;
  if (complete && failed && (completeChanged || failed !== old.failed))
    refuseConditions('cannot set Complete=True and Failed=true conditions', errors);
  if (complete && failureTarget && (completeChanged || failureTarget !== old.failureTarget)) {
    refuseConditions('cannot set Complete=True and FailureTarget=true conditions', errors);
  }
  const at = STATUS.child('completionTime');
  if (completeChanged || changed('completionTime')) {
    if (completionTime !== undefined && !complete) {
      errors.push(invalid(at, completionTime, 'cannot set completionTime when there is no Complete=True condition'));
    }
    if (completionTime === undefined && complete) errors.push(required(at, 'completionTime is required for Complete jobs'));
  }
  if (startTime !== undefined && completionTime !== undefined && (changed('startTime') || changed('completionTime'))) {
    if (parseTime(completionTime) < parseTime(startTime)) errors.push(invalid(at, completionTime, 'must be equal to or after `startTime`'));
  }
  if (failed && !failureTarget && (failed !== old.failed || changed('failedIndexes'))) {
    refuseConditions('cannot set Failed=True condition without the FailureTarget=true condition', errors);
  }
  if (complete && !next.successCriteriaMet && (completeChanged || next.successCriteriaMet !== old.successCriteriaMet)) {
    refuseConditions('cannot set Complete=True condition without the SuccessCriteriaMet=true condition', errors);
  }
}

function checkFinished({ spec, next, old, changed }: Change, errors: FieldError[]): void {
  if (!next.finished) return;
  const { active = 0, startTime, uncountedTerminatedPods } = next.status;
  const finishedChanged = next.finished !== old.finished;
  if (active > 0 && (finishedChanged || changed('active'))) {
    errors.push(invalid(STATUS.child('active'), active, 'active>0 is invalid for finished job'));
  }
  const neverRuns = spec.suspend === true && spec.completions === 0;
  if (startTime === undefined && (finishedChanged || changed('startTime')) && !neverRuns) {
    errors.push(required(STATUS.child('startTime'), 'startTime is required for finished job'));
  }
  const uncounted = (uncountedTerminatedPods?.failed?.length ?? 0) + (uncountedTerminatedPods?.succeeded?.length ?? 0);
  if (uncounted > 0 && (finishedChanged || changed('uncountedTerminatedPods'))) {
    const printed = GO_JOB.print('UncountedTerminatedPods', uncountedTerminatedPods);
    errors.push(invalid(STATUS.child('uncountedTerminatedPods'), printed, 'must be empty for finished job'));
  }
}

function checkIndexes({ spec, next, changed }: Change, errors: FieldError[]): void {
  const { completions, backoffLimitPerIndex } = spec;
  const { completedIndexes = '', failedIndexes } = next.status;
  const completedPath = STATUS.child('completedIndexes');
  const failedPath = STATUS.child('failedIndexes');
  const completedChanged = changed('completedIndexes');
  const failedChanged = changed('failedIndexes');
  if (completedChanged && completions !== undefined) checkFormat(completedIndexes, completions, 'completedIndexes', completedPath, errors);
  if (failedChanged && completions !== undefined && backoffLimitPerIndex !== undefined && failedIndexes !== undefined) {
    checkFormat(failedIndexes, completions, 'failedIndexes', failedPath, errors);
  }
  if (completedChanged && completedIndexes !== '' && spec.completionMode !== 'Indexed') {
    errors.push(invalid(completedPath, completedIndexes, 'cannot set non-empty completedIndexes when non-indexed completion mode'));
  }
  if (failedIndexes === undefined) return;
  if (failedChanged && backoffLimitPerIndex === undefined) {
    errors.push(invalid(failedPath, failedIndexes, 'cannot set non-null failedIndexes when backoffLimitPerIndex is null'));
  }
  if ((failedChanged || completedChanged) && completions !== undefined) {
    const common = firstCommonIndex(completedIndexes, failedIndexes, completions);
    if (common !== undefined) {
      errors.push(invalid(failedPath, failedIndexes, `failedIndexes and completedIndexes overlap at index: ${String(common)}`));
    }
  }
}

function checkFormat(text: string, completions: number, name: string, path: FieldPath, errors: FieldError[]): void {
  try {
    countIndexes(text, completions);
  } catch (error) {
    if (!(error instanceof IndexesError)) throw error;
    errors.push(invalid(path, text, `error parsing ${name}: ${error.message}`));
  }
}

function checkCounts({ next, old, changed }: Change, errors: FieldError[]): void {
  const { terminating = 0, ready, active = 0 } = next.status;
  if (next.finished && terminating > 0 && (next.finished !== old.finished || changed('terminating'))) {
    errors.push(invalid(STATUS.child('terminating'), terminating, 'terminating>0 is invalid for finished job'));
  }
  if (ready !== undefined && ready > active && (changed('ready') || changed('active'))) {
    errors.push(invalid(STATUS.child('ready'), ready, 'cannot set more ready pods than active'));
  }
}

function checkSuccessCriteria({ spec, next }: Change, errors: FieldError[]): void {
  if (next.successCriteriaMet && next.failed) refuseConditions('cannot set SuccessCriteriaMet=True and Failed=true conditions', errors);
  if (next.successCriteriaMet && next.failureTarget)
    refuseConditions('cannot set SuccessCriteriaMet=True and FailureTarget=true conditions', errors);
  if (spec.successPolicy !== undefined && !next.successCriteriaMet && next.complete) {
    refuseConditions('cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True', errors);
  }
}

/** What may not be taken back. */
function checkTransition(change: Change, errors: FieldError[]): void {
  const { spec, next, old, changed } = change;
  const { failed = 0, succeeded = 0, completionTime, startTime } = next.status;
  for (const type of ['Failed', 'Complete', 'FailureTarget']) {
    if (isConditionTrue(old.status.conditions, type) && !isConditionTrue(next.status.conditions, type)) {
      refuseConditions(`cannot disable the terminal ${type}=True condition`, errors);
    }
  }
  if (failed < (old.status.failed ?? 0)) errors.push(invalid(STATUS.child('failed'), failed, 'cannot decrease the failed counter'));
  // An indexed job can be made smaller.
  const resizable = spec.completionMode === 'Indexed' && spec.completions === spec.parallelism;
  if (!resizable && succeeded < (old.status.succeeded ?? 0)) {
    errors.push(invalid(STATUS.child('succeeded'), succeeded, 'cannot decrease the succeeded counter'));
  }
  if (completionTime !== undefined && old.status.completionTime !== undefined && changed('completionTime')) {
    errors.push(invalid(STATUS.child('completionTime'), completionTime, IMMUTABLE_MESSAGE));
  }
  if (old.status.startTime !== undefined && changed('startTime') && spec.suspend !== true && !isResuming(change)) {
    errors.push(invalid(STATUS.child('startTime'), startTime ?? null, 'field is immutable for unsuspended job once set'));
  }
  if (old.successCriteriaMet && !next.successCriteriaMet) refuseConditions('cannot disable the SuccessCriteriaMet=True condition', errors);
  if (old.complete && !old.successCriteriaMet && next.successCriteriaMet) {
    refuseConditions('cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions', errors);
  }
}

function isResuming({ next, old }: Change): boolean {
  return hasCondition(old.status.conditions, 'Suspended', 'True') && hasCondition(next.status.conditions, 'Suspended', 'False');
}
