import { forbidden, required, type FieldError } from '../../apimachinery/field-error.js';
import type { FieldPath } from '../../apimachinery/field-path.js';
import type {
  CSIPersistentVolumeSource,
  PersistentVolumeSource,
  PersistentVolumeSpec,
  SecretReference,
} from '../../schema/generated/core-v1.js';
import { checkDnsLabel, checkDnsSubdomain, unsupported } from '../core/pod-spec/checks.js';
import { checkCsiDriverName } from '../core/pod-spec/volume-sources.js';
import type { GoShape } from '../go-value.js';

/** A persistent volume inside another object, which stands for an in-tree volume that CSI migration translated. */

const NOT_INLINE = 'may not be specified in the context of inline volumes';
const ACCESS_MODES: ReadonlySet<string> = new Set(['ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOncePod']);

/** All sources but CSI, the last one in Go's struct. */
const IN_TREE = {
  GCEPersistentDisk: 'gcePersistentDisk',
  AWSElasticBlockStore: 'awsElasticBlockStore',
  HostPath: 'hostPath',
  Glusterfs: 'glusterfs',
  NFS: 'nfs',
  RBD: 'rbd',
  Quobyte: 'quobyte',
  ISCSI: 'iscsi',
  FlexVolume: 'flexVolume',
  Cinder: 'cinder',
  CephFS: 'cephfs',
  FC: 'fc',
  Flocker: 'flocker',
  AzureFile: 'azureFile',
  VsphereVolume: 'vsphereVolume',
  AzureDisk: 'azureDisk',
  PhotonPersistentDisk: 'photonPersistentDisk',
  PortworxVolume: 'portworxVolume',
  ScaleIO: 'scaleIO',
  Local: 'local',
  StorageOS: 'storageos',
} as const satisfies Readonly<Record<string, keyof PersistentVolumeSource>>;

const SECRET: GoShape = { Name: ['name', ''], Namespace: ['namespace', ''] };

const CSI: GoShape = {
  Driver: ['driver', ''],
  VolumeHandle: ['volumeHandle', ''],
  ReadOnly: ['readOnly', false],
  FSType: ['fsType', ''],
  VolumeAttributes: ['volumeAttributes', null],
  ControllerPublishSecretRef: ['controllerPublishSecretRef', SECRET],
  NodeStageSecretRef: ['nodeStageSecretRef', SECRET],
  NodePublishSecretRef: ['nodePublishSecretRef', SECRET],
  ControllerExpandSecretRef: ['controllerExpandSecretRef', SECRET],
  NodeExpandSecretRef: ['nodeExpandSecretRef', SECRET],
};

/** How Go prints a persistent volume's spec. */
export const INLINE_VOLUME: GoShape = {
  Capacity: ['capacity', null],
  ...Object.fromEntries(Object.entries(IN_TREE).map(([go, json]) => [go, [json, null]])),
  CSI: ['csi', CSI],
  AccessModes: ['accessModes', null],
  ClaimRef: ['claimRef', null],
  PersistentVolumeReclaimPolicy: ['persistentVolumeReclaimPolicy', ''],
  StorageClassName: ['storageClassName', ''],
  MountOptions: ['mountOptions', null],
  VolumeMode: ['volumeMode', null],
  NodeAffinity: ['nodeAffinity', null],
  VolumeAttributesClassName: ['volumeAttributesClassName', null],
};

/** Adds the faults of a spec that may only describe a CSI volume (Go: ValidatePersistentVolumeSpec, inline). */
export function checkInlineVolume(spec: PersistentVolumeSpec, path: FieldPath, errors: FieldError[]): void {
  const { claimRef, capacity = {}, csi, persistentVolumeReclaimPolicy: policy, nodeAffinity, storageClassName, volumeMode } = spec;
  if (claimRef !== undefined) errors.push(forbidden(path.child('claimRef'), NOT_INLINE));
  if (Object.keys(capacity).length > 0) errors.push(forbidden(path.child('capacity'), NOT_INLINE));
  if (csi === undefined) errors.push(required(path.child('csi'), 'has to be specified in the context of inline volumes'));
  checkAccessModes(spec.accessModes ?? [], path.child('accessModes'), errors);
  if (policy && policy !== 'Retain') {
    errors.push(forbidden(path.child('persistentVolumeReclaimPolicy'), 'may only be Retain in the context of inline volumes'));
  }
  if (nodeAffinity !== undefined) errors.push(forbidden(path.child('nodeAffinity'), NOT_INLINE));
  const inTree = Object.values(IN_TREE).some((name) => spec[name] !== undefined);
  if (csi !== undefined) {
    if (inTree) errors.push(forbidden(path.child('csi'), 'may not specify more than 1 volume type'));
    else checkCsi(csi, path.child('csi'), errors);
  } else if (!inTree) errors.push(required(path, 'must specify a volume type'));
  if (storageClassName) errors.push(forbidden(path.child('storageClassName'), NOT_INLINE));
  if (volumeMode !== undefined && volumeMode !== 'Filesystem') {
    errors.push(forbidden(path.child('volumeMode'), 'may not specify volumeMode other than Filesystem in the context of inline volumes'));
  }
}

function checkAccessModes(modes: readonly string[], path: FieldPath, errors: FieldError[]): void {
  if (modes.length === 0) errors.push(required(path));
  for (const mode of modes) if (!ACCESS_MODES.has(mode)) errors.push(unsupported(path, mode, ACCESS_MODES));
  const others = modes.some((mode) => mode !== 'ReadWriteOncePod' && ACCESS_MODES.has(mode));
  if (others && modes.includes('ReadWriteOncePod')) errors.push(forbidden(path, 'may not use ReadWriteOncePod with other access modes'));
}

function checkCsi(csi: CSIPersistentVolumeSource, path: FieldPath, errors: FieldError[]): void {
  checkCsiDriverName(csi.driver, path.child('driver'), errors);
  if (!csi.volumeHandle) errors.push(required(path.child('volumeHandle')));
  for (const name of ['controllerPublishSecretRef', 'controllerExpandSecretRef', 'nodePublishSecretRef', 'nodeExpandSecretRef'] as const) {
    checkSecret(csi[name], path.child(name), errors);
  }
}

function checkSecret(secret: SecretReference | undefined, path: FieldPath, errors: FieldError[]): void {
  if (secret === undefined) return;
  if (!secret.name) errors.push(required(path.child('name')));
  else checkDnsSubdomain(secret.name, path.child('name'), errors);
  if (!secret.namespace) errors.push(required(path.child('namespace')));
  else checkDnsLabel(secret.namespace, path.child('namespace'), errors);
}
