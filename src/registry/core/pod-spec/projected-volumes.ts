import { forbidden, invalid, required, type FieldError } from '../../../apimachinery/field-error.js';
import { FieldPath } from '../../../apimachinery/field-path.js';
import type {
  ConfigMapVolumeSource,
  DownwardAPIVolumeFile,
  DownwardAPIVolumeSource,
  KeyToPath,
  PodSpec,
  ProjectedVolumeSource,
  SecretVolumeSource,
  ServiceAccountTokenProjection,
  VolumeProjection,
} from '../../../schema/generated/core-v1.js';
import { checkFileMode, checkPresent } from './checks.js';
import { checkFieldRef, checkResourceFieldRef } from './env.js';
import { checkNonReservedPath } from './file-paths.js';
import type { PodValidationOptions } from './options.js';

export function checkSecretVolume(source: SecretVolumeSource, path: FieldPath, errors: FieldError[]): void {
  if (!source.secretName) errors.push(required(path.child('secretName')));
  checkFileMode(source.defaultMode, path.child('defaultMode'), errors);
  checkItems(source.items, path.child('items'), errors);
}

export function checkConfigMapVolume(source: ConfigMapVolumeSource, path: FieldPath, errors: FieldError[]): void {
  if (!source.name) errors.push(required(path.child('name')));
  checkFileMode(source.defaultMode, path.child('defaultMode'), errors);
  checkItems(source.items, path.child('items'), errors);
}

function checkItems(items: readonly KeyToPath[] | undefined, path: FieldPath, errors: FieldError[]): void {
  items?.forEach((item, i) => {
    checkKeyToPath(item, path.index(i), errors);
  });
}

function checkKeyToPath(item: KeyToPath, path: FieldPath, errors: FieldError[]): void {
  if (!item.key) errors.push(required(path.child('key')));
  if (checkPresent(item.path, path.child('path'), errors)) checkNonReservedPath(item.path, path.child('path'), errors);
  checkFileMode(item.mode, path.child('mode'), errors);
}

const VOLUME_FIELDS: ReadonlySet<string> = new Set([
  'metadata.name',
  'metadata.namespace',
  'metadata.labels',
  'metadata.annotations',
  'metadata.uid',
]);

/** Faults of a file are reported without its index, as the real server does. */
function checkDownwardFile(file: DownwardAPIVolumeFile, path: FieldPath, errors: FieldError[]): void {
  const { fieldRef, resourceFieldRef, mode } = file;
  if (checkPresent(file.path, path.child('path'), errors)) checkNonReservedPath(file.path, path.child('path'), errors);
  if (fieldRef !== undefined) {
    checkFieldRef(fieldRef, VOLUME_FIELDS, path.child('fieldRef'), errors);
    if (resourceFieldRef !== undefined)
      errors.push(invalid(path, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously'));
  } else if (resourceFieldRef !== undefined) checkResourceFieldRef(resourceFieldRef, path.child('resourceFieldRef'), true, errors);
  else errors.push(required(path, 'one of fieldRef and resourceFieldRef is required'));
  checkFileMode(mode, path.child('mode'), errors);
}

export function checkDownwardApi(source: DownwardAPIVolumeSource, path: FieldPath, errors: FieldError[]): void {
  checkFileMode(source.defaultMode, path.child('defaultMode'), errors);
  for (const file of source.items ?? []) checkDownwardFile(file, path, errors);
}

/** Several sources in one volume, whose files must not hide each other. */
export function checkProjected(source: ProjectedVolumeSource, path: FieldPath, options: PodValidationOptions, errors: FieldError[]): void {
  checkFileMode(source.defaultMode, path.child('defaultMode'), errors);
  const files = new Set<string>();
  source.sources?.forEach((projection, i) => {
    checkProjection(projection, path, path.child('sources').index(i), files, options, errors);
  });
}

function checkProjection(
  projection: VolumeProjection,
  volume: FieldPath,
  path: FieldPath,
  files: Set<string>,
  options: PodValidationOptions,
  errors: FieldError[],
): void {
  const { secret, configMap, downwardAPI, serviceAccountToken } = projection;
  const claim = (file: string | undefined, shown: string): void => {
    if (!file) return;
    if (files.has(file)) errors.push(invalid(volume, shown, 'conflicting duplicate paths'));
    files.add(file);
  };
  let sources = 0;
  for (const [name, source] of [
    ['secret', secret],
    ['configMap', configMap],
  ] as const) {
    if (source === undefined) continue;
    sources++;
    const at = path.child(name);
    if (!source.name) errors.push(required(at.child('name')));
    source.items?.forEach((item, i) => {
      checkKeyToPath(item, at.child('items').index(i), errors);
      claim(item.path, source.name ?? '');
    });
  }
  if (downwardAPI !== undefined) {
    sources++;
    for (const file of downwardAPI.items ?? []) {
      checkDownwardFile(file, path.child('downwardAPI'), errors);
      claim(file.path, file.path ?? '');
    }
  }
  if (serviceAccountToken !== undefined) {
    sources++;
    checkToken(serviceAccountToken, volume, path.child('serviceAccountToken'), options, errors);
  }
  if (sources > 1) errors.push(forbidden(path, 'may not specify more than 1 volume type per source'));
}

const MIN_TOKEN_SECONDS = 600;
const MAX_TOKEN_SECONDS = 2 ** 32;

function checkToken(
  token: ServiceAccountTokenProjection,
  volume: FieldPath,
  path: FieldPath,
  options: PodValidationOptions,
  errors: FieldError[],
): void {
  const { expirationSeconds = 0, path: file } = token;
  const at = path.child('expirationSeconds');
  if (expirationSeconds < MIN_TOKEN_SECONDS) errors.push(invalid(at, expirationSeconds, 'may not specify a duration less than 10 minutes'));
  if (expirationSeconds > MAX_TOKEN_SECONDS)
    errors.push(invalid(at, expirationSeconds, 'may not specify a duration larger than 2^32 seconds'));
  if (checkPresent(file, volume.child('path'), errors) && !options.allowNonLocalTokenPath)
    checkNonReservedPath(file, volume.child('path'), errors);
}

/** Whether a stored spec has a token at a path that no new one may have. */
export function hasNonLocalTokenPath({ volumes = [] }: PodSpec): boolean {
  const errors: FieldError[] = [];
  for (const { projected } of volumes) {
    for (const { serviceAccountToken } of projected?.sources ?? []) {
      if (serviceAccountToken !== undefined) checkNonReservedPath(serviceAccountToken.path ?? '', NOWHERE, errors);
    }
  }
  return errors.length > 0;
}

const NOWHERE = FieldPath.of('');
