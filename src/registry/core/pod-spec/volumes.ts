import { duplicate, forbidden, goQuote, invalid, required, type FieldError } from '../../../apimachinery/field-error.js';
import type { FieldPath } from '../../../apimachinery/field-path.js';
import { parseQuantityJson } from '../../../apimachinery/quantity.js';
import { byteLength } from '../../../apimachinery/validation/messages.js';
import { nameIsDnsSubdomain } from '../../../apimachinery/validation/names.js';
import type { PodSpec, Volume, VolumeSource } from '../../../schema/generated/core-v1.js';
import { checkDnsLabel } from './checks.js';
import { checkClaimTemplate } from './claim-template.js';
import type { VolumesByName } from './mounts.js';
import type { PodValidationOptions } from './options.js';
import { checkConfigMapVolume, checkDownwardApi, checkProjected, checkSecretVolume } from './projected-volumes.js';
import { checkPullPolicy } from './pull-policy.js';
import {
  checkAzureDisk,
  checkCinder,
  checkCsi,
  checkDisk,
  checkFibreChannel,
  checkFields,
  checkFlex,
  checkFlocker,
  checkGitRepo,
  checkHostPath,
  checkIscsi,
  checkNfs,
  checkQuobyte,
  checkStorageOs,
} from './volume-sources.js';

/** What checks of a volume may look at besides the source itself. */
interface VolumeContext {
  readonly volume: Volume;
  /** The path of the volume in the list. */
  readonly path: FieldPath;
  /** Empty for templates, and for pods that have no name yet. */
  readonly podName: string;
  readonly options: PodValidationOptions;
}

/**
 * A pod's volumes (Go: ValidateVolumes). Returns those without fault, which
 * mounts may refer to.
 */
export function checkVolumes(
  spec: PodSpec,
  podName: string,
  path: FieldPath,
  options: PodValidationOptions,
  errors: FieldError[],
): VolumesByName {
  const { volumes = [] } = spec;
  const byName = new Map<string, Volume>();
  const claims = new Set<string>();
  if (podName !== '') for (const { name = '', ephemeral } of volumes) if (ephemeral !== undefined) claims.add(`${podName}-${name}`);
  volumes.forEach((volume, i) => {
    const at = path.index(i);
    const { name = '', persistentVolumeClaim } = volume;
    const before = errors.length;
    checkSource({ volume, path: at, podName, options }, errors);
    if (name === '') errors.push(required(at.child('name')));
    else checkDnsLabel(name, at.child('name'), errors);
    if (byName.has(name)) errors.push(duplicate(at.child('name'), name));
    if (errors.length === before) byName.set(name, volume);
    const claim = persistentVolumeClaim?.claimName ?? '';
    if (persistentVolumeClaim !== undefined && claims.has(claim)) {
      errors.push(
        invalid(
          at.child('persistentVolumeClaim', 'claimName'),
          claim,
          'must not reference a PVC that gets created for an ephemeral volume',
        ),
      );
    }
  });
  return byName;
}

/** One kind of volume: how a second one is named in the refusal, and its own rules. */
interface SourceRule {
  readonly field: keyof VolumeSource;
  readonly check: (source: VolumeSource, path: FieldPath, errors: FieldError[], context: VolumeContext) => void;
  /** Where the source's faults are reported, if not at its field. */
  readonly reportedAt?: string;
  /** How the source is called where it is one too many, if not by its field. */
  readonly refusedAt?: string;
  /** Rules that hold even if the source is one too many. */
  readonly always?: (source: VolumeSource, errors: FieldError[], context: VolumeContext) => void;
}

function rule<F extends keyof VolumeSource>(
  field: F,
  check: (source: NonNullable<VolumeSource[F]>, path: FieldPath, errors: FieldError[], context: VolumeContext) => void,
  more: Omit<SourceRule, 'field' | 'check'> = {},
): SourceRule {
  return {
    field,
    check: (source, path, errors, context) => {
      const own = source[field];
      if (own !== undefined) check(own, path, errors, context);
    },
    ...more,
  };
}

/** A rule for sources that only have fields that must not be empty. */
function fields<F extends keyof VolumeSource>(field: F, ...names: (keyof NonNullable<VolumeSource[F]> & string)[]): SourceRule {
  return rule(field, (source, path, errors) => {
    checkFields(source, names, path, errors);
  });
}

