import { forbidden, invalid, NamedString, notSupported, type FieldError } from '../../../apimachinery/field-error.js';
import type { FieldPath } from '../../../apimachinery/field-path.js';
import type { LabelSelector } from '../../../apimachinery/label-selector.js';
import type { PodTemplateSpec } from '../../../schema/generated/core-v1.js';
import type { PodValidationOptions } from './options.js';

/** Faults of a pod template (Go: ValidatePodTemplateSpec). */
export function validatePodTemplateSpec(_template: PodTemplateSpec, _path: FieldPath, _options: PodValidationOptions): FieldError[] {
  return [];
}

/**
 * Faults of the template of a controller that keeps pods running: the selector
 * must match its labels, pods must restart and not end (Go:
 * ValidatePodTemplateSpecForRC and …ForReplicaSet).
 */
export function validatePodTemplateSpecForController(
  template: PodTemplateSpec,
  selector: LabelSelector,
  path: FieldPath,
  options: PodValidationOptions,
  kind: string,
): FieldError[] {
  const errors = selectorErrors(template, selector, path);
  errors.push(...validatePodTemplateSpec(template, path, options));
  const { restartPolicy = '', activeDeadlineSeconds } = template.spec;
  if (restartPolicy !== 'Always') errors.push(notSupported(path.child('spec', 'restartPolicy'), new NamedString(restartPolicy), ['Always']));
  if (activeDeadlineSeconds !== undefined) {
    errors.push(forbidden(path.child('spec', 'activeDeadlineSeconds'), `activeDeadlineSeconds in ${kind} is not Supported`));
  }
  return errors;
}

/** A selector that isn't empty must match the template's labels. */
export function selectorErrors(template: PodTemplateSpec, selector: LabelSelector, path: FieldPath): FieldError[] {
  const { labels } = template.metadata;
  if (selector.isEmpty() || selector.matches(labels ?? {})) return [];
  return [invalid(path.child('metadata', 'labels'), labels, '`selector` does not match template `labels`')];
}

/** Warnings about a pod template (Go: GetWarningsForPodTemplate). */
export function podTemplateWarnings(_template: PodTemplateSpec, _old: PodTemplateSpec | undefined, _path: FieldPath): string[] {
  return [];
}
