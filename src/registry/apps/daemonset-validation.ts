import { forbidden, invalid, NamedString, notSupported, required, type FieldError } from '../../apimachinery/field-error.js';
import type { FieldPath } from '../../apimachinery/field-path.js';
import { hasInvalidLabelValue, validateLabelSelector } from '../../apimachinery/validation/label-selector.js';
import { validateImmutableField } from '../../apimachinery/validation/object-meta.js';
import type {
  DaemonSet,
  DaemonSetSpec,
  DaemonSetStatus,
  DaemonSetUpdateStrategy,
  RollingUpdateDaemonSet,
} from '../../schema/generated/apps-v1.js';
import { selectorErrors, templateValidationOptions, validatePodTemplateSpec, type PodValidationOptions } from '../core/pod-spec/index.js';
import type { Typed } from '../object.js';
import { checkCollisionCount, checkNonnegative } from './counts.js';
import { numberOf, printable, validateAtMost100Percent, validateIntOrPercent } from './int-or-percent.js';
import { compiledSelector, isEmptySelector } from './selector.js';
import { SPEC, STATUS } from './templated.js';

/** Faults of a new daemon set beyond metadata (Go: ValidateDaemonSet). */
export function validateDaemonSet({ spec }: Typed<DaemonSet>): FieldError[] {
  return validateSpec(spec, SPEC, templateValidationOptions(undefined), false);
}

/**
 * Faults of a change of a daemon set (Go: ValidateDaemonSetUpdate). What that
 * asks of the template's generation holds by construction here.
 */
export function validateDaemonSetUpdate({ spec }: Typed<DaemonSet>, old: Typed<DaemonSet>): FieldError[] {
  const errors = validateImmutableField(spec.selector, old.spec.selector, SPEC.child('selector'));
  const options = templateValidationOptions(old.spec.template);
  errors.push(...validateSpec(spec, SPEC, options, options.allowInvalidAffinitySelector || hasInvalidLabelValue(old.spec.selector)));
  return errors;
}

function validateSpec(spec: DaemonSetSpec, path: FieldPath, options: PodValidationOptions, allowInvalidLabelValue: boolean): FieldError[] {
  const { selector, template } = spec;
  const errors = validateLabelSelector(selector, { allowInvalidLabelValue }, path.child('selector'));
  const compiled = compiledSelector(selector);
  if (compiled !== undefined) errors.push(...selectorErrors(template, compiled, path.child('template')));
  if (selector && isEmptySelector(selector))
    errors.push(invalid(path.child('selector'), selector, 'empty selector is invalid for daemonset'));
  errors.push(...validatePodTemplateSpec(template, path.child('template'), options));
  const { restartPolicy = '', activeDeadlineSeconds } = template.spec;
  const podPath = path.child('template', 'spec');
  if (restartPolicy !== 'Always') errors.push(notSupported(podPath.child('restartPolicy'), new NamedString(restartPolicy), ['Always']));
  if (activeDeadlineSeconds !== undefined) {
    errors.push(forbidden(podPath.child('activeDeadlineSeconds'), 'activeDeadlineSeconds in DaemonSet is not Supported'));
  }
  checkNonnegative(spec, ['minReadySeconds'], path, errors);
  errors.push(...validateUpdateStrategy(spec.updateStrategy, path.child('updateStrategy')));
  checkNonnegative(spec, ['revisionHistoryLimit'], path, errors);
  return errors;
}

function validateUpdateStrategy(strategy: DaemonSetUpdateStrategy, path: FieldPath): FieldError[] {
  const { type = '', rollingUpdate } = strategy;
  switch (type) {
    case 'OnDelete':
      return [];
    case 'RollingUpdate':
      if (rollingUpdate === undefined) return [required(path.child('rollingUpdate'))];
      return validateRollingUpdate(rollingUpdate, path.child('rollingUpdate'));
    default:
      return [notSupported(path, printableStrategy(strategy), ['RollingUpdate', 'OnDelete'])];
  }
}

/** As the real server prints a struct of its internal version: with Go's field names. */
function printableStrategy({ type = '', rollingUpdate }: DaemonSetUpdateStrategy): unknown {
  const { maxUnavailable = 0, maxSurge = 0 } = rollingUpdate ?? {};
  return { Type: type, RollingUpdate: rollingUpdate === undefined ? null : { MaxUnavailable: maxUnavailable, MaxSurge: maxSurge } };
}

function validateRollingUpdate({ maxUnavailable = 0, maxSurge = 0 }: RollingUpdateDaemonSet, path: FieldPath): FieldError[] {
  const errors = validateIntOrPercent(maxUnavailable, path.child('maxUnavailable'));
  errors.push(...validateIntOrPercent(maxSurge, path.child('maxSurge')));
  errors.push(...validateAtMost100Percent(maxUnavailable, path.child('maxUnavailable')));
  errors.push(...validateAtMost100Percent(maxSurge, path.child('maxSurge')));
  const unavailable = numberOf(maxUnavailable) !== 0;
  const surge = numberOf(maxSurge) !== 0;
  if (unavailable && surge)
    errors.push(invalid(path.child('maxSurge'), printable(maxSurge), 'may not be set when maxUnavailable is non-zero'));
  else if (!unavailable && !surge) errors.push(required(path.child('maxUnavailable'), 'cannot be 0 when maxSurge is 0'));
  return errors;
}

const COUNTS = [
  'currentNumberScheduled',
  'numberMisscheduled',
  'desiredNumberScheduled',
  'numberReady',
  'observedGeneration',
  'updatedNumberScheduled',
  'numberAvailable',
  'numberUnavailable',
  'collisionCount',
] as const satisfies readonly (keyof DaemonSetStatus)[];

/** Faults of a write to /status (Go: ValidateDaemonSetStatusUpdate). */
export function validateDaemonSetStatusUpdate({ status }: Typed<DaemonSet>, old: Typed<DaemonSet>): FieldError[] {
  const errors: FieldError[] = [];
  checkNonnegative(status, COUNTS, STATUS, errors);
  checkCollisionCount(status.collisionCount, old.status.collisionCount, STATUS, errors);
  return errors;
}
