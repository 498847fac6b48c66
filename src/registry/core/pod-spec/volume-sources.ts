import { invalid, notSupported, required, tooLong, type FieldError } from '../../../apimachinery/field-error.js';
import type { FieldPath } from '../../../apimachinery/field-path.js';
import { byteLength } from '../../../apimachinery/validation/messages.js';
import { isDns1123Subdomain } from '../../../apimachinery/validation/dns.js';
import { nameIsDnsSubdomain } from '../../../apimachinery/validation/names.js';
import type {
  AzureDiskVolumeSource,
  CSIVolumeSource,
  FCVolumeSource,
  FlexVolumeSource,
  FlockerVolumeSource,
  GitRepoVolumeSource,
  HostPathVolumeSource,
  ISCSIVolumeSource,
  LocalObjectReference,
  NFSVolumeSource,
  QuobyteVolumeSource,
  StorageOSVolumeSource,
} from '../../../schema/generated/core-v1.js';
import { addMessages, checkDnsLabel, checkPresent, unsupported } from './checks.js';
import { checkDescendingPath, checkNoBacksteps } from './file-paths.js';

/** Kinds of volumes that pods and persistent volumes share (Go: validate…VolumeSource). */

/** Fields that must not be empty, in their order. */
export function checkFields<T extends object>(
  source: T,
  names: readonly (keyof T & string)[],
  path: FieldPath,
  errors: FieldError[],
): void {
  for (const name of names) if (isEmpty(source[name])) errors.push(required(path.child(name)));
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

const HOST_PATH_TYPES: ReadonlySet<string> = new Set([
  '',
  'DirectoryOrCreate',
  'Directory',
  'FileOrCreate',
  'File',
  'Socket',
  'CharDevice',
  'BlockDevice',
]);

export function checkHostPath(source: HostPathVolumeSource, path: FieldPath, errors: FieldError[]): void {
  if (!checkPresent(source.path, path.child('path'), errors)) return;
  checkNoBacksteps(source.path, path.child('path'), errors);
  if (source.type !== undefined && !HOST_PATH_TYPES.has(source.type))
    errors.push(unsupported(path.child('type'), source.type, HOST_PATH_TYPES));
}

export function checkGitRepo(source: GitRepoVolumeSource, path: FieldPath, errors: FieldError[]): void {
  checkFields(source, ['repository'], path, errors);
  if (source.directory) checkDescendingPath(source.directory, path.child('directory'), errors);
}

/** A disk with an optional partition: GCE and AWS. */
export function checkDisk<T extends { partition?: number | undefined }>(
  source: T,
  name: keyof T & string,
  path: FieldPath,
  errors: FieldError[],
): void {
  checkFields(source, [name], path, errors);
  const { partition = 0 } = source;
  if (partition < 0 || partition > 255) errors.push(invalid(path.child('partition'), partition, 'must be between 1 and 255, inclusive'));
}

const INITIATOR_FORMS: Readonly<Record<string, (name: string) => boolean>> = {
  iqn: isIqn,
  eui: (name) => /^eui.[A-Za-z0-9]{16}$/.test(name),
  naa: (name) => /^naa.[A-Za-z0-9]{32}$/.test(name),
};

/** Somewhere `iqn.<year>-<month>.<name>:`, and behind the colon nothing unusual to the end (RFC 3721). */
function isIqn(name: string): boolean {
  const unusual = lastUnusual(name);
  let start = 0;
  for (let colon = name.indexOf(':'); colon >= 0; colon = name.indexOf(':', start)) {
    const usual = colon > unusual && colon + 1 < name.length;
    if (usual && /iqn\.\d{4}-\d{2}\../.test(trailingWord(name.slice(start, colon)))) return true;
    start = colon + 1;
  }
  return false;
}

function lastUnusual(text: string): number {
  let at = text.length - 1;
  while (at >= 0 && !/[,;*&$|\t\n\f\r ]/.test(text.charAt(at))) at--;
  return at;
}

/** The letters, digits, dots and dashes at the end of a text. */
function trailingWord(text: string): string {
  let at = text.length;
  while (at > 0 && /[A-Za-z0-9.-]/.test(text.charAt(at - 1))) at--;
  return text.slice(at);
}

/** iSCSI names start with their naming authority; `start` is the message if they don't. */
export function checkInitiator(name: string, path: FieldPath, start: string, errors: FieldError[]): void {
  const matches = INITIATOR_FORMS[name.slice(0, 3)];
  if (matches === undefined) errors.push(invalid(path, name, start));
  else if (!matches(name)) errors.push(invalid(path, name, 'must be valid format'));
}

const INITIATOR_START = 'must be valid format starting with iqn, eui, or naa';

export function checkIscsi(source: ISCSIVolumeSource, path: FieldPath, errors: FieldError[]): void {
  checkFields(source, ['targetPortal'], path, errors);
  if (checkPresent(source.iqn, path.child('iqn'), errors)) checkInitiator(source.iqn, path.child('iqn'), INITIATOR_START, errors);
  checkLun(source.lun ?? 0, path.child('lun'), errors);
  if ((source.chapAuthDiscovery === true || source.chapAuthSession === true) && source.secretRef === undefined)
    errors.push(required(path.child('secretRef')));
  if (source.initiatorName !== undefined) checkInitiator(source.initiatorName, path.child('initiatorname'), INITIATOR_START, errors);
}

export function checkLun(lun: number, path: FieldPath, errors: FieldError[]): void {
  if (lun < 0 || lun > 255) errors.push(invalid(path, lun, 'must be between 0 and 255, inclusive'));
}

export function checkFibreChannel(source: FCVolumeSource, path: FieldPath, errors: FieldError[]): void {
  const { targetWWNs = [], wwids = [], lun } = source;
  const names = path.child('targetWWNs');
  if (targetWWNs.length === 0 && wwids.length === 0) errors.push(required(names, 'must specify either targetWWNs or wwids, but not both'));
  if (targetWWNs.length > 0 && wwids.length > 0)
    errors.push(invalid(names, targetWWNs, 'targetWWNs and wwids can not be specified simultaneously'));
  if (targetWWNs.length === 0) return;
  if (lun === undefined) errors.push(required(path.child('lun'), 'lun is required if targetWWNs is specified'));
  else checkLun(lun, path.child('lun'), errors);
}

export function checkNfs(source: NFSVolumeSource, path: FieldPath, errors: FieldError[]): void {
  checkFields(source, ['server', 'path'], path, errors);
  const { path: directory = '' } = source;
  if (!directory.startsWith('/')) errors.push(invalid(path.child('path'), directory, 'must be an absolute path'));
}

const REGISTRY_FORM = 'must be a host:port pair or multiple pairs separated by commas';

export function checkQuobyte(source: QuobyteVolumeSource, path: FieldPath, errors: FieldError[]): void {
  const { registry = '', tenant = '' } = source;
  if (registry === '') errors.push(required(path.child('registry'), REGISTRY_FORM));
  else if (byteLength(tenant) >= 65)
    errors.push(required(path.child('tenant'), 'must be a UUID and may not exceed a length of 64 characters'));
  else for (const pair of registry.split(',')) if (!isHostPort(pair)) errors.push(invalid(path.child('registry'), registry, REGISTRY_FORM));
  checkFields(source, ['volume'], path, errors);
}

/** Go: net.SplitHostPort succeeds. */
function isHostPort(text: string): boolean {
  const colon = text.lastIndexOf(':');
  if (colon < 0) return false;
  if (!text.startsWith('[')) return text.indexOf(':') === colon && !/[[\]]/.test(text);
  const close = text.indexOf(']');
  return close >= 0 && close + 1 === colon && !/[[\]]/.test(text.slice(1, close)) && !/[[\]]/.test(text.slice(colon));
}

export function checkFlocker(source: FlockerVolumeSource, path: FieldPath, errors: FieldError[]): void {
  const { datasetName = '', datasetUUID = '' } = source;
  if (datasetName === '' && datasetUUID === '') errors.push(required(path, 'one of datasetName and datasetUUID is required'));
  if (datasetName !== '' && datasetUUID !== '')
    errors.push(invalid(path, 'resource', 'datasetName and datasetUUID can not be specified simultaneously'));
  if (datasetName.includes('/')) errors.push(invalid(path.child('datasetName'), datasetName, "must not contain '/'"));
}

export function checkCinder(
  source: { volumeID?: string | undefined; secretRef?: LocalObjectReference | undefined },
  path: FieldPath,
  errors: FieldError[],
): void {
  checkFields(source, ['volumeID'], path, errors);
  checkSecretRef(source.secretRef, path.child('secretRef'), errors);
}

/** A reference to a secret, if there is one, has a name. */
export function checkSecretRef(reference: LocalObjectReference | undefined, path: FieldPath, errors: FieldError[]): void {
  if (reference !== undefined && !reference.name) errors.push(required(path.child('name')));
}

export function checkFlex(source: FlexVolumeSource, path: FieldPath, errors: FieldError[]): void {
  checkFields(source, ['driver'], path, errors);
  for (const key of Object.keys(source.options ?? {})) {
    const slash = key.indexOf('/');
    const domain = `.${(slash < 0 ? key : key.slice(0, slash)).toLowerCase()}`;
    if (domain.endsWith('.kubernetes.io') || domain.endsWith('.k8s.io')) {
      errors.push(invalid(path.child('options').key(key), key, 'kubernetes.io and k8s.io namespaces are reserved'));
    }
  }
}

const CACHING_MODES: ReadonlySet<string> = new Set(['None', 'ReadOnly', 'ReadWrite']);
const DISK_KINDS: ReadonlySet<string> = new Set(['Shared', 'Dedicated', 'Managed']);
const MANAGED_URI = ['/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}'];
const BLOB_URI = ['https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd'];

export function checkAzureDisk(source: AzureDiskVolumeSource, path: FieldPath, errors: FieldError[]): void {
  checkFields(source, ['diskName', 'diskURI'], path, errors);
  const { diskURI = '', cachingMode, kind } = source;
  if (cachingMode !== undefined && !CACHING_MODES.has(cachingMode))
    errors.push(unsupported(path.child('cachingMode'), cachingMode, CACHING_MODES));
  if (kind === undefined) return;
  if (!DISK_KINDS.has(kind)) errors.push(unsupported(path.child('kind'), kind, DISK_KINDS));
  if (kind === 'Managed') {
    if (!diskURI.startsWith('/subscriptions/')) errors.push(notSupported(path.child('diskURI'), diskURI, MANAGED_URI));
  } else if (!diskURI.startsWith('https://')) errors.push(notSupported(path.child('diskURI'), diskURI, BLOB_URI));
}

export function checkStorageOs(source: StorageOSVolumeSource, path: FieldPath, errors: FieldError[]): void {
  if (checkPresent(source.volumeName, path.child('volumeName'), errors)) checkDnsLabel(source.volumeName, path.child('volumeName'), errors);
  if (source.volumeNamespace) checkDnsLabel(source.volumeNamespace, path.child('volumeNamespace'), errors);
  checkSecretRef(source.secretRef, path.child('secretRef'), errors);
}

/** The name of a CSI driver: a DNS subdomain in any case, of 63 bytes at most (Go: ValidateCSIDriverName). */
export function checkCsiDriverName(name: string | undefined, path: FieldPath, errors: FieldError[]): void {
  if (!checkPresent(name, path, errors)) return;
  if (byteLength(name) > 63) errors.push(tooLong(path, 63));
  addMessages(path, name, isDns1123Subdomain(name.toLowerCase()), errors);
}

export function checkCsi(source: CSIVolumeSource, path: FieldPath, errors: FieldError[]): void {
  checkCsiDriverName(source.driver, path.child('driver'), errors);
  const reference = source.nodePublishSecretRef;
  if (reference === undefined) return;
  if (!reference.name) errors.push(required(path.child('nodePublishSecretRef', 'name')));
  else addMessages(path.child('name'), reference.name, nameIsDnsSubdomain(reference.name, false), errors);
}
