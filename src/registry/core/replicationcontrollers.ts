import { FieldError, invalid, required } from '../../apimachinery/field-error.js';
import { FieldPath } from '../../apimachinery/field-path.js';
import { goList } from '../../apimachinery/go-format.js';
import { labelsText } from '../../apimachinery/label-selector.js';
import { isDns1123Label } from '../../apimachinery/validation/dns.js';
import type { ReplicationController, ReplicationControllerSpec, ReplicationControllerStatus } from '../../schema/generated/core-v1.js';
import type { ResourceBehaviour } from '../behaviour.js';
import { fieldAt } from '../matcher.js';
import { deepEqual, typed, type ObjectMeta, type Typed } from '../object.js';
import { strategyFor, type Strategy } from '../strategy.js';
import { asGiven } from '../../schema/given-empty.js';
import { kubeFinalizerErrors } from './finalizers.js';
import { checkNonNegative } from './pod-spec/checks.js';
import { goMap } from './pod-spec/go-values.js';
import {
  defaultPodTemplateSpec,
  dropDisabledTemplateFields,
  podTemplateWarnings,
  templateValidationOptions,
  validatePodTemplateSpecForController,
  type PodSelector,
} from './pod-spec/index.js';
import { semanticEqual } from './semantic-equal.js';

type Controller = Typed<ReplicationController>;

const SPEC = FieldPath.of('spec');
const STATUS = FieldPath.of('status');
const TEMPLATE = SPEC.child('template');

/** ReplicationControllers, which ReplicaSets replaced (Go: pkg/registry/core/replicationcontroller). */
export function replicationControllers(): ResourceBehaviour {
  return {
    strategy: strategyFor(main),
    status: strategyFor(status),
    scale: { selector: (object) => selectorText(typed<ReplicationController>(object)) },
    defaults: (object) => {
      defaultController(typed<ReplicationController>(object));
    },
    fieldLabels: { 'status.replicas': fieldAt('status.replicas', '0') },
  };
}

function selectorText({ spec }: Controller): string {
  return spec.selector === undefined ? '' : labelsText(spec.selector);
}

/** Selector and labels are those of the template unless given. */
function defaultController({ metadata, spec }: Controller): void {
  if (spec.template === undefined) return;
  defaultPodTemplateSpec(spec.template);
  const { labels } = spec.template.metadata;
  if (labels === undefined) return;
  if (Object.keys(spec.selector ?? {}).length === 0) spec.selector = { ...labels };
  if (Object.keys(metadata.labels ?? {}).length === 0) metadata.labels = { ...labels };
}

const main: Strategy<Controller> = {
  garbageCollection: 'orphan',
  prepareForCreate(controller) {
    controller.status = {};
    controller.metadata.generation = 1;
    if (controller.spec.template !== undefined) dropDisabledTemplateFields(controller.spec.template);
  },
  validate: (controller) => [...kubeFinalizerErrors(controller.metadata), ...validateSpec(controller.spec, undefined)],
  warningsOnCreate: ({ metadata, spec }) => [
    ...nameWarnings(metadata.name ?? ''),
    ...(spec.template === undefined ? [] : podTemplateWarnings(spec.template, undefined, TEMPLATE)),
  ],
  prepareForUpdate(controller, old) {
    controller.status = old.status;
    if (controller.spec.template !== undefined) dropDisabledTemplateFields(controller.spec.template);
    if (!semanticEqual(controller.spec, old.spec)) controller.metadata.generation = (old.metadata.generation ?? 0) + 1;
  },
  validateUpdate: (controller, old) => [
    ...kubeFinalizerErrors(controller.metadata),
    ...validateSpec(controller.spec, old.spec),
    ...nonConvertibleErrors(controller, old),
  ],
  // The real server looks at the former template here.
  warningsOnUpdate: (controller, old) =>
    controller.metadata.generation === old.metadata.generation || old.spec.template === undefined
      ? []
      : podTemplateWarnings(old.spec.template, controller.spec.template, TEMPLATE),
  resetFields: [['status']],
};

function nameWarnings(name: string): string[] {
  const messages = isDns1123Label(name);
  if (messages.length === 0) return [];
  return [
    `metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: ${goList(messages)}`,
  ];
}

function validateSpec(spec: ReplicationControllerSpec, old: ReplicationControllerSpec | undefined): FieldError[] {
  const errors: FieldError[] = [];
  const { replicas, minReadySeconds, selector = {}, template } = spec;
  checkNonNegative(minReadySeconds, SPEC.child('minReadySeconds'), errors);
  if (Object.keys(selector).length === 0) errors.push(required(SPEC.child('selector')));
  if (replicas === undefined) errors.push(required(SPEC.child('replicas')));
  else checkNonNegative(replicas, SPEC.child('replicas'), errors);
  if (template === undefined) errors.push(required(TEMPLATE));
  else {
    const options = templateValidationOptions(old?.template);
    errors.push(...validatePodTemplateSpecForController(template, exactly(selector), TEMPLATE, options, 'ReplicationController'));
  }
  return errors;
}

/** A selector of labels with just these values, which nobody checks (Go: labels.Set.AsSelector). */
function exactly(wanted: Readonly<Record<string, string>>): PodSelector {
  const entries = Object.entries(wanted);
  return {
    isEmpty: () => entries.length === 0,
    matches: (labels) => entries.every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value),
  };
}

const NON_CONVERTIBLE = 'non-convertible.kubernetes.io/';

/** Fields that only another version of the object could hold, as annotations remember, must stay as they are. */
function nonConvertibleErrors(controller: Controller, old: Controller): FieldError[] {
  return nonConvertible(old.metadata).flatMap(([field, value]) => {
    if (!field.includes('selector')) return [new FieldError('FieldValueNotFound', field, value, 'unknown non-convertible field')];
    if (deepEqual(controller.spec.selector, old.spec.selector)) return [];
    return [invalid(SPEC.child('selector'), goMap(asGiven(controller.spec, 'selector')), 'cannot update non-convertible selector')];
  });
}

function nonConvertible({ annotations = {} }: ObjectMeta): [field: string, value: string][] {
  return Object.entries(annotations)
    .filter(([key]) => key.startsWith(NON_CONVERTIBLE) && !key.slice(NON_CONVERTIBLE.length).includes('/'))
    .map(([key, value]) => [key.slice(NON_CONVERTIBLE.length), value]);
}

const status: Strategy<Controller> = {
  prepareForUpdate(controller, old) {
    controller.spec = old.spec;
  },
  validateUpdate: (controller) => [...kubeFinalizerErrors(controller.metadata), ...validateStatus(controller.status)],
  resetFields: [['spec']],
};

const COUNTS = ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas', 'observedGeneration'] as const;

/** Faults of counted replicas (Go: ValidateReplicationControllerStatus). */
function validateStatus(counts: ReplicationControllerStatus): FieldError[] {
  const errors: FieldError[] = [];
  for (const name of COUNTS) checkNonNegative(counts[name], STATUS.child(name), errors);
  const { replicas = 0, readyReplicas = 0, availableReplicas = 0 } = counts;
  for (const name of ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'] as const) {
    const count = counts[name] ?? 0;
    if (count > replicas) errors.push(invalid(STATUS.child(name), count, 'cannot be greater than status.replicas'));
  }
  if (availableReplicas > readyReplicas)
    errors.push(invalid(STATUS.child('availableReplicas'), availableReplicas, 'cannot be greater than readyReplicas'));
  return errors;
}
