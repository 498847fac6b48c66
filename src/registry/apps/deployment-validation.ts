import { forbidden, invalid, notSupported, required, type FieldError } from '../../apimachinery/field-error.js';
import type { FieldPath } from '../../apimachinery/field-path.js';
import { validateImmutableField, validateNonnegativeField } from '../../apimachinery/validation/object-meta.js';
import type {
  Deployment,
  DeploymentSpec,
  DeploymentStatus,
  DeploymentStrategy,
  RollingUpdateDeployment,
} from '../../schema/generated/apps-v1.js';
import { templateValidationOptions, validatePodTemplateSpecForController, type PodValidationOptions } from '../core/pod-spec/index.js';
import type { Typed } from '../object.js';
import { checkAtMost, checkCollisionCount, checkNonnegative } from './counts.js';
import { numberOf, printable, validateAtMost100Percent, validateIntOrPercent } from './int-or-percent.js';
import { compiledSelector, validateControllerSelector } from './selector.js';
import { SPEC, STATUS } from './templated.js';

/** Faults of a new deployment beyond metadata (Go: ValidateDeployment). */
export function validateDeployment({ spec }: Typed<Deployment>): FieldError[] {
  return validateSpec(spec, SPEC, templateValidationOptions(undefined));
}

/** Faults of a change of a deployment; its selector stays (Go: ValidateDeploymentUpdate). */
export function validateDeploymentUpdate({ spec }: Typed<Deployment>, old: Typed<Deployment>): FieldError[] {
  const errors = validateSpec(spec, SPEC, templateValidationOptions(old.spec.template));
  errors.push(...validateImmutableField(spec.selector, old.spec.selector, SPEC.child('selector')));
  return errors;
}

function validateSpec(spec: DeploymentSpec, path: FieldPath, options: PodValidationOptions): FieldError[] {
  const { selector, minReadySeconds = 0, progressDeadlineSeconds } = spec;
  const errors = validateNonnegativeField(spec.replicas ?? 0, path.child('replicas'));
  errors.push(...validateControllerSelector(selector, path.child('selector'), 'deployment'));
  const compiled = compiledSelector(selector);
  if (compiled === undefined) errors.push(invalid(path.child('selector'), selector, 'invalid label selector'));
  else errors.push(...validatePodTemplateSpecForController(spec.template, compiled, path.child('template'), options, 'ReplicaSet'));
  errors.push(...validateStrategy(spec.strategy, path.child('strategy')));
  checkNonnegative(spec, ['minReadySeconds', 'revisionHistoryLimit', 'progressDeadlineSeconds'], path, errors);
  if (progressDeadlineSeconds !== undefined && progressDeadlineSeconds <= minReadySeconds) {
    errors.push(invalid(path.child('progressDeadlineSeconds'), progressDeadlineSeconds, 'must be greater than minReadySeconds'));
  }
  return errors;
}

function validateStrategy(strategy: DeploymentStrategy, path: FieldPath): FieldError[] {
  const { type = '', rollingUpdate } = strategy;
  switch (type) {
    case 'Recreate':
      if (rollingUpdate === undefined) return [];
      return [forbidden(path.child('rollingUpdate'), "may not be specified when strategy `type` is 'Recreate'")];
    case 'RollingUpdate':
      if (rollingUpdate === undefined) return [required(path.child('rollingUpdate'), 'this should be defaulted and never be nil')];
      return validateRollingUpdate(rollingUpdate, path.child('rollingUpdate'));
    default:
      return [notSupported(path, printableStrategy(strategy), ['Recreate', 'RollingUpdate'])];
  }
}

/** As the real server prints a struct of its internal version: with Go's field names. */
function printableStrategy({ type = '', rollingUpdate }: DeploymentStrategy): unknown {
  const { maxUnavailable = 0, maxSurge = 0 } = rollingUpdate ?? {};
  return { Type: type, RollingUpdate: rollingUpdate === undefined ? null : { MaxUnavailable: maxUnavailable, MaxSurge: maxSurge } };
}

function validateRollingUpdate({ maxUnavailable = 0, maxSurge = 0 }: RollingUpdateDeployment, path: FieldPath): FieldError[] {
  const errors = validateIntOrPercent(maxUnavailable, path.child('maxUnavailable'));
  errors.push(...validateIntOrPercent(maxSurge, path.child('maxSurge')));
  if (numberOf(maxUnavailable) === 0 && numberOf(maxSurge) === 0) {
    errors.push(invalid(path.child('maxUnavailable'), printable(maxUnavailable), 'may not be 0 when `maxSurge` is 0'));
  }
  errors.push(...validateAtMost100Percent(maxUnavailable, path.child('maxUnavailable')));
  return errors;
}

const COUNTS = [
  'observedGeneration',
  'replicas',
  'updatedReplicas',
  'readyReplicas',
  'availableReplicas',
  'unavailableReplicas',
  'terminatingReplicas',
  'collisionCount',
] as const satisfies readonly (keyof DeploymentStatus)[];

/** Faults of a write to /status (Go: ValidateDeploymentStatusUpdate). */
export function validateDeploymentStatusUpdate({ status }: Typed<Deployment>, old: Typed<Deployment>): FieldError[] {
  const errors: FieldError[] = [];
  checkNonnegative(status, COUNTS, STATUS, errors);
  checkAtMost(
    status,
    ['updatedReplicas', 'readyReplicas', 'availableReplicas'],
    status.replicas,
    'cannot be greater than status.replicas',
    STATUS,
    errors,
  );
  checkAtMost(status, ['availableReplicas'], status.readyReplicas, 'cannot be greater than readyReplicas', STATUS, errors);
  checkCollisionCount(status.collisionCount, old.status.collisionCount, STATUS, errors);
  return errors;
}
