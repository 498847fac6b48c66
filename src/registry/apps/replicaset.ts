import { invalid, type FieldError } from '../../apimachinery/field-error.js';
import type { FieldPath } from '../../apimachinery/field-path.js';
import { validateImmutableField } from '../../apimachinery/validation/object-meta.js';
import type { ReplicaSet, ReplicaSetSpec, ReplicaSetStatus } from '../../schema/generated/apps-v1.js';
import type { BehaviourFactory } from '../behaviour.js';
import {
  defaultPodTemplateSpec,
  templateValidationOptions,
  validatePodTemplateSpecForController,
  type PodValidationOptions,
} from '../core/pod-spec/index.js';
import { withFinalizerChecks } from '../finalizer-checks.js';
import { typed, type KubeObject, type Typed } from '../object.js';
import { refined } from '../spec-status.js';
import { checkAtMost, checkNonnegative } from './counts.js';
import { compiledSelector, scaleSelector, validateControllerSelector } from './selector.js';
import { podNameWarnings, SPEC, STATUS, templated } from './templated.js';

function defaultReplicaSet(object: KubeObject): void {
  const { spec } = typed<ReplicaSet>(object);
  defaultPodTemplateSpec(spec.template);
  spec.replicas ??= 1;
}

/** Go: ValidateReplicaSetSpec, words about deployments included. */
function validateSpec(spec: ReplicaSetSpec, path: FieldPath, options: PodValidationOptions): FieldError[] {
  const errors: FieldError[] = [];
  checkNonnegative(spec, ['replicas', 'minReadySeconds'], path, errors);
  errors.push(...validateControllerSelector(spec.selector, path.child('selector'), 'deployment'));
  const compiled = compiledSelector(spec.selector);
  if (compiled === undefined) errors.push(invalid(path.child('selector'), spec.selector, 'invalid label selector'));
  else errors.push(...validatePodTemplateSpecForController(spec.template, compiled, path.child('template'), options, 'ReplicaSet'));
  return errors;
}

function validateReplicaSet({ spec }: Typed<ReplicaSet>): FieldError[] {
  return validateSpec(spec, SPEC, templateValidationOptions(undefined));
}

function validateReplicaSetUpdate({ spec }: Typed<ReplicaSet>, old: Typed<ReplicaSet>): FieldError[] {
  const errors = validateSpec(spec, SPEC, templateValidationOptions(old.spec.template));
  errors.push(...validateImmutableField(spec.selector, old.spec.selector, SPEC.child('selector')));
  return errors;
}

const COUNTS = [
  'replicas',
  'fullyLabeledReplicas',
  'readyReplicas',
  'availableReplicas',
  'observedGeneration',
  'terminatingReplicas',
] as const satisfies readonly (keyof ReplicaSetStatus)[];

function validateReplicaSetStatusUpdate({ status }: Typed<ReplicaSet>): FieldError[] {
  const errors: FieldError[] = [];
  checkNonnegative(status, COUNTS, STATUS, errors);
  checkAtMost(
    status,
    ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'],
    status.replicas,
    'cannot be greater than status.replicas',
    STATUS,
    errors,
  );
  checkAtMost(status, ['availableReplicas'], status.readyReplicas, 'cannot be greater than readyReplicas', STATUS, errors);
  return errors;
}

export const replicaSets: BehaviourFactory = () => {
  const { main, status } = templated();
  const strategy = refined<Typed<ReplicaSet>>(main, {
    validate: validateReplicaSet,
    validateUpdate: validateReplicaSetUpdate,
    warningsOnCreate: (object, context) => [...podNameWarnings(object), ...(main.warningsOnCreate?.(object, context) ?? [])],
  });
  const statusStrategy = refined<Typed<ReplicaSet>>(status, { validateUpdate: validateReplicaSetStatusUpdate });
  return {
    strategy: withFinalizerChecks(strategy),
    status: withFinalizerChecks(statusStrategy),
    defaults: defaultReplicaSet,
    scale: { selector: (object) => scaleSelector(typed<ReplicaSet>(object).spec.selector) },
  };
};
