import { forbidden, invalid, NamedString, notSupported, required, type FieldError } from '../../apimachinery/field-error.js';
import type { FieldPath } from '../../apimachinery/field-path.js';
import { parseQuantityJson } from '../../apimachinery/quantity.js';
import { NEGATIVE_MESSAGE } from '../../apimachinery/validation/messages.js';
import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerSpec,
  HPAScalingPolicy,
  HPAScalingRules,
  MetricSpec,
} from '../../schema/generated/autoscaling-v2.js';
import { checkNonnegative } from '../apps/counts.js';
import { SPEC, STATUS } from '../apps/templated.js';
import type { Typed } from '../object.js';
import { checkMetric } from './metric-validation.js';
import { apiVersionFault, checkReference, type ReferenceOptions } from './reference.js';

const MAX_PERIOD_SECONDS = 1800;
const MAX_WINDOW_SECONDS = 3600;

interface Options {
  readonly minReplicasFrom: 0 | 1;
  readonly target: ReferenceOptions;
  readonly objects: ReferenceOptions;
}

/** Faults of a new autoscaler beyond metadata (Go: ValidateHorizontalPodAutoscaler). */
export function validateHpa({ spec }: Typed<HorizontalPodAutoscaler>): FieldError[] {
  return validateSpec(spec, optionsFor(spec, undefined), SPEC);
}

/** Faults of a change of an autoscaler; what is stored excuses some. */
export function validateHpaUpdate({ spec }: Typed<HorizontalPodAutoscaler>, old: Typed<HorizontalPodAutoscaler>): FieldError[] {
  return validateSpec(spec, optionsFor(spec, old.spec), SPEC);
}

/** Faults of a write to /status. */
export function validateHpaStatusUpdate({ status }: Typed<HorizontalPodAutoscaler>): FieldError[] {
  const errors: FieldError[] = [];
  checkNonnegative(status, ['currentReplicas', 'desiredReplicas'], STATUS, errors);
  return errors;
}

const ANY_GROUP: ReferenceOptions = { allowEmptyGroup: true, allowInvalidVersion: false };

/** Go: validationOptionsForHorizontalPodAutoscaler. HPAScaleToZero is off. */
function optionsFor({ scaleTargetRef: target }: HorizontalPodAutoscalerSpec, old: HorizontalPodAutoscalerSpec | undefined): Options {
  const same = old !== undefined && old.scaleTargetRef.apiVersion === target.apiVersion && old.scaleTargetRef.kind === target.kind;
  const wasInvalid = (old?.metrics ?? []).some(hasInvalidObject);
  return {
    minReplicasFrom: old?.minReplicas === 0 ? 0 : 1,
    target: { allowInvalidVersion: same, allowEmptyGroup: !same && target.kind === 'ReplicationController' },
    objects: wasInvalid ? { ...ANY_GROUP, allowInvalidVersion: true } : ANY_GROUP,
  };
}

function hasInvalidObject({ type, object }: MetricSpec): boolean {
  return type === 'Object' && object !== undefined && apiVersionFault(object.describedObject.apiVersion ?? '', ANY_GROUP) !== undefined;
}

function validateSpec(spec: HorizontalPodAutoscalerSpec, options: Options, path: FieldPath): FieldError[] {
  const { minReplicas, maxReplicas = 0, behavior } = spec;
  const errors: FieldError[] = [];
  const maxPath = path.child('maxReplicas');
  if (minReplicas !== undefined && minReplicas < options.minReplicasFrom) {
    errors.push(invalid(path.child('minReplicas'), minReplicas, `must be greater than or equal to ${String(options.minReplicasFrom)}`));
  }
  if (maxReplicas === 0) errors.push(required(maxPath, 'must be set and greater than 0'));
  else if (maxReplicas < 0) errors.push(invalid(maxPath, maxReplicas, 'must be greater than or equal to 1'));
  if (minReplicas !== undefined && maxReplicas < minReplicas) {
    errors.push(invalid(maxPath, maxReplicas, 'must be greater than or equal to `minReplicas`'));
  }
  checkReference(spec.scaleTargetRef, path.child('scaleTargetRef'), options.target, errors);
  checkMetrics(spec, path.child('metrics'), options.objects, errors);
  checkRules(behavior?.scaleUp, path.child('behavior', 'scaleUp'), errors);
  checkRules(behavior?.scaleDown, path.child('behavior', 'scaleDown'), errors);
  return errors;
}

function checkMetrics(
  { metrics = [], minReplicas }: HorizontalPodAutoscalerSpec,
  path: FieldPath,
  options: ReferenceOptions,
  errors: FieldError[],
): void {
  metrics.forEach((metric, i) => {
    checkMetric(metric, path.index(i), options, errors);
  });
  if (minReplicas === 0 && !metrics.some(({ type }) => type === 'Object' || type === 'External')) {
    errors.push(forbidden(path, 'must specify at least one Object or External metric to support scaling to zero replicas'));
  }
}

const SELECT_POLICIES = ['Disabled', 'Max', 'Min'];
const POLICY_TYPES = ['Percent', 'Pods'];

function checkRules(rules: HPAScalingRules | undefined, path: FieldPath, errors: FieldError[]): void {
  if (rules === undefined) return;
  const { stabilizationWindowSeconds: window = 0, selectPolicy, policies = [], tolerance } = rules;
  const windowPath = path.child('stabilizationWindowSeconds');
  if (window < 0) errors.push(invalid(windowPath, window, 'must be greater than or equal to zero'));
  if (window > MAX_WINDOW_SECONDS) errors.push(invalid(windowPath, window, `must be less than or equal to ${String(MAX_WINDOW_SECONDS)}`));
  if (selectPolicy !== undefined && !SELECT_POLICIES.includes(selectPolicy)) {
    errors.push(notSupported(path.child('selectPolicy'), new NamedString(selectPolicy), SELECT_POLICIES));
  }
  if (policies.length === 0) errors.push(required(path.child('policies'), 'must specify at least one Policy'));
  policies.forEach((policy, i) => {
    checkPolicy(policy, path.child('policies').index(i), errors);
  });
  if (tolerance !== undefined && parseQuantityJson(tolerance).sign() < 0)
    errors.push(invalid(path.child('tolerance'), tolerance, NEGATIVE_MESSAGE));
}

function checkPolicy({ type = '', value = 0, periodSeconds = 0 }: HPAScalingPolicy, path: FieldPath, errors: FieldError[]): void {
  if (!POLICY_TYPES.includes(type)) errors.push(notSupported(path.child('type'), new NamedString(type), POLICY_TYPES));
  if (value <= 0) errors.push(invalid(path.child('value'), value, 'must be greater than zero'));
  if (periodSeconds <= 0) errors.push(invalid(path.child('periodSeconds'), periodSeconds, 'must be greater than zero'));
  if (periodSeconds > MAX_PERIOD_SECONDS) {
    errors.push(invalid(path.child('periodSeconds'), periodSeconds, `must be less than or equal to ${String(MAX_PERIOD_SECONDS)}`));
  }
}
