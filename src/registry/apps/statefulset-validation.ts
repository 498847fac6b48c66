import { forbidden, invalid, NamedString, notSupported, required, type FieldError } from '../../apimachinery/field-error.js';
import { FieldPath } from '../../apimachinery/field-path.js';
import type { LabelSelector } from '../../apimachinery/label-selector.js';
import { semanticEqual } from '../../apimachinery/semantic-equal.js';
import { isDns1123Label } from '../../apimachinery/validation/dns.js';
import { validateLabels } from '../../apimachinery/validation/labels.js';
import { validateAnnotations, validateNonnegativeField } from '../../apimachinery/validation/object-meta.js';
import type {
  RollingUpdateStatefulSetStrategy,
  StatefulSet,
  StatefulSetPersistentVolumeClaimRetentionPolicy,
  StatefulSetSpec,
  StatefulSetStatus,
  StatefulSetUpdateStrategy,
} from '../../schema/generated/apps-v1.js';
import type { PodTemplateSpec, Volume } from '../../schema/generated/core-v1.js';
import { metadataUpdateErrors } from '../core/metadata.js';
import { checkPodAnnotations } from '../core/pod-spec/annotations.js';
import { validateClaimSpec } from '../core/pod-spec/claim-template.js';
import { selectorErrors, templateValidationOptions, validatePodTemplateSpec, type PodValidationOptions } from '../core/pod-spec/index.js';
import type { Typed } from '../object.js';
import { checkAtMost, checkCollisionCount, checkNonnegative } from './counts.js';
import { numberOf, printable, validateAtMost100Percent, validateIntOrPercent } from './int-or-percent.js';
import { compiledSelector, validateControllerSelector } from './selector.js';
import { SPEC, STATUS } from './templated.js';

/** What isn't checked again on an update, because it can't change or was stored with faults. */
interface Leniency {
  readonly serviceName: boolean;
  readonly template: boolean;
  readonly claims: boolean;
}

const STRICT: Leniency = { serviceName: false, template: false, claims: false };

/** Faults of a new stateful set beyond metadata (Go: ValidateStatefulSet). */
export function validateStatefulSet({ spec }: Typed<StatefulSet>): FieldError[] {
  return validateSpec(spec, SPEC, templateValidationOptions(undefined), STRICT);
}

const MUTABLE = [
  'replicas',
  'template',
  'updateStrategy',
  'minReadySeconds',
  'ordinals',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
] as const satisfies readonly (keyof StatefulSetSpec)[];

const IMMUTABLE_SPEC =
  "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";

/** Faults of a change of a stateful set (Go: ValidateStatefulSetUpdate). A stored template with faults excuses the new one's. */
export function validateStatefulSetUpdate({ spec }: Typed<StatefulSet>, old: Typed<StatefulSet>): FieldError[] {
  const options = templateValidationOptions(old.spec.template);
  const lenient: Leniency = { serviceName: true, template: false, claims: true };
  const oldIsFaulty = validateSpec(old.spec, FieldPath.of(), options, lenient).length > 0;
  const errors = validateSpec(spec, SPEC, options, oldIsFaulty ? { ...lenient, template: true } : lenient);
  if (!semanticEqual(fixedPart(spec), fixedPart(old.spec))) errors.push(forbidden(SPEC, IMMUTABLE_SPEC));
  return errors;
}

function fixedPart(spec: StatefulSetSpec): Partial<StatefulSetSpec> {
  const fixed: Partial<StatefulSetSpec> = { ...spec };
  for (const name of MUTABLE) Reflect.deleteProperty(fixed, name);
  return fixed;
}

function validateSpec(spec: StatefulSetSpec, path: FieldPath, options: PodValidationOptions, lenient: Leniency): FieldError[] {
  const { podManagementPolicy = '', selector, serviceName, ordinals } = spec;
  const errors: FieldError[] = [];
  if (podManagementPolicy === '') errors.push(required(path.child('podManagementPolicy')));
  else if (podManagementPolicy !== 'OrderedReady' && podManagementPolicy !== 'Parallel') {
    errors.push(invalid(path.child('podManagementPolicy'), new NamedString(podManagementPolicy), "must be 'OrderedReady' or 'Parallel'"));
  }
  errors.push(...validateUpdateStrategy(spec.updateStrategy, path.child('updateStrategy')));
  errors.push(...validateRetention(spec.persistentVolumeClaimRetentionPolicy, path.child('persistentVolumeClaimRetentionPolicy')));
  if (!lenient.claims) {
    (spec.volumeClaimTemplates ?? []).forEach((claim, i) => {
      errors.push(...validateClaimSpec(claim.spec, path.child('volumeClaimTemplates').index(i).child('spec')));
    });
  }
  checkNonnegative(spec, ['replicas', 'minReadySeconds'], path, errors);
  if (ordinals !== undefined) errors.push(...validateNonnegativeField(ordinals.start ?? 0, path.child('ordinals.start')));
  if (!lenient.serviceName && serviceName) {
    for (const message of isDns1123Label(serviceName)) errors.push(invalid(path.child('serviceName'), serviceName, message));
  }
  errors.push(...validateControllerSelector(selector, path.child('selector'), 'statefulset'));
  const compiled = compiledSelector(selector);
  if (compiled === undefined) errors.push(invalid(path.child('selector'), selector, ''));
  else errors.push(...validateTemplate(templateToValidate(spec), compiled, path.child('template'), options, lenient));
  const { restartPolicy = '', activeDeadlineSeconds } = spec.template.spec;
  const podPath = path.child('template', 'spec');
  if (restartPolicy !== 'Always') errors.push(notSupported(podPath.child('restartPolicy'), new NamedString(restartPolicy), ['Always']));
  if (activeDeadlineSeconds !== undefined) {
    errors.push(forbidden(podPath.child('activeDeadlineSeconds'), 'activeDeadlineSeconds in StatefulSet is not Supported'));
  }
  return errors;
}

