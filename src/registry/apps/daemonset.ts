import { semanticEqual } from '../../apimachinery/semantic-equal.js';
import { parseInt64 } from '../../apimachinery/strconv.js';
import { DecodingError } from '../../schema/decoding-error.js';
import type { DaemonSet } from '../../schema/generated/apps-v1.js';
import { setMetadataEntry } from '../annotations.js';
import type { BehaviourFactory } from '../behaviour.js';
import { defaultPodTemplateSpec, podTemplateWarnings } from '../core/pod-spec/index.js';
import { withFinalizerChecks } from '../finalizer-checks.js';
import { typed, type KubeObject, type Typed } from '../object.js';
import { refined } from '../spec-status.js';
import { validateDaemonSet, validateDaemonSetStatusUpdate, validateDaemonSetUpdate } from './daemonset-validation.js';
import { SPEC, templated } from './templated.js';

/** `spec.templateGeneration` of the internal version, which v1 shows as an annotation only. */
const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';

const DEFAULT_REVISIONS = 10;

function defaultDaemonSet(object: KubeObject): void {
  const { spec, metadata } = typed<DaemonSet>(object);
  defaultPodTemplateSpec(spec.template);
  const { updateStrategy } = spec;
  updateStrategy.type ||= 'RollingUpdate';
  if (updateStrategy.type === 'RollingUpdate') {
    updateStrategy.rollingUpdate ??= {};
    updateStrategy.rollingUpdate.maxUnavailable ??= 1;
    updateStrategy.rollingUpdate.maxSurge ??= 0;
  }
  // Go's internal version has no absent values here.
  const { rollingUpdate } = updateStrategy;
  if (rollingUpdate !== undefined) {
    rollingUpdate.maxUnavailable ??= 0;
    rollingUpdate.maxSurge ??= 0;
  }
  spec.revisionHistoryLimit ??= DEFAULT_REVISIONS;
  setTemplateGeneration(metadata, readTemplateGeneration(metadata));
}

function readTemplateGeneration({ annotations }: KubeObject['metadata']): bigint {
  if (annotations === undefined || !Object.hasOwn(annotations, TEMPLATE_GENERATION)) return 0n;
  const generation = parseInt64(annotations[TEMPLATE_GENERATION] ?? '');
  if (typeof generation === 'string') throw new DecodingError(generation);
  return generation;
}

/** The generation of the pod template; of a decoded object it is always readable. */
function templateGeneration(object: KubeObject): bigint {
  return readTemplateGeneration(object.metadata);
}

function setTemplateGeneration(metadata: KubeObject['metadata'], generation: bigint): void {
  setMetadataEntry(metadata, 'annotations', TEMPLATE_GENERATION, generation.toString());
}

export const daemonSets: BehaviourFactory = () => {
  const { main, status } = templated();
  const strategy = refined<Typed<DaemonSet>>(main, {
    prepareForCreate(object, context) {
      main.prepareForCreate?.(object, context);
      if (templateGeneration(object) < 1n) setTemplateGeneration(object.metadata, 1n);
    },
    prepareForUpdate(object, old, context) {
      main.prepareForUpdate?.(object, old, context);
      const changed = !semanticEqual(object.spec.template, old.spec.template);
      setTemplateGeneration(object.metadata, templateGeneration(old) + (changed ? 1n : 0n));
    },
    warningsOnUpdate: (object, old) =>
      templateGeneration(object) === templateGeneration(old)
        ? []
        : podTemplateWarnings(object.spec.template, old.spec.template, SPEC.child('template')),
    validate: validateDaemonSet,
    validateUpdate: validateDaemonSetUpdate,
  });
  const statusStrategy = refined<Typed<DaemonSet>>(status, {
    prepareForUpdate(object, old, context) {
      status.prepareForUpdate?.(object, old, context);
      setTemplateGeneration(object.metadata, templateGeneration(old));
    },
    validateUpdate: validateDaemonSetStatusUpdate,
  });
  return { strategy: withFinalizerChecks(strategy), status: withFinalizerChecks(statusStrategy), defaults: defaultDaemonSet };
};
