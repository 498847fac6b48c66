import { forbidden, invalid, required, type FieldError } from '../../../apimachinery/field-error.js';
import type { FieldPath } from '../../../apimachinery/field-path.js';
import { byteLength } from '../../../apimachinery/validation/messages.js';
import { validateNamespaceName } from '../../../apimachinery/validation/names.js';
import type {
  AzureFilePersistentVolumeSource,
  CinderPersistentVolumeSource,
  CSIPersistentVolumeSource,
  GlusterfsPersistentVolumeSource,
  ISCSIPersistentVolumeSource,
  LocalVolumeSource,
  PersistentVolumeSource,
  PersistentVolumeSpec,
  SecretReference,
  StorageOSPersistentVolumeSource,
} from '../../../schema/generated/core-v1.js';
import { addMessages, checkDnsLabel, checkDnsSubdomain, checkPresent } from '../pod-spec/checks.js';
import { checkNoBacksteps } from '../pod-spec/file-paths.js';
import {
  checkAzureDisk,
  checkCsiDriverName,
  checkDisk,
  checkFibreChannel,
  checkFields,
  checkFlex,
  checkFlocker,
  checkHostPath,
  checkInitiator,
  checkLun,
  checkNfs,
  checkQuobyte,
} from '../pod-spec/volume-sources.js';

type Check<T> = (source: T, path: FieldPath, errors: FieldError[], volumeName: string) => void;

/** How one kind of volume is checked. */
interface Kind {
  readonly name: keyof PersistentVolumeSource;
  /** The field's name in a refusal of a second kind, and below it, where they differ from the real one. */
  readonly second?: string;
  readonly below?: string;
  /** A second kind is counted, not refused. */
  readonly tolerated?: true;
  readonly check: (spec: PersistentVolumeSpec, path: FieldPath, errors: FieldError[], volumeName: string) => void;
}

function kind<K extends keyof PersistentVolumeSource>(
  name: K,
  check: Check<NonNullable<PersistentVolumeSource[K]>>,
  more: Partial<Kind> = {},
): Kind {
  return {
    name,
    check: (spec, path, errors, volumeName) => {
      const source = spec[name];
      if (source !== undefined) check(source, path, errors, volumeName);
    },
    ...more,
  };
}

function fields<T extends object>(...names: (keyof T & string)[]): Check<T> {
  return (source, path, errors) => {
    checkFields(source, names, path, errors);
  };
}

/** All kinds, in the order in which the real server looks at them. */
const KINDS: readonly Kind[] = [
  kind('hostPath', checkHostPath),
  kind(
    'gcePersistentDisk',
    (source, path, errors) => {
      checkDisk(source, 'pdName', path, errors);
    },
    { below: 'persistentDisk' },
  ),
  kind('awsElasticBlockStore', (source, path, errors) => {
    checkDisk(source, 'volumeID', path, errors);
  }),
  kind('glusterfs', checkGlusterfs),
  kind('flocker', checkFlocker),
  kind('nfs', checkNfs),
  kind('rbd', fields('monitors', 'image')),
  kind('quobyte', checkQuobyte),
  kind('cephfs', fields('monitors'), { second: 'cephFS' }),
  kind('iscsi', checkIscsi),
  kind('cinder', checkCinder),
  kind('fc', checkFibreChannel),
  kind('flexVolume', checkFlex, { tolerated: true }),
  kind('azureFile', checkAzureFile),
  kind('vsphereVolume', fields('volumePath')),
  kind('photonPersistentDisk', fields('pdID')),
  kind('portworxVolume', fields('volumeID')),
  kind('azureDisk', checkAzureDisk),
  kind('scaleIO', fields('gateway', 'system', 'volumeName')),
  kind('local', checkLocal),
  kind('storageos', checkStorageOs),
  kind('csi', checkCsi),
];

/** Exactly one kind of volume, with what that kind needs (Go: ValidatePersistentVolumeSpec). */
export function checkVolumeSources(spec: PersistentVolumeSpec, path: FieldPath, errors: FieldError[], volumeName: string): void {
  let found = 0;
  for (const { name, second, below, tolerated, check } of KINDS) {
    if (spec[name] === undefined) continue;
    if (found > 0 && tolerated !== true) {
      errors.push(forbidden(path.child(second ?? name), 'may not specify more than 1 volume type'));
      continue;
    }
    found++;
    check(spec, path.child(below ?? name), errors, volumeName);
    if (name === 'local' && spec.nodeAffinity === undefined)
      errors.push(required(path.child('nodeAffinity'), 'Local volume requires node affinity'));
  }
  if (found === 0) errors.push(required(path, 'must specify a volume type'));
}

