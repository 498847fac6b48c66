import { invalid, NamedString, type FieldError } from '../../apimachinery/field-error.js';
import type { FieldPath } from '../../apimachinery/field-path.js';
import { semanticEqual } from '../../apimachinery/semantic-equal.js';
import { IMMUTABLE_MESSAGE } from '../../apimachinery/validation/messages.js';
import { validateImmutableField } from '../../apimachinery/validation/object-meta.js';
import type { Job, JobSpec } from '../../schema/generated/batch-v1.js';
import type { Affinity, Container, PodSpec, PodTemplateSpec } from '../../schema/generated/core-v1.js';
import { goPodSpec, goPodTemplate } from '../core/pod-spec/go-pod-spec.js';
import type { Typed } from '../object.js';
import { GO_JOB } from './go-values.js';
import { isConditionTrue } from './job-conditions.js';

/** Faults of what changes in a job's spec (Go: ValidateJobSpecUpdate, beyond the spec itself). */
export function validateJobSpecChange(spec: JobSpec, old: Typed<Job>, path: FieldPath): FieldError[] {
  const before = old.spec;
  const errors = validateCompletions(spec, before, path.child('completions'));
  errors.push(...validateImmutableField(spec.selector, before.selector, path.child('selector')));
  errors.push(...validateTemplateChange(spec.template, old, path.child('template')));
  const { completionMode } = spec;
  checkUnchanged(completionMode, before.completionMode, path.child('completionMode'), () => new NamedString(completionMode ?? ''), errors);
  const { podFailurePolicy, successPolicy } = spec;
  const printPolicy = (): unknown => GO_JOB.print('PodFailurePolicy', podFailurePolicy);
  checkUnchanged(podFailurePolicy, before.podFailurePolicy, path.child('podFailurePolicy'), printPolicy, errors);
  errors.push(...validateImmutableField(spec.backoffLimitPerIndex, before.backoffLimitPerIndex, path.child('backoffLimitPerIndex')));
  errors.push(...validateImmutableField(spec.managedBy, before.managedBy, path.child('managedBy')));
  checkUnchanged(
    successPolicy,
    before.successPolicy,
    path.child('successPolicy'),
    () => GO_JOB.print('SuccessPolicy', successPolicy),
    errors,
  );
  return errors;
}

function checkUnchanged(value: unknown, old: unknown, path: FieldPath, print: () => unknown, errors: FieldError[]): void {
  if (!semanticEqual(value, old)) errors.push(invalid(path, print(), IMMUTABLE_MESSAGE));
}

/** An indexed job can be resized; then it runs all at once. */
function validateCompletions(spec: JobSpec, old: JobSpec, path: FieldPath): FieldError[] {
  const { completions } = spec;
  if (spec.completionMode !== 'Indexed') return validateImmutableField(completions, old.completions, path);
  if (completions === undefined || completions === old.completions || completions === spec.parallelism) return [];
  return [invalid(path, completions, 'can only be modified in tandem with spec.parallelism')];
}

/**
 * A suspended job without pods may be told where to run and what to use
 * (KEP-2926 and its successors); other templates stay as they are.
 */
function validateTemplateChange(template: PodTemplateSpec, old: Typed<Job>, path: FieldPath): FieldError[] {
  const before = old.spec.template;
  if (!isTemplateMutable(old)) {
    return semanticEqual(template, before) ? [] : [invalid(path, goPodTemplate(template), IMMUTABLE_MESSAGE)];
  }
  const { spec } = template;
  const allowed: PodSpec = {
    ...before.spec,
    affinity: allowedAffinity(spec.affinity, before.spec.affinity),
    nodeSelector: spec.nodeSelector,
    tolerations: spec.tolerations,
    schedulingGates: spec.schedulingGates,
    containers: withResourcesOf(before.spec.containers, spec.containers),
    initContainers: withResourcesOf(before.spec.initContainers, spec.initContainers),
  };
  return semanticEqual(spec, allowed) ? [] : [invalid(path.child('spec'), goPodSpec(spec), IMMUTABLE_MESSAGE)];
}

function isTemplateMutable({ spec, status }: Typed<Job>): boolean {
  const idle = status.startTime === undefined || isConditionTrue(status.conditions, 'Suspended');
  return spec.suspend === true && idle && (status.active ?? 0) === 0;
}

/** The old affinity with the new one's node affinity, which may change. */
function allowedAffinity(affinity: Affinity | undefined, old: Affinity | undefined): Affinity | undefined {
  const allowed: Affinity = { ...old, nodeAffinity: affinity?.nodeAffinity };
  if (affinity === undefined && allowed.podAffinity === undefined && allowed.podAntiAffinity === undefined) return undefined;
  return allowed;
}

function withResourcesOf<T extends Container[] | null | undefined>(containers: T, others: T): Container[] | T {
  if (!containers || containers.length !== others?.length) return containers;
  return containers.map((container, i) => {
    const other = others[i];
    return other !== undefined && other.name === container.name ? { ...container, resources: other.resources } : container;
  });
}
