import { FieldPath } from '../../apimachinery/field-path.js';
import type { PodTemplate } from '../../schema/generated/core-v1.js';
import type { ResourceBehaviour } from '../behaviour.js';
import { typed, type Typed } from '../object.js';
import { strategyFor, type Strategy } from '../strategy.js';
import { kubeFinalizerErrors } from './finalizers.js';
import {
  defaultPodTemplateSpec,
  dropDisabledTemplateFields,
  podTemplateWarnings,
  templateValidationOptions,
  validatePodTemplateSpec,
} from './pod-spec/index.js';
import { semanticEqual } from './semantic-equal.js';

const TEMPLATE = FieldPath.of('template');

/** PodTemplates: a pod's template on its own (Go: pkg/registry/core/podtemplate). */
export function podTemplates(): ResourceBehaviour {
  return {
    strategy: strategyFor(strategy),
    defaults: (object) => {
      defaultPodTemplateSpec(typed<PodTemplate>(object).template);
    },
    returnsDeleted: true,
  };
}

const strategy: Strategy<Typed<PodTemplate>> = {
  prepareForCreate(object) {
    object.metadata.generation = 1;
    dropDisabledTemplateFields(object.template);
  },
  validate: ({ metadata, template }) => [
    ...kubeFinalizerErrors(metadata),
    ...validatePodTemplateSpec(template, TEMPLATE, templateValidationOptions(undefined)),
  ],
  warningsOnCreate: ({ template }) => podTemplateWarnings(template, undefined, TEMPLATE),
  prepareForUpdate(object, old) {
    dropDisabledTemplateFields(object.template);
    if (!semanticEqual(object.template, old.template)) object.metadata.generation = (old.metadata.generation ?? 0) + 1;
  },
  validateUpdate: ({ metadata, template }, old) => [
    ...kubeFinalizerErrors(metadata),
    ...validatePodTemplateSpec(template, TEMPLATE, templateValidationOptions(old.template)),
  ],
  warningsOnUpdate: ({ metadata, template }, old) =>
    metadata.generation === old.metadata.generation ? [] : podTemplateWarnings(template, old.template, TEMPLATE),
};