function validateUpdateStrategy(strategy: StatefulSetUpdateStrategy, path: FieldPath): FieldError[] {
  const { type = '', rollingUpdate } = strategy;
  switch (type) {
    case '':
      return [required(path)];
    case 'OnDelete':
      if (rollingUpdate === undefined) return [];
      return [
        invalid(path.child('rollingUpdate'), printableRollingUpdate(rollingUpdate), "only allowed for updateStrategy 'RollingUpdate'"),
      ];
    case 'RollingUpdate':
      return rollingUpdate === undefined ? [] : validateRollingUpdate(rollingUpdate, path.child('rollingUpdate'));
    default: {
      const printed = { Type: type, RollingUpdate: rollingUpdate === undefined ? null : printableRollingUpdate(rollingUpdate) };
      return [invalid(path, printed, "must be 'RollingUpdate' or 'OnDelete'")];
    }
  }
}

/** As the real server prints a struct of its internal version: with Go's field names. */
function printableRollingUpdate({
  partition = 0,
  maxUnavailable = null,
}: Omit<RollingUpdateStatefulSetStrategy, 'maxUnavailable'> & { maxUnavailable?: number | string | null | undefined }): unknown {
  return { Partition: partition, MaxUnavailable: maxUnavailable };
}

function validateRollingUpdate({ partition = 0, maxUnavailable }: RollingUpdateStatefulSetStrategy, path: FieldPath): FieldError[] {
  const errors = validateNonnegativeField(partition, path.child('partition'));
  if (maxUnavailable === undefined) return errors;
  const at = path.child('maxUnavailable');
  errors.push(...validateIntOrPercent(maxUnavailable, at));
  if (numberOf(maxUnavailable) === 0) errors.push(invalid(at, printable(maxUnavailable), 'cannot be 0'));
  errors.push(...validateAtMost100Percent(maxUnavailable, at));
  return errors;
}

const RETENTIONS = ['Retain', 'Delete'];

function validateRetention(policy: StatefulSetPersistentVolumeClaimRetentionPolicy | undefined, path: FieldPath): FieldError[] {
  if (policy === undefined) return [];
  const errors: FieldError[] = [];
  for (const name of ['whenDeleted', 'whenScaled'] as const) {
    const value = policy[name] ?? '';
    if (!RETENTIONS.includes(value)) errors.push(notSupported(path.child(name), new NamedString(value), RETENTIONS));
  }
  return errors;
}

/** The template as the controller will use it: host names are its own, and claims become volumes. */
function templateToValidate(spec: StatefulSetSpec): PodTemplateSpec {
  const { template, volumeClaimTemplates = [] } = spec;
  const pod = template.spec;
  if (!pod.subdomain && !pod.hostname && volumeClaimTemplates.length === 0) return template;
  const changed: PodTemplateSpec = { ...template, spec: { ...pod, subdomain: undefined, hostname: undefined } };
  if (volumeClaimTemplates.length > 0) {
    const claimed = new Map<string, Volume>();
    for (const { metadata } of volumeClaimTemplates) {
      const name = metadata.name ?? '';
      claimed.set(name, { name, persistentVolumeClaim: { claimName: name } });
    }
    changed.spec.volumes = [...claimed.values(), ...(pod.volumes ?? []).filter(({ name }) => !claimed.has(name ?? ''))];
  }
  return changed;
}

function validateTemplate(
  template: PodTemplateSpec,
  selector: LabelSelector,
  path: FieldPath,
  options: PodValidationOptions,
  lenient: Leniency,
): FieldError[] {
  const errors = selectorErrors(template, selector, path);
  if (!lenient.template) errors.push(...validatePodTemplateSpec(template, path, options));
  const { labels, annotations } = template.metadata;
  errors.push(...validateLabels(labels, path.child('labels')));
  errors.push(...validateAnnotations(annotations, path.child('annotations')));
  checkPodAnnotations(annotations, template.spec, path.child('annotations'), options, errors);
  return errors;
}

const COUNTS = [
  'replicas',
  'readyReplicas',
  'currentReplicas',
  'updatedReplicas',
  'availableReplicas',
  'observedGeneration',
  'collisionCount',
] as const satisfies readonly (keyof StatefulSetStatus)[];

/** Faults of a write to /status, metadata after the counts (Go: ValidateStatefulSetStatusUpdate). */
export function validateStatefulSetStatusUpdate({ status, metadata }: Typed<StatefulSet>, old: Typed<StatefulSet>): FieldError[] {
  const errors: FieldError[] = [];
  checkNonnegative(status, COUNTS, STATUS, errors);
  const parts = ['readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'] as const;
  checkAtMost(status, parts, status.replicas, 'cannot be greater than status.replicas', STATUS, errors);
  checkAtMost(status, ['availableReplicas'], status.readyReplicas, 'cannot be greater than status.readyReplicas', STATUS, errors);
  errors.push(...metadataUpdateErrors(metadata, old.metadata));
  checkCollisionCount(status.collisionCount, old.status.collisionCount, STATUS, errors);
  return errors;
}
