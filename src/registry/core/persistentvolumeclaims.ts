import { invalid, NamedString, notSupported, required, type FieldError } from '../../apimachinery/field-error.js';
import { FieldPath } from '../../apimachinery/field-path.js';
import { parseQuantityJson } from '../../apimachinery/quantity.js';
import { isQualifiedName } from '../../apimachinery/validation/labels.js';
import type { PersistentVolumeClaimSpec, TypedLocalObjectReference } from '../../schema/generated/core-v1.js';
import type { BehaviourFactory } from '../behaviour.js';
import { keepField } from '../spec-status.js';
import { strategyFor, type Strategy } from '../strategy.js';
import { kubeFinalizerErrors } from './finalizers.js';
import { validateClaimSpec } from './pod-spec/index.js';
import { roundResources } from './pod-spec/resource-rounding.js';
import { isNativeResource } from '../../component-helpers/resource-names.js';
import { STORAGE_CLASS, validateClaimUpdate, type Claim } from './volumes/claim-update.js';

const SPEC = FieldPath.of('spec');
const STATUS = FieldPath.of('status');

/** Sources in other namespaces are an alpha feature: without it such a reference is dropped (KEP-3294). */
function dropForeignSource(spec: PersistentVolumeClaimSpec, old?: PersistentVolumeClaimSpec): void {
  if (spec.dataSourceRef?.namespace && old?.dataSourceRef === undefined) delete spec.dataSourceRef;
}

function isKnownSource({ kind, apiGroup }: TypedLocalObjectReference): boolean {
  return (kind === 'PersistentVolumeClaim' && !apiGroup) || (kind === 'VolumeSnapshot' && apiGroup === 'snapshot.storage.k8s.io');
}

/** Old and new field for where content comes from say the same (KEP-1495). */
function linkSources(spec: PersistentVolumeClaimSpec, old?: PersistentVolumeClaimSpec): void {
  const had = old?.dataSource !== undefined || old?.dataSourceRef !== undefined;
  if (!had && spec.dataSourceRef === undefined && spec.dataSource !== undefined && !isKnownSource(spec.dataSource)) delete spec.dataSource;
  const { dataSource, dataSourceRef } = spec;
  if (dataSource !== undefined && dataSourceRef === undefined) spec.dataSourceRef = copySource(dataSource);
  if (dataSourceRef !== undefined && dataSource === undefined && !dataSourceRef.namespace) spec.dataSource = copySource(dataSourceRef);
}

/** In Go's order of fields, of which apiGroup is written even if it is nil. */
function copySource({ apiGroup, kind, name }: TypedLocalObjectReference): TypedLocalObjectReference {
  return { apiGroup: apiGroup ?? null, kind: kind ?? '', name: name ?? '' };
}

/** Whether an amount has a fraction. */
function isFractional(text: string | undefined): text is string {
  return text !== undefined && parseQuantityJson(text).milliValue() % 1000 !== 0;
}

function warnings({ metadata, spec }: Claim): string[] {
  const found: string[] = [];
  if (metadata.annotations?.[STORAGE_CLASS] !== undefined) {
    found.push(`metadata.annotations[${STORAGE_CLASS}]: deprecated since v1.8; use "storageClassName" attribute instead`);
  }
  for (const list of ['requests', 'limits'] as const) {
    const amount = spec.resources[list]?.storage;
    if (isFractional(amount))
      found.push(`spec.resources.${list}[storage]: fractional byte value "${amount}" is invalid, must be an integer`);
  }
  return found;
}

const main: Strategy<Claim> = {
  prepareForCreate(claim) {
    claim.status = { phase: 'Pending' };
    dropForeignSource(claim.spec);
    linkSources(claim.spec);
  },
  prepareForUpdate(claim, old) {
    keepField(claim, old, 'status');
    dropForeignSource(claim.spec, old.spec);
    linkSources(claim.spec, old.spec);
  },
  validate: ({ metadata, spec }) => [...kubeFinalizerErrors(metadata), ...validateClaimSpec(spec, SPEC)],
  validateUpdate: validateClaimUpdate,
  warningsOnCreate: warnings,
  warningsOnUpdate: warnings,
  resetFields: [['status']],
};

/** What the expansion of a claim's volume has come to (KEP-1790). */
const RESIZE_STATUSES: ReadonlySet<string> = new Set([
  'ControllerResizeInProgress',
  'ControllerResizeInfeasible',
  'NodeResizePending',
  'NodeResizeInProgress',
  'NodeResizeInfeasible',
]);

function resourceKeyErrors(name: string, path: FieldPath): FieldError[] {
  const messages = isQualifiedName(name);
  if (messages.length > 0) return messages.map((text) => invalid(path, name, text));
  return isNativeResource(name) && name !== 'storage' ? [notSupported(path, name, ['storage'])] : [];
}

function amountErrors(text: string, path: FieldPath): FieldError[] {
  const amount = parseQuantityJson(text);
  return amount.value() < 0 ? [invalid(path, amount.value(), 'must be a valid resource quantity')] : [];
}

function validateStatus({ metadata, spec, status }: Claim): FieldError[] {
  const errors = kubeFinalizerErrors(metadata);
  if (!spec.accessModes?.length) errors.push(required(FieldPath.of('Spec', 'accessModes')));
  for (const [name, text] of Object.entries(status.capacity ?? {})) errors.push(...amountErrors(text, STATUS.child('capacity').key(name)));
  const statuses = STATUS.child('allocatedResourceStatuses');
  for (const [name, value] of Object.entries(status.allocatedResourceStatuses ?? {})) {
    errors.push(...resourceKeyErrors(name, statuses));
    if (!RESIZE_STATUSES.has(value)) errors.push(notSupported(statuses, new NamedString(name), RESIZE_STATUSES));
  }
  const allocated = STATUS.child('allocatedResources');
  for (const [name, text] of Object.entries(status.allocatedResources ?? {})) {
    const faults = resourceKeyErrors(name, allocated);
    errors.push(...(faults.length > 0 ? faults : amountErrors(text, allocated.key(name))));
  }
  return errors;
}

const status: Strategy<Claim> = {
  prepareForUpdate(claim, old) {
    keepField(claim, old, 'spec');
  },
  validateUpdate: validateStatus,
  resetFields: [['spec']],
};

/** Claims on persistent volumes. */
export const persistentVolumeClaims: BehaviourFactory = () => ({
  strategy: strategyFor(main),
  status: strategyFor(status),
  returnsDeleted: true,
  defaults(object) {
    const { spec, status: state } = object as Claim;
    state.phase ||= 'Pending';
    spec.volumeMode ??= 'Filesystem';
    for (const list of [spec.resources.limits, spec.resources.requests, state.capacity, state.allocatedResources]) roundResources(list);
  },
});
