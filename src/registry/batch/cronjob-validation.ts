import { CronError, parseCronSchedule } from '../../apimachinery/cron.js';
import { invalid, NamedString, notSupported, required, type FieldError } from '../../apimachinery/field-error.js';
import type { FieldPath } from '../../apimachinery/field-path.js';
import { locationFault } from '../../apimachinery/time-zones.js';
import { byteLength } from '../../apimachinery/validation/messages.js';
import type { CronJob, CronJobSpec, JobTemplateSpec } from '../../schema/generated/batch-v1.js';
import { checkNonnegative } from '../apps/counts.js';
import { METADATA, SPEC } from '../apps/templated.js';
import { templateValidationOptions, type PodValidationOptions } from '../core/pod-spec/index.js';
import type { Typed } from '../object.js';
import { validateJobTemplateSpec } from './job-spec-validation.js';

/** A job's name is at most 63 bytes, 11 of which the controller adds. */
const MAX_NAME_LENGTH = 52;

/** Faults of a new cron job beyond metadata (Go: ValidateCronJobCreate). */
export function validateCronJob({ metadata, spec }: Typed<CronJob>): FieldError[] {
  const errors = validateSpec(spec, undefined, SPEC, templateValidationOptions(undefined));
  const { name = '' } = metadata;
  if (byteLength(name) > MAX_NAME_LENGTH) errors.push(invalid(METADATA.child('name'), name, 'must be no more than 52 characters'));
  return errors;
}

/** Faults of a change of a cron job (Go: ValidateCronJobUpdate). */
export function validateCronJobUpdate({ spec }: Typed<CronJob>, old: Typed<CronJob>): FieldError[] {
  return validateSpec(spec, old.spec, SPEC, templateValidationOptions(old.spec.jobTemplate.spec.template));
}

const POLICIES = ['Allow', 'Forbid', 'Replace'];

function validateSpec(spec: CronJobSpec, old: CronJobSpec | undefined, path: FieldPath, options: PodValidationOptions): FieldError[] {
  const { schedule = '', concurrencyPolicy = '', timeZone } = spec;
  const errors: FieldError[] = [];
  if (schedule === '') errors.push(required(path.child('schedule')));
  else checkSchedule(schedule, old?.schedule?.includes('TZ') === true, timeZone, path.child('schedule'), errors);
  checkNonnegative(spec, ['startingDeadlineSeconds'], path, errors);
  if (timeZone !== undefined && timeZone !== old?.timeZone) checkTimeZone(timeZone, path.child('timeZone'), errors);
  const policyPath = path.child('concurrencyPolicy');
  if (concurrencyPolicy === '') errors.push(required(policyPath));
  else if (!POLICIES.includes(concurrencyPolicy)) errors.push(notSupported(policyPath, new NamedString(concurrencyPolicy), POLICIES));
  errors.push(...validateJobTemplate(spec.jobTemplate, path.child('jobTemplate', 'spec'), options));
  checkNonnegative(spec, ['successfulJobsHistoryLimit', 'failedJobsHistoryLimit'], path, errors);
  return errors;
}

/** @param zoneAllowed the stored schedule names a time zone, as was once possible */
function checkSchedule(schedule: string, zoneAllowed: boolean, timeZone: string | undefined, path: FieldPath, errors: FieldError[]): void {
  try {
    parseCronSchedule(schedule);
  } catch (error) {
    if (!(error instanceof CronError)) throw error;
    errors.push(invalid(path, schedule, error.message));
  }
  if (!schedule.includes('TZ')) return;
  if (!zoneAllowed) errors.push(invalid(path, schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead'));
  else if (timeZone !== undefined) errors.push(invalid(path, schedule, 'cannot use both timeZone field and TZ or CRON_TZ in schedule'));
}

const ZONE_PART = /^[A-Za-z.\-_0-9+]{1,14}$/;

function checkTimeZone(timeZone: string, path: FieldPath, errors: FieldError[]): void {
  if (timeZone === '') {
    errors.push(invalid(path, timeZone, 'timeZone must be nil or non-empty string'));
    return;
  }
  if (!timeZone.split('/').every((part) => part !== '.' && part !== '..' && !part.startsWith('-') && ZONE_PART.test(part))) {
    errors.push(invalid(path, timeZone, `unknown time zone ${timeZone}`));
    return;
  }
  if (timeZone.toLowerCase() === 'local') {
    errors.push(invalid(path, timeZone, 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones'));
  }
  const fault = locationFault(timeZone);
  if (fault !== undefined) errors.push(invalid(path, timeZone, fault));
}

/** Selectors of its jobs are always generated. */
function validateJobTemplate({ spec }: JobTemplateSpec, path: FieldPath, options: PodValidationOptions): FieldError[] {
  const errors = validateJobTemplateSpec(spec, path, options);
  if (spec.selector !== undefined) errors.push(invalid(path.child('selector'), spec.selector, '`selector` will be auto-generated'));
  if (spec.manualSelector === true) errors.push(notSupported(path.child('manualSelector'), true, ['nil', 'false']));
  return errors;
}
