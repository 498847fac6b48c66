import { forbidden, invalid, NamedString, notSupported, type FieldError } from '../../../apimachinery/field-error.js';
import type { FieldPath } from '../../../apimachinery/field-path.js';
import type { Labels } from '../../../apimachinery/label-selector.js';
import { validateLabels } from '../../../apimachinery/validation/labels.js';
import { validateAnnotations } from '../../../apimachinery/validation/object-meta.js';
import type { PodTemplateSpec } from '../../../schema/generated/core-v1.js';
import { asGiven } from '../../../schema/given-empty.js';
import { checkPodAnnotations, checkProfilesAgree } from './annotations.js';
import { goMap } from './go-values.js';
import type { PodValidationOptions } from './options.js';
import { checkPodSpec } from './spec.js';

/** What chooses pods by their labels: a LabelSelector, or another test. */
export interface PodSelector {
  isEmpty(): boolean;
  matches(labels: Labels): boolean;
}

/** Faults of a pod template (Go: ValidatePodTemplateSpec). */
export function validatePodTemplateSpec(template: PodTemplateSpec, path: FieldPath, options: PodValidationOptions): FieldError[] {
  const { metadata, spec } = template;
  const specPath = path.child('spec');
  const errors = validateLabels(metadata.labels, path.child('labels'));
  errors.push(...validateAnnotations(metadata.annotations, path.child('annotations')));
  checkPodAnnotations(metadata.annotations, spec, path.child('annotations'), options, errors);
  checkPodSpec(spec, undefined, specPath, options, errors);
  checkProfilesAgree(metadata.annotations, spec, specPath, errors);
  if ((spec.ephemeralContainers ?? []).length > 0) {
    errors.push(forbidden(specPath.child('ephemeralContainers'), 'ephemeral containers not allowed in pod template'));
  }
  return errors;
}

/**
 * Faults of the template of a controller that keeps pods running: the selector
 * must match its labels, pods must restart and not end (Go:
 * ValidatePodTemplateSpecForRC and …ForReplicaSet).
 *
 * @param kind as the message about activeDeadlineSeconds names it
 */
export function validatePodTemplateSpecForController(
  template: PodTemplateSpec,
  selector: PodSelector,
  path: FieldPath,
  options: PodValidationOptions,
  kind: string,
): FieldError[] {
  const errors = selectorErrors(template, selector, path);
  errors.push(...validatePodTemplateSpec(template, path, options));
  const { restartPolicy = '', activeDeadlineSeconds } = template.spec;
  if (restartPolicy !== 'Always')
    errors.push(notSupported(path.child('spec', 'restartPolicy'), new NamedString(restartPolicy), ['Always']));
  if (activeDeadlineSeconds !== undefined) {
    errors.push(forbidden(path.child('spec', 'activeDeadlineSeconds'), `activeDeadlineSeconds in ${kind} is not Supported`));
  }
  return errors;
}

/** A selector that isn't empty must match the template's labels. */
export function selectorErrors(template: PodTemplateSpec, selector: PodSelector, path: FieldPath): FieldError[] {
  const { labels } = template.metadata;
  if (selector.isEmpty() || selector.matches(labels ?? {})) return [];
  return [
    invalid(path.child('metadata', 'labels'), goMap(asGiven(template.metadata, 'labels')), '`selector` does not match template `labels`'),
  ];
}
