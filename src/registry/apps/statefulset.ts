import { nameIsDnsLabel } from '../../apimachinery/validation/names.js';
import type { StatefulSet } from '../../schema/generated/apps-v1.js';
import type { PersistentVolumeClaim } from '../../schema/generated/core-v1.js';
import type { BehaviourFactory } from '../behaviour.js';
import { defaultPodTemplateSpec } from '../core/pod-spec/index.js';
import { roundResources } from '../core/pod-spec/resource-rounding.js';
import { claimSpecWarnings } from '../core/pod-spec/warnings.js';
import { withFinalizerChecks } from '../finalizer-checks.js';
import { typed, type KubeObject, type Typed } from '../object.js';
import { refined } from '../spec-status.js';
import { scaleSelector } from './selector.js';
import { validateStatefulSet, validateStatefulSetStatusUpdate, validateStatefulSetUpdate } from './statefulset-validation.js';
import { SPEC, templated } from './templated.js';

const DEFAULT_REVISIONS = 10;

function defaultStatefulSet(object: KubeObject): void {
  const { spec } = typed<StatefulSet>(object);
  defaultPodTemplateSpec(spec.template);
  for (const claim of spec.volumeClaimTemplates ?? []) {
    claim.apiVersion = 'v1';
    claim.kind = 'PersistentVolumeClaim';
    defaultClaim(claim);
  }
  spec.podManagementPolicy ||= 'OrderedReady';
  const { updateStrategy } = spec;
  if (!updateStrategy.type) {
    updateStrategy.type = 'RollingUpdate';
    updateStrategy.rollingUpdate ??= {};
  }
  if (updateStrategy.type === 'RollingUpdate' && updateStrategy.rollingUpdate !== undefined) updateStrategy.rollingUpdate.partition ??= 0;
  const policy = (spec.persistentVolumeClaimRetentionPolicy ??= {});
  policy.whenDeleted ||= 'Retain';
  policy.whenScaled ||= 'Retain';
  spec.replicas ??= 1;
  spec.revisionHistoryLimit ??= DEFAULT_REVISIONS;
}

function defaultClaim({ spec, status }: PersistentVolumeClaim): void {
  spec.volumeMode ??= 'Filesystem';
  status.phase ||= 'Pending';
  roundResources(spec.resources.limits);
  roundResources(spec.resources.requests);
  roundResources(status.capacity);
  roundResources(status.allocatedResources);
}

/** The feature MaxUnavailableStatefulSet is off, but what is stored may stay. In place. */
function dropMaxUnavailable({ spec }: Typed<StatefulSet>, old: Typed<StatefulSet> | undefined): void {
  if (old?.spec.updateStrategy.rollingUpdate?.maxUnavailable !== undefined) return;
  delete spec.updateStrategy.rollingUpdate?.maxUnavailable;
}

const KEEPS_ALL = 'spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended';

/** @param below what the real server names below a claim template: nothing for a new object, `Spec` for a change */
function ownWarnings({ spec }: Typed<StatefulSet>, ...below: string[]): string[] {
  const claims = (spec.volumeClaimTemplates ?? []).flatMap((claim, i) =>
    claimSpecWarnings(
      claim.spec,
      SPEC.child('volumeClaimTemplates')
        .index(i)
        .child(...below),
    ),
  );
  return (spec.revisionHistoryLimit ?? 0) < 0 ? [...claims, KEEPS_ALL] : claims;
}

export const statefulSets: BehaviourFactory = () => {
  const { main, status } = templated();
  const strategy = refined<Typed<StatefulSet>>(main, {
    validateName: nameIsDnsLabel,
    prepareForCreate(object, context) {
      dropMaxUnavailable(object, undefined);
      main.prepareForCreate?.(object, context);
    },
    prepareForUpdate(object, old, context) {
      dropMaxUnavailable(object, old);
      main.prepareForUpdate?.(object, old, context);
    },
    validate: validateStatefulSet,
    validateUpdate: validateStatefulSetUpdate,
    warningsOnCreate: (object, context) => [...(main.warningsOnCreate?.(object, context) ?? []), ...ownWarnings(object)],
    warningsOnUpdate: (object, old, context) => [...(main.warningsOnUpdate?.(object, old, context) ?? []), ...ownWarnings(object, 'Spec')],
  });
  const statusStrategy = refined<Typed<StatefulSet>>(status, {
    validateUpdate: validateStatefulSetStatusUpdate,
    validatesMetadata: true,
  });
  return {
    strategy: withFinalizerChecks(strategy),
    status: statusStrategy,
    defaults: defaultStatefulSet,
    scale: { selector: (object) => scaleSelector(typed<StatefulSet>(object).spec.selector) },
  };
};