/** All kinds in the order of the real server, with the names that its messages use. */
const RULES: readonly SourceRule[] = [
  rule('hostPath', checkHostPath),
  rule('gitRepo', checkGitRepo),
  rule(
    'gcePersistentDisk',
    (source, path, errors) => {
      checkDisk(source, 'pdName', path, errors);
    },
    { reportedAt: 'persistentDisk' },
  ),
  rule('awsElasticBlockStore', (source, path, errors) => {
    checkDisk(source, 'volumeID', path, errors);
  }),
  rule('secret', checkSecretVolume),
  rule('nfs', checkNfs),
  rule('iscsi', checkIscsi, { always: checkIscsiName }),
  fields('glusterfs', 'endpoints', 'path'),
  rule('flocker', checkFlocker),
  fields('persistentVolumeClaim', 'claimName'),
  fields('rbd', 'monitors', 'image'),
  rule('cinder', checkCinder),
  { ...fields('cephfs', 'monitors'), refusedAt: 'cephFS' },
  rule('quobyte', checkQuobyte),
  rule('downwardAPI', checkDownwardApi, { refusedAt: 'downwarAPI' }),
  rule('fc', checkFibreChannel),
  rule('flexVolume', checkFlex),
  rule('configMap', checkConfigMapVolume),
  fields('azureFile', 'secretName', 'shareName'),
  fields('vsphereVolume', 'volumePath'),
  fields('photonPersistentDisk', 'pdID'),
  fields('portworxVolume', 'volumeID'),
  rule('azureDisk', checkAzureDisk),
  rule('storageos', checkStorageOs),
  rule('projected', (source, path, errors, { options }) => {
    checkProjected(source, path, options, errors);
  }),
  fields('scaleIO', 'gateway', 'system', 'volumeName'),
  rule('csi', checkCsi),
  rule('ephemeral', (source, path, errors, context) => {
    if (source.volumeClaimTemplate === undefined) errors.push(required(path.child('volumeClaimTemplate')));
    else checkClaimTemplate(source.volumeClaimTemplate, path.child('volumeClaimTemplate'), errors);
    checkClaimName(context, errors);
  }),
  rule('image', (source, path, errors, { options }) => {
    if (options.isPod && !source.reference) errors.push(required(path.child('reference')));
    checkPullPolicy(source.pullPolicy, path.child('pullPolicy'), errors);
  }),
];

function checkSource(context: VolumeContext, errors: FieldError[]): void {
  const { volume, path } = context;
  let found = volume.emptyDir !== undefined;
  const limit = volume.emptyDir?.sizeLimit;
  if (limit !== undefined && parseQuantityJson(limit).sign() < 0) {
    errors.push(forbidden(path.child('emptyDir', 'sizeLimit'), 'SizeLimit field must be a valid resource quantity'));
  }
  for (const { field, check, reportedAt, refusedAt, always } of RULES) {
    if (volume[field] === undefined) continue;
    if (found) errors.push(forbidden(path.child(refusedAt ?? field), 'may not specify more than 1 volume type'));
    else check(volume, path.child(reportedAt ?? field), errors, context);
    always?.(volume, errors, context);
    found = true;
  }
  if (!found) errors.push(required(path, 'must specify a volume type'));
}

function checkIscsiName(source: VolumeSource, errors: FieldError[], { volume, path }: VolumeContext): void {
  const { name = '' } = volume;
  const { initiatorName, targetPortal = '' } = source.iscsi ?? {};
  if (initiatorName === undefined || byteLength(`${name}:${targetPortal}`) <= 64) return;
  errors.push(
    invalid(
      path.child('name'),
      name,
      'Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.',
    ),
  );
}

/** The claim of an ephemeral volume is named after pod and volume. */
function checkClaimName({ volume, path, podName }: VolumeContext, errors: FieldError[]): void {
  const { name = '' } = volume;
  if (podName === '' || name === '') return;
  const claim = `${podName}-${name}`;
  for (const message of nameIsDnsSubdomain(claim, false))
    errors.push(invalid(path.child('name'), name, `PVC name ${goQuote(claim)}: ${message}`));
}
