import { FieldPath } from '../../apimachinery/field-path.js';
import { isDns1123Label } from '../../apimachinery/validation/dns.js';
import type { PodTemplateSpec } from '../../schema/generated/core-v1.js';
import { dropDisabledTemplateFields, podTemplateWarnings } from '../core/pod-spec/index.js';
import type { KubeObject } from '../object.js';
import { specStatus, type SpecStatusOptions, type SpecStatusStrategies } from '../spec-status.js';
import type { Strategy } from '../strategy.js';

export const SPEC = FieldPath.of('spec');
export const STATUS = FieldPath.of('status');
export const METADATA = FieldPath.of('metadata');
const TEMPLATE = SPEC.child('template');

interface Templated {
  readonly spec: { readonly template: PodTemplateSpec };
}

function templateOf(object: KubeObject): PodTemplateSpec {
  return (object as unknown as Templated).spec.template;
}

/**
 * Spec and status of an object that makes pods from a template: generations are
 * counted, and warnings about the template come whenever they grow.
 */
export function templated(options: SpecStatusOptions = {}): SpecStatusStrategies {
  const { main, status } = specStatus({ ...options, generation: true });
  const strategy: Strategy = {
    ...main,
    prepareForCreate(object, context) {
      main.prepareForCreate?.(object, context);
      dropDisabledTemplateFields(templateOf(object));
    },
    prepareForUpdate(object, old, context) {
      dropDisabledTemplateFields(templateOf(object));
      main.prepareForUpdate?.(object, old, context);
    },
    warningsOnCreate: (object) => podTemplateWarnings(templateOf(object), undefined, TEMPLATE),
    warningsOnUpdate: (object, old) =>
      object.metadata.generation === old.metadata.generation ? [] : podTemplateWarnings(templateOf(object), templateOf(old), TEMPLATE),
  };
  return { main: strategy, status };
}

/** Names of controllers become part of pods' names and hostnames. */
export function podNameWarnings(object: KubeObject): string[] {
  const messages = isDns1123Label(object.metadata.name ?? '');
  if (messages.length === 0) return [];
  return [
    `metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [${messages.join(' ')}]`,
  ];
}
