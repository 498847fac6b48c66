import { duplicate, required, type FieldError } from '../../apimachinery/field-error.js';
import { FieldPath } from '../../apimachinery/field-path.js';
import { validateLabels } from '../../apimachinery/validation/labels.js';
import { nameIsDnsLabel, nameIsDnsSubdomain } from '../../apimachinery/validation/names.js';
import { validateImmutableField, validateObjectMeta, validateObjectMetaUpdate } from '../../apimachinery/validation/object-meta.js';
import type { Toleration } from '../../schema/generated/core-v1.js';
import type { RuntimeClass } from '../../schema/generated/node-v1.js';
import type { BehaviourFactory } from '../behaviour.js';
import { deprecatedNodeLabel } from '../core/node-labels.js';
import { addMessages } from '../core/pod-spec/checks.js';
import { podValidationOptions } from '../core/pod-spec/options.js';
import { checkContainerResources } from '../core/pod-spec/resources.js';
import { checkTolerations } from '../core/pod-spec/tolerations.js';
import { goValue, type GoShape } from '../go-value.js';
import type { Typed } from '../object.js';
import { refined, specStatus } from '../spec-status.js';

const METADATA = FieldPath.of('metadata');
const HANDLER = FieldPath.of('handler');
const OVERHEAD = FieldPath.of('overhead');
const SCHEDULING = FieldPath.of('scheduling');
const TOLERATIONS = SCHEDULING.child('tolerations');
const NO_CLAIMS: ReadonlySet<string> = new Set();
const TOLERATION: GoShape = {
  Key: ['key', ''],
  Operator: ['operator', ''],
  Value: ['value', ''],
  Effect: ['effect', ''],
  TolerationSeconds: ['tolerationSeconds', null],
};

function classErrors({ handler = '', overhead, scheduling }: Typed<RuntimeClass>): FieldError[] {
  const errors: FieldError[] = [];
  if (handler === '') errors.push(required(HANDLER));
  else addMessages(HANDLER, handler, nameIsDnsLabel(handler, false), errors);
  if (overhead !== undefined) {
    checkContainerResources({ limits: overhead.podFixed }, NO_CLAIMS, OVERHEAD, podValidationOptions(undefined, undefined, false), errors);
  }
  if (scheduling !== undefined) {
    errors.push(...validateLabels(scheduling.nodeSelector, SCHEDULING.child('nodeSelector')));
    checkDistinctTolerations(scheduling.tolerations ?? [], errors);
  }
  return errors;
}

function checkDistinctTolerations(tolerations: readonly Toleration[], errors: FieldError[]): void {
  checkTolerations(tolerations, TOLERATIONS, errors);
  const seen = new Set<string>();
  tolerations.forEach((toleration, i) => {
    const { key = '', operator = '', value = '', effect = '' } = toleration;
    const identity = JSON.stringify([key, operator, value, effect]);
    if (seen.has(identity)) errors.push(duplicate(TOLERATIONS.index(i), goValue(toleration, TOLERATION)));
    seen.add(identity);
  });
}

function warnings({ scheduling }: Typed<RuntimeClass>): string[] {
  return Object.keys(scheduling?.nodeSelector ?? {}).flatMap((key) => {
    const deprecated = deprecatedNodeLabel(key);
    return deprecated === undefined ? [] : [`${SCHEDULING.child('nodeSelector').toString()}: ${deprecated}`];
  });
}

/** node.k8s.io/v1 RuntimeClass. Its metadata is checked by the general rules alone. */
export const runtimeClasses: BehaviourFactory = () => ({
  strategy: refined<Typed<RuntimeClass>>(specStatus({ status: false }).main, {
    allowCreateOnUpdate: true,
    allowUnconditionalUpdate: false,
    validatesMetadata: true,
    validate: (object) => [...validateObjectMeta(object.metadata, false, nameIsDnsSubdomain, METADATA), ...classErrors(object)],
    validateUpdate: (object, old) => [
      ...validateObjectMeta(object.metadata, false, nameIsDnsSubdomain, METADATA),
      ...classErrors(object),
      ...validateObjectMetaUpdate(object.metadata, old.metadata, METADATA),
      ...validateImmutableField(object.handler ?? '', old.handler ?? '', HANDLER),
    ],
    warningsOnCreate: warnings,
    warningsOnUpdate: warnings,
  }),
});
