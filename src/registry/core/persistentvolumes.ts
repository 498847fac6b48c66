import { FieldPath } from '../../apimachinery/field-path.js';
import { formatTime } from '../../apimachinery/time.js';
import { nameIsPathSegment } from '../../apimachinery/validation/names.js';
import type { PersistentVolumeSource } from '../../schema/generated/core-v1.js';
import type { BehaviourFactory } from '../behaviour.js';
import { keepField } from '../spec-status.js';
import { strategyFor, type Strategy } from '../strategy.js';
import { kubeFinalizerErrors } from './finalizers.js';
import { nodeSelectorTermWarnings } from './node-labels.js';
import { roundResources } from './pod-spec/resource-rounding.js';
import { validateVolume, validateVolumeUpdate, type Volume } from './volumes/volume-validation.js';

const DEPRECATED_ANNOTATIONS = [
  ['volume.beta.kubernetes.io/storage-class', 'deprecated since v1.8; use "storageClassName" attribute instead'],
  ['volume.beta.kubernetes.io/mount-options', 'deprecated since v1.31; use "mountOptions" attribute instead'],
] as const;

/** Kinds of volumes that are gone, and since when. */
const DEPRECATED_KINDS: readonly (readonly [keyof PersistentVolumeSource, string])[] = [
  ['cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['storageos', 'deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  ['rbd', 'deprecated in v1.28, non-functional in v1.31+'],
];

const TERMS = FieldPath.of('spec', 'nodeAffinity', 'required', 'nodeSelectorTerms');
const RECYCLE =
  'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.';

function warnings({ metadata, spec }: Volume): string[] {
  const found: string[] = [];
  for (const [key, text] of DEPRECATED_ANNOTATIONS)
    if (metadata.annotations?.[key] !== undefined) found.push(`metadata.annotations[${key}]: ${text}`);
  if (spec.persistentVolumeReclaimPolicy === 'Recycle') found.push(RECYCLE);
  spec.nodeAffinity?.required?.nodeSelectorTerms?.forEach((term, i) => {
    found.push(...nodeSelectorTermWarnings(term, false, TERMS.index(i)));
  });
  for (const [kind, text] of DEPRECATED_KINDS)
    if (spec[kind] !== undefined) found.push(`spec.${kind === 'storageos' ? 'storageOS' : kind}: ${text}`);
  return found;
}

function strategies(now: () => number): { main: Strategy<Volume>; status: Strategy<Volume> } {
  const shared: Strategy<Volume> = { validateName: nameIsPathSegment };
  const main: Strategy<Volume> = {
    ...shared,
    validatesMetadata: true,
    prepareForCreate(volume) {
      volume.status = { phase: 'Pending', lastPhaseTransitionTime: formatTime(now()) };
    },
    prepareForUpdate(volume, old) {
      keepField(volume, old, 'status');
    },
    validate: (volume) => validateVolume(volume),
    validateUpdate: validateVolumeUpdate,
    warningsOnCreate: warnings,
    warningsOnUpdate: warnings,
    resetFields: [['status']],
  };
  const status: Strategy<Volume> = {
    ...shared,
    prepareForUpdate(volume, old) {
      keepField(volume, old, 'spec');
      const { status: state } = volume;
      const before = old.status.lastPhaseTransitionTime;
      const given = state.lastPhaseTransitionTime;
      if (state.phase === old.status.phase) {
        if (given === undefined && before !== undefined) state.lastPhaseTransitionTime = before;
      } else if (given === undefined || given === before) {
        state.lastPhaseTransitionTime = formatTime(now());
      }
    },
    validateUpdate: ({ metadata }) => kubeFinalizerErrors(metadata),
    resetFields: [['spec']],
  };
  return { main, status };
}

/** Persistent volumes: storage that outlives pods. */
export const persistentVolumes: BehaviourFactory = ({ clock }) => {
  const { main, status } = strategies(() => clock.now());
  return {
    strategy: strategyFor(main),
    status: strategyFor(status),
    returnsDeleted: true,
    defaults(object) {
      const { spec, status: state } = object as Volume;
      state.phase ||= 'Pending';
      spec.persistentVolumeReclaimPolicy ||= 'Retain';
      spec.volumeMode ??= 'Filesystem';
      roundResources(spec.capacity);
      if (spec.hostPath !== undefined) spec.hostPath.type ??= '';
    },
  };
};
