import { forbidden, invalid, notSupported, required, type FieldError } from '../../../apimachinery/field-error.js';
import { FieldPath } from '../../../apimachinery/field-path.js';
import { parseQuantityJson } from '../../../apimachinery/quantity.js';
import { semanticEqual as sameValue } from '../../../apimachinery/semantic-equal.js';
import { nameIsDnsSubdomain } from '../../../apimachinery/validation/names.js';
import { validateImmutableField } from '../../../apimachinery/validation/object-meta.js';
import type {
  NodeSelectorTerm,
  PersistentVolumeSource,
  PersistentVolumeSpec,
  PersistentVolumeStatus,
  VolumeNodeAffinity,
} from '../../../schema/generated/core-v1.js';
import { GoPrinter } from '../../go-struct.js';
import type { KubeObject } from '../../object.js';
import { metadataErrors } from '../metadata.js';
import { checkDnsSubdomain, unsupported } from '../pod-spec/checks.js';
import { checkNodeSelector, nodeSelectorFaulty } from '../pod-spec/node-selector.js';
import { unifiedDiff } from '../../../apimachinery/unified-diff.js';
import { asGiven } from '../../../schema/given-empty.js';
import { checkVolumeSources, VOLUME_KINDS } from './volume-sources.js';
import { goVolumeSource } from './go-volume-source.js';

/** A core/v1 PersistentVolume as decoded. */
export interface Volume extends KubeObject {
  spec: PersistentVolumeSpec;
  status: PersistentVolumeStatus;
}

const SPEC = FieldPath.of('spec');
const CAPACITY = SPEC.child('capacity');
const CLASS_NAME = SPEC.child('volumeAttributesClassName');
const ACCESS_MODES: ReadonlySet<string> = new Set(['ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOncePod']);
const RECLAIM_POLICIES: ReadonlySet<string> = new Set(['Delete', 'Recycle', 'Retain']);
const VOLUME_MODES: ReadonlySet<string> = new Set(['Block', 'Filesystem']);
const MOUNT_OPTIONS = 'volume.beta.kubernetes.io/mount-options';

/** Kinds whose plug-ins take mount options. */
const WITH_MOUNT_OPTIONS = [
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'glusterfs',
  'nfs',
  'rbd',
  'quobyte',
  'iscsi',
  'cinder',
  'cephfs',
  'azureFile',
  'vsphereVolume',
  'azureDisk',
  'photonPersistentDisk',
] as const;

/** Faults of a volume, metadata included; `old` may have label values that no new one may have. */
export function validateVolume(volume: Volume, old?: Volume): FieldError[] {
  return [...coreErrors(volume, old), ...mountOptionErrors(volume)];
}

function coreErrors({ metadata, spec }: Volume, old: Volume | undefined): FieldError[] {
  const errors = metadataErrors(metadata, false, nameIsDnsSubdomain);
  checkAccessModes(spec, errors);
  checkCapacity(spec, errors);
  const policy = spec.persistentVolumeReclaimPolicy;
  if (policy && !RECLAIM_POLICIES.has(policy))
    errors.push(unsupported(SPEC.child('persistentVolumeReclaimPolicy'), policy, RECLAIM_POLICIES));
  if (spec.nodeAffinity !== undefined)
    checkAffinity(spec.nodeAffinity, nodeSelectorFaulty(old?.spec.nodeAffinity?.required?.nodeSelectorTerms ?? []), errors);
  checkVolumeSources(spec, SPEC, errors, metadata.name ?? '');
  if (policy === 'Recycle' && isRoot(spec.hostPath?.path)) {
    errors.push(forbidden(SPEC.child('persistentVolumeReclaimPolicy'), "may not be 'recycle' for a hostPath mount of '/'"));
  }
  if (spec.storageClassName) checkDnsSubdomain(spec.storageClassName, SPEC.child('storageClassName'), errors);
  if (spec.volumeMode !== undefined && !VOLUME_MODES.has(spec.volumeMode))
    errors.push(unsupported(SPEC.child('volumeMode'), spec.volumeMode, VOLUME_MODES));
  checkAttributesClass(spec, errors);
  return errors;
}

/** Whether a path comes down to `/` (Go: path.Clean). */
function isRoot(path: string | undefined): boolean {
  return path?.startsWith('/') === true && path.split('/').every((part) => part === '' || part === '.' || part === '..');
}

function checkAccessModes({ accessModes = [] }: PersistentVolumeSpec, errors: FieldError[]): void {
  const path = SPEC.child('accessModes');
  if (accessModes.length === 0) errors.push(required(path));
  for (const mode of accessModes) if (!ACCESS_MODES.has(mode)) errors.push(unsupported(path, mode, ACCESS_MODES));
  if (accessModes.includes('ReadWriteOncePod') && accessModes.some((mode) => mode !== 'ReadWriteOncePod' && ACCESS_MODES.has(mode))) {
    errors.push(forbidden(path, 'may not use ReadWriteOncePod with other access modes'));
  }
}

/** Just storage, and some of it. */
function checkCapacity(spec: PersistentVolumeSpec, errors: FieldError[]): void {
  const { capacity = {} } = spec;
  const names = Object.keys(capacity);
  if (names.length === 0) errors.push(required(CAPACITY));
  if (capacity.storage === undefined || names.length > 1) errors.push(notSupported(CAPACITY, asGiven(spec, 'capacity'), ['storage']));
  for (const [name, text] of Object.entries(capacity)) {
    const amount = parseQuantityJson(text);
    if (amount.value() < 0) errors.push(invalid(CAPACITY.key(name), amount.value(), 'must be a valid resource quantity'));
    if (amount.sign() <= 0) errors.push(invalid(CAPACITY.key(name), amount.toString(), 'must be greater than zero'));
  }
}

