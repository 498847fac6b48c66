import { parseInt64 } from '../../apimachinery/strconv.js';
import { semanticEqual } from '../../apimachinery/semantic-equal.js';
import { DecodingError } from '../../schema/decoding-error.js';
import type { Deployment } from '../../schema/generated/apps-v1.js';
import type { BehaviourFactory } from '../behaviour.js';
import { defaultPodTemplateSpec } from '../core/pod-spec/index.js';
import { withFinalizerChecks } from '../finalizer-checks.js';
import { typed, type KubeObject, type Typed } from '../object.js';
import { refined } from '../spec-status.js';
import { validateDeployment, validateDeploymentStatusUpdate, validateDeploymentUpdate } from './deployment-validation.js';
import { scaleSelector } from './selector.js';
import { podNameWarnings, templated } from './templated.js';

/** `spec.rollbackTo.revision` of v1beta1, which lives on as an annotation. */
const ROLLBACK_TO = 'deprecated.deployment.rollback.to';

const DEFAULT_PORTION = '25%';
const DEFAULT_REVISIONS = 10;
const DEFAULT_DEADLINE_SECONDS = 600;

function defaultDeployment(object: KubeObject): void {
  const { spec, metadata } = typed<Deployment>(object);
  defaultPodTemplateSpec(spec.template);
  spec.replicas ??= 1;
  const { strategy } = spec;
  strategy.type ||= 'RollingUpdate';
  if (strategy.type === 'RollingUpdate') {
    strategy.rollingUpdate ??= {};
    strategy.rollingUpdate.maxUnavailable ??= DEFAULT_PORTION;
    strategy.rollingUpdate.maxSurge ??= DEFAULT_PORTION;
  }
  spec.revisionHistoryLimit ??= DEFAULT_REVISIONS;
  spec.progressDeadlineSeconds ??= DEFAULT_DEADLINE_SECONDS;
  normalizeRollback(metadata);
}

/** The annotation must hold a number; the real server reads and writes it as one. */
function normalizeRollback(metadata: KubeObject['metadata']): void {
  const { annotations } = metadata;
  if (annotations === undefined || !Object.hasOwn(annotations, ROLLBACK_TO)) return;
  const text = annotations[ROLLBACK_TO] ?? '';
  if (text === '') {
    Reflect.deleteProperty(annotations, ROLLBACK_TO);
    if (Object.keys(annotations).length === 0) delete metadata.annotations;
    return;
  }
  const revision = parseInt64(text);
  if (typeof revision === 'string') throw new DecodingError(`failed to parse annotation[${ROLLBACK_TO}]=${text} as int64: ${revision}`);
  annotations[ROLLBACK_TO] = revision.toString();
}

export const deployments: BehaviourFactory = () => {
  const { main, status } = templated();
  const strategy = refined<Typed<Deployment>>(main, {
    prepareForUpdate(object, old, context) {
      main.prepareForUpdate?.(object, old, context);
      // Replica sets get copies of the annotations.
      if (!semanticEqual(object.metadata.annotations ?? {}, old.metadata.annotations ?? {})) {
        object.metadata.generation = (old.metadata.generation ?? 0) + 1;
      }
    },
    validate: validateDeployment,
    validateUpdate: validateDeploymentUpdate,
    warningsOnCreate: (object, context) => [...podNameWarnings(object), ...(main.warningsOnCreate?.(object, context) ?? [])],
  });
  const statusStrategy = refined<Typed<Deployment>>(status, {
    prepareForUpdate(object, old, context) {
      status.prepareForUpdate?.(object, old, context);
      if (old.metadata.labels === undefined) delete object.metadata.labels;
      else object.metadata.labels = old.metadata.labels;
    },
    validateUpdate: validateDeploymentStatusUpdate,
    resetFields: [['spec'], ['metadata', 'labels']],
  });
  return {
    strategy: withFinalizerChecks(strategy),
    status: withFinalizerChecks(statusStrategy),
    defaults: defaultDeployment,
    scale: { selector: (object) => scaleSelector(typed<Deployment>(object).spec.selector) },
  };
};
