import { forbidden, invalid, NamedString, notSupported, required, type FieldError } from '../../apimachinery/field-error.js';
import type { FieldPath } from '../../apimachinery/field-path.js';
import { parseQuantityJson } from '../../apimachinery/quantity.js';
import { isPathSegmentName } from '../../apimachinery/validation/paths.js';
import type {
  ContainerResourceMetricSource,
  ExternalMetricSource,
  MetricIdentifier,
  MetricSpec,
  MetricTarget,
  ObjectMetricSource,
  PodsMetricSource,
  ResourceMetricSource,
} from '../../schema/generated/autoscaling-v2.js';
import { checkDnsLabel } from '../core/pod-spec/checks.js';
import { checkContainerResourceName } from '../core/pod-spec/resources.js';
import { checkReference, type ReferenceOptions } from './reference.js';

type SourceName = 'object' | 'external' | 'pods' | 'resource' | 'containerResource';

const TYPES: ReadonlyMap<string, SourceName> = new Map([
  ['ContainerResource', 'containerResource'],
  ['External', 'external'],
  ['Object', 'object'],
  ['Pods', 'pods'],
  ['Resource', 'resource'],
]);

/** In the order in which they are looked at. */
const SOURCES: readonly SourceName[] = ['object', 'external', 'pods', 'resource', 'containerResource'];

/** Faults of one metric of an autoscaler: exactly the source of its type must be given (Go: validateMetricSpec). */
export function checkMetric(metric: MetricSpec, path: FieldPath, options: ReferenceOptions, errors: FieldError[]): void {
  const { type = '' } = metric;
  const expected = TYPES.get(type);
  const unsupportedType = notSupported(path.child('type'), new NamedString(type), [...TYPES.keys()]);
  if (type === '') errors.push(required(path.child('type'), 'must specify a metric source type'));
  if (expected === undefined) errors.push(unsupportedType);
  const present = SOURCES.filter((name) => metric[name] !== undefined);
  const first = present[0];
  if (first !== undefined) checkSource(metric, first, path.child(first), options, errors);
  if (expected === undefined) errors.push(unsupportedType);
  else if (metric[expected] === undefined)
    errors.push(required(path.child(expected), 'must populate information for the given metric source'));
  if (present.length === 1) return;
  for (const name of present) if (name !== expected) errors.push(forbidden(path.child(name), 'must populate the given metric source only'));
}

function checkSource(metric: MetricSpec, name: SourceName, path: FieldPath, options: ReferenceOptions, errors: FieldError[]): void {
  const { object, external, pods, resource, containerResource } = metric;
  if (name === 'object' && object !== undefined) checkObject(object, path, options, errors);
  else if (name === 'external' && external !== undefined) checkExternal(external, path, errors);
  else if (name === 'pods' && pods !== undefined) checkPods(pods, path, errors);
  else if (name === 'resource' && resource !== undefined) checkResource(resource, path, errors);
  else if (containerResource !== undefined) checkContainerResource(containerResource, path, errors);
}

function checkObject(
  { describedObject, metric, target }: ObjectMetricSource,
  path: FieldPath,
  options: ReferenceOptions,
  errors: FieldError[],
): void {
  checkReference(describedObject, path.child('describedObject'), options, errors);
  checkIdentifier(metric, path.child('metric'), errors);
  checkTarget(target, path.child('target'), errors);
  if (target.value === undefined && target.averageValue === undefined) {
    errors.push(required(path.child('target', 'averageValue'), 'must set either a target value or averageValue'));
  }
}

function checkExternal({ metric, target }: ExternalMetricSource, path: FieldPath, errors: FieldError[]): void {
  checkIdentifier(metric, path.child('metric'), errors);
  checkTarget(target, path.child('target'), errors);
  const { value, averageValue } = target;
  if (value === undefined && averageValue === undefined) {
    errors.push(required(path.child('target', 'averageValue'), 'must set either a target value for metric or a per-pod target'));
  }
  if (value !== undefined && averageValue !== undefined) {
    errors.push(forbidden(path.child('target', 'value'), 'may not set both a target value for metric and a per-pod target'));
  }
}

function checkPods({ metric, target }: PodsMetricSource, path: FieldPath, errors: FieldError[]): void {
  checkIdentifier(metric, path.child('metric'), errors);
  checkTarget(target, path.child('target'), errors);
  if (target.averageValue === undefined) {
    errors.push(required(path.child('target', 'averageValue'), 'must specify a positive target averageValue'));
  }
}

function checkResource({ name, target }: ResourceMetricSource, path: FieldPath, errors: FieldError[]): void {
  if (!name) errors.push(required(path.child('name'), 'must specify a resource name'));
  checkResourceTarget(target, path.child('target'), errors);
}

function checkContainerResource({ name, container, target }: ContainerResourceMetricSource, path: FieldPath, errors: FieldError[]): void {
  if (!name) errors.push(required(path.child('name'), 'must specify a resource name'));
  else checkContainerResourceName(name, path.child('name'), errors);
  if (!container) errors.push(required(path.child('container'), 'must specify a container'));
  else checkDnsLabel(container, path.child('container'), errors);
  checkResourceTarget(target, path.child('target'), errors);
}

function checkResourceTarget(target: MetricTarget, path: FieldPath, errors: FieldError[]): void {
  checkTarget(target, path, errors);
  const { averageUtilization, averageValue } = target;
  if (averageUtilization === undefined && averageValue === undefined) {
    errors.push(required(path.child('averageUtilization'), 'must set either a target raw value or a target utilization'));
  }
  if (averageUtilization !== undefined && averageValue !== undefined) {
    errors.push(forbidden(path.child('averageValue'), 'may not set both a target raw value and a target utilization'));
  }
}

const TARGET_TYPES = ['Utilization', 'Value', 'AverageValue'];

function checkTarget(target: MetricTarget, path: FieldPath, errors: FieldError[]): void {
  const { type = '', averageUtilization } = target;
  if (type === '') errors.push(required(path.child('type'), 'must specify a metric target type'));
  if (!TARGET_TYPES.includes(type))
    errors.push(invalid(path.child('type'), new NamedString(type), 'must be either Utilization, Value, or AverageValue'));
  for (const name of ['value', 'averageValue'] as const) {
    const amount = target[name];
    if (amount !== undefined && parseQuantityJson(amount).sign() <= 0) errors.push(invalid(path.child(name), amount, 'must be positive'));
  }
  if (averageUtilization !== undefined && averageUtilization < 1) {
    errors.push(invalid(path.child('averageUtilization'), averageUtilization, 'must be greater than 0'));
  }
}

function checkIdentifier({ name = '' }: MetricIdentifier, path: FieldPath, errors: FieldError[]): void {
  if (name === '') errors.push(required(path.child('name'), 'must specify a metric name'));
  else for (const message of isPathSegmentName(name)) errors.push(invalid(path.child('name'), name, message));
}