/** The names of all kinds, as fields of the spec. */
export const VOLUME_KINDS: readonly (keyof PersistentVolumeSource)[] = KINDS.map(({ name }) => name);

function checkGlusterfs(source: GlusterfsPersistentVolumeSource, path: FieldPath, errors: FieldError[]): void {
  checkFields(source, ['endpoints', 'path'], path, errors);
  const { endpointsNamespace: namespace } = source;
  if (namespace === undefined) return;
  const at = path.child('endpointsNamespace');
  if (namespace === '') errors.push(invalid(at, namespace, 'if the endpointnamespace is set, it must be a valid namespace name'));
  else addMessages(at, namespace, validateNamespaceName(namespace, false), errors);
}

/** The name and the portal together become a file's name. */
const MAX_ISCSI_NAME = 64;

function checkIscsi(source: ISCSIPersistentVolumeSource, path: FieldPath, errors: FieldError[], volumeName: string): void {
  const { targetPortal = '', iqn, initiatorName, secretRef } = source;
  checkFields(source, ['targetPortal'], path, errors);
  if (initiatorName !== undefined && byteLength(`${volumeName}:${targetPortal}`) > MAX_ISCSI_NAME) {
    const text = 'Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.';
    errors.push(invalid(path.child('targetportal'), targetPortal, text));
  }
  const form = 'must be valid format';
  if (checkPresent(iqn, path.child('iqn'), errors)) checkInitiator(iqn, path.child('iqn'), form, errors);
  checkLun(source.lun ?? 0, path.child('lun'), errors);
  if ((source.chapAuthDiscovery === true || source.chapAuthSession === true) && secretRef === undefined)
    errors.push(required(path.child('secretRef')));
  if (secretRef !== undefined && !secretRef.name) errors.push(required(path.child('secretRef', 'name')));
  if (initiatorName !== undefined) checkInitiator(initiatorName, path.child('initiatorname'), form, errors);
}

function checkCinder(source: CinderPersistentVolumeSource, path: FieldPath, errors: FieldError[]): void {
  checkFields(source, ['volumeID'], path, errors);
  if (source.secretRef !== undefined) checkFields(source.secretRef, ['name', 'namespace'], path.child('secretRef'), errors);
}

function checkAzureFile(source: AzureFilePersistentVolumeSource, path: FieldPath, errors: FieldError[]): void {
  checkFields(source, ['secretName', 'shareName'], path, errors);
  if (source.secretNamespace === '') errors.push(required(path.child('secretNamespace')));
}

function checkLocal(source: LocalVolumeSource, path: FieldPath, errors: FieldError[]): void {
  if (checkPresent(source.path, path.child('path'), errors)) checkNoBacksteps(source.path, path.child('path'), errors);
}

function checkStorageOs(source: StorageOSPersistentVolumeSource, path: FieldPath, errors: FieldError[]): void {
  if (checkPresent(source.volumeName, path.child('volumeName'), errors)) checkDnsLabel(source.volumeName, path.child('volumeName'), errors);
  if (source.volumeNamespace) checkDnsLabel(source.volumeNamespace, path.child('volumeNamespace'), errors);
  if (source.secretRef !== undefined) checkFields(source.secretRef, ['name', 'namespace'], path.child('secretRef'), errors);
}

function checkCsi(source: CSIPersistentVolumeSource, path: FieldPath, errors: FieldError[]): void {
  checkCsiDriverName(source.driver, path.child('driver'), errors);
  checkFields(source, ['volumeHandle'], path, errors);
  for (const name of ['controllerPublishSecretRef', 'controllerExpandSecretRef', 'nodePublishSecretRef', 'nodeExpandSecretRef'] as const) {
    const reference = source[name];
    if (reference !== undefined) checkSecretReference(reference, path.child(name), errors);
  }
}

function checkSecretReference({ name, namespace }: SecretReference, path: FieldPath, errors: FieldError[]): void {
  if (checkPresent(name, path.child('name'), errors)) checkDnsSubdomain(name, path.child('name'), errors);
  if (checkPresent(namespace, path.child('namespace'), errors)) checkDnsLabel(namespace, path.child('namespace'), errors);
}