function checkAffinity({ required: selector }: VolumeNodeAffinity, allowInvalidValues: boolean, errors: FieldError[]): void {
  const path = SPEC.child('nodeAffinity', 'required');
  if (selector === undefined) errors.push(required(path, 'must specify required node constraints'));
  else checkNodeSelector(selector, allowInvalidValues, path, errors);
}

function checkAttributesClass({ volumeAttributesClassName: name, csi }: PersistentVolumeSpec, errors: FieldError[]): void {
  if (name === undefined) return;
  if (name === '') errors.push(required(CLASS_NAME, 'an empty string is disallowed'));
  else checkDnsSubdomain(name, CLASS_NAME, errors);
  if (csi === undefined) errors.push(required(SPEC.child('csi'), 'has to be specified when using volumeAttributesClassName'));
}

function mountOptionErrors({ metadata, spec }: Volume): FieldError[] {
  if (metadata.annotations?.[MOUNT_OPTIONS] === undefined || WITH_MOUNT_OPTIONS.some((kind) => spec[kind] !== undefined)) return [];
  return [forbidden(FieldPath.of('metadata', 'annotations', MOUNT_OPTIONS), 'may not specify mount options for this volume type')];
}

/** Faults of a change: where the volume is stays as it is (Go: ValidatePersistentVolumeUpdate, after the strategy's checks). */
export function validateVolumeUpdate(volume: Volume, old: Volume): FieldError[] {
  const errors = [...validateVolume(volume, old), ...coreErrors(volume, old)];
  const [now, was] = [sourceOf(volume.spec), sourceOf(old.spec)];
  // What is needed to expand a volume may come later.
  if (was.csi?.controllerExpandSecretRef === undefined && was.csi !== undefined && now.csi?.controllerExpandSecretRef !== undefined) {
    const { controllerExpandSecretRef: _, ...rest } = now.csi;
    now.csi = rest;
  }
  if (!sameValue(now, was)) {
    const text = 'spec.persistentvolumesource is immutable after creation';
    errors.push(forbidden(SPEC.child('persistentvolumesource'), `${text}\n${unifiedDiff(goVolumeSource(was), goVolumeSource(now))}`));
  }
  errors.push(...validateImmutableField(volume.spec.volumeMode ?? null, old.spec.volumeMode ?? null, FieldPath.of('volumeMode')));
  errors.push(...affinityChange(volume.spec.nodeAffinity, old.spec.nodeAffinity));
  if (old.spec.volumeAttributesClassName !== undefined && volume.spec.volumeAttributesClassName === undefined) {
    errors.push(forbidden(CLASS_NAME, 'update from non-nil value to nil is forbidden'));
  }
  return errors;
}

function sourceOf(spec: PersistentVolumeSpec): PersistentVolumeSource {
  return Object.fromEntries(
    VOLUME_KINDS.flatMap((kind) => (spec[kind] === undefined ? [] : [[kind, spec[kind]]])),
  ) as PersistentVolumeSource;
}

/** Labels of nodes that were renamed when they became stable. */
const STABLE_LABELS: ReadonlyMap<string, string> = new Map([
  ['failure-domain.beta.kubernetes.io/zone', 'topology.kubernetes.io/zone'],
  ['failure-domain.beta.kubernetes.io/region', 'topology.kubernetes.io/region'],
  ['beta.kubernetes.io/os', 'kubernetes.io/os'],
  ['beta.kubernetes.io/arch', 'kubernetes.io/arch'],
  ['beta.kubernetes.io/instance-type', 'node.kubernetes.io/instance-type'],
]);

const printer = new GoPrinter({
  VolumeNodeAffinity: 'Required*:NodeSelector',
  NodeSelector: 'NodeSelectorTerms*:Term',
  Term: 'MatchExpressions*:Requirement MatchFields*:Requirement',
  Requirement: 'Key Operator Values*',
});

function affinityChange(now: VolumeNodeAffinity | undefined, was: VolumeNodeAffinity | undefined): FieldError[] {
  if (was === undefined || sameAffinity(now, was)) return [];
  const shown = printer.print('VolumeNodeAffinity', now);
  return [invalid(FieldPath.of('nodeAffinity'), shown, 'field is immutable, except for updating from beta label to GA')];
}

/** Equal, but for labels that got their stable names. */
function sameAffinity(now: VolumeNodeAffinity | undefined, was: VolumeNodeAffinity): boolean {
  const terms = now?.required?.nodeSelectorTerms ?? [];
  const oldTerms = was.required?.nodeSelectorTerms ?? [];
  if (now === undefined || (now.required === undefined) !== (was.required === undefined) || terms.length !== oldTerms.length) return false;
  return terms.every((term, i) => sameValue(term, renamed(oldTerms[i] ?? {}, term)));
}

/** The old term with those names that the new one has renamed. */
function renamed(old: NodeSelectorTerm, now: NodeSelectorTerm): NodeSelectorTerm {
  const update = (
    list: NodeSelectorTerm['matchExpressions'],
    other: NodeSelectorTerm['matchExpressions'],
  ): NodeSelectorTerm['matchExpressions'] =>
    list?.map((requirement, i) => {
      const key = other?.[i]?.key;
      // A label that wasn't renamed counts as renamed to nothing.
      return key !== undefined && (STABLE_LABELS.get(requirement.key ?? '') ?? '') === key ? { ...requirement, key } : requirement;
    });
  const term: NodeSelectorTerm = { ...old };
  if (old.matchExpressions !== undefined) term.matchExpressions = update(old.matchExpressions, now.matchExpressions);
  if (old.matchFields !== undefined) term.matchFields = update(old.matchFields, now.matchFields);
  return term;
}
