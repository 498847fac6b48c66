import { invalid, required, type FieldError } from '../../apimachinery/field-error.js';
import { FieldPath } from '../../apimachinery/field-path.js';
import type { Labels } from '../../apimachinery/label-selector.js';
import { isDns1123Label } from '../../apimachinery/validation/dns.js';
import { nameIsDnsSubdomain } from '../../apimachinery/validation/names.js';
import type { Job } from '../../schema/generated/batch-v1.js';
import { compiledSelector } from '../apps/selector.js';
import { METADATA, SPEC } from '../apps/templated.js';
import { metadataErrors, metadataUpdateErrors } from '../core/metadata.js';
import { templateValidationOptions, type PodValidationOptions } from '../core/pod-spec/index.js';
import type { Typed } from '../object.js';
import { CONTROLLER_UID, JOB_NAME, LEGACY_CONTROLLER_UID, LEGACY_JOB_NAME } from './job-labels.js';
import { validateJobSpec } from './job-spec-validation.js';
import { validateJobSpecChange } from './job-update.js';

/** Faults of a new job (Go: ValidateJob). */
export function validateJob(job: Typed<Job>): FieldError[] {
  const errors = metadataErrors(job.metadata, true, nameIsDnsSubdomain);
  errors.push(...validateWhole(job, undefined, templateValidationOptions(undefined), true));
  return errors;
}

/**
 * Faults of a change of a job. As the real server checks the new job as a whole
 * and then the change, which includes the spec again, causes come twice.
 */
export function validateJobUpdate(job: Typed<Job>, old: Typed<Job>): FieldError[] {
  const options = templateValidationOptions(old.spec.template);
  const oldLabels = old.spec.template.metadata.labels ?? {};
  const prefixed = Object.hasOwn(oldLabels, JOB_NAME) && Object.hasOwn(oldLabels, CONTROLLER_UID);
  const errors = metadataErrors(job.metadata, true, nameIsDnsSubdomain);
  errors.push(...validateWhole(job, old, options, prefixed));
  errors.push(...metadataUpdateErrors(job.metadata, old.metadata));
  errors.push(...validateJobSpec(job.spec, SPEC, options, old.spec));
  errors.push(...validateJobSpecChange(job.spec, old, SPEC));
  return errors;
}

function validateWhole(job: Typed<Job>, old: Typed<Job> | undefined, options: PodValidationOptions, prefixedLabels: boolean): FieldError[] {
  const errors = validateGeneratedSelector(job, prefixedLabels);
  errors.push(...validateJobSpec(job.spec, SPEC, options, old?.spec));
  const { completionMode, completions = 0 } = job.spec;
  if (completionMode === 'Indexed' && completions > 0) {
    // The controller adds the index to pods' hostnames.
    const name = job.metadata.name ?? '';
    const longest = `${name}-${String(completions - 1)}`;
    if (isDns1123Label(longest).length > 0) {
      errors.push(invalid(METADATA.child('name'), name, `will not able to create pod with invalid DNS label: ${longest}`));
    }
  }
  return errors;
}

const TEMPLATE_LABELS = FieldPath.of('spec', 'template', 'metadata', 'labels');

/** Faults of a selector that the server should have made (Go: validateGeneratedSelector). */
function validateGeneratedSelector({ metadata, spec }: Typed<Job>, prefixed: boolean): FieldError[] {
  if (spec.manualSelector === true || spec.selector === undefined) return [];
  const { uid = '', name = '' } = metadata;
  const errors: FieldError[] = uid === '' ? [required(METADATA.child('uid'))] : [];
  const { labels } = spec.template.metadata;
  const expected: Record<string, string> = { [LEGACY_CONTROLLER_UID]: uid, [LEGACY_JOB_NAME]: name };
  if (prefixed) Object.assign(expected, { [CONTROLLER_UID]: uid, [JOB_NAME]: name });
  for (const [key, value] of Object.entries(expected)) errors.push(...validateHasLabel(labels, key, value));
  const selector = compiledSelector(spec.selector);
  if (selector?.matches(expected) === false) errors.push(invalid(SPEC.child('selector'), spec.selector, '`selector` not auto-generated'));
  return errors;
}

function validateHasLabel(labels: Labels | undefined, key: string, expected: string): FieldError[] {
  if (labels === undefined || !Object.hasOwn(labels, key)) return [required(TEMPLATE_LABELS.key(key), `must be '${expected}'`)];
  return labels[key] === expected ? [] : [invalid(TEMPLATE_LABELS.key(key), labels, `must be '${expected}'`)];
}
