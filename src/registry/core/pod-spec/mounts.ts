import { forbidden, invalid, notFound, required, type FieldError } from '../../../apimachinery/field-error.js';
import type { FieldPath } from '../../../apimachinery/field-path.js';
import type { Container, Volume, VolumeDevice, VolumeMount } from '../../../schema/generated/core-v1.js';
import { unsupported } from './checks.js';
import { checkDescendingPath, hasBackstep } from './file-paths.js';

/** The volumes of a pod that are without fault, by name. */
export type VolumesByName = ReadonlyMap<string, Volume>;

/** A container's mounts and block devices (Go: ValidateVolumeMounts, ValidateVolumeDevices). */
export function checkMounts(container: Container, volumes: VolumesByName, path: FieldPath, errors: FieldError[]): void {
  const { volumeMounts = [], volumeDevices = [] } = container;
  if (volumeMounts.length > 0) checkVolumeMounts(container, volumeMounts, volumeDevices, volumes, path.child('volumeMounts'), errors);
  if (volumeDevices.length > 0) checkVolumeDevices(volumeMounts, volumeDevices, volumes, path.child('volumeDevices'), errors);
}

function checkVolumeMounts(
  container: Container,
  mounts: readonly VolumeMount[],
  devices: readonly VolumeDevice[],
  volumes: VolumesByName,
  path: FieldPath,
  errors: FieldError[],
): void {
  const deviceNames = new Set(devices.map(({ name = '' }) => name));
  const devicePaths = lastByName(devices, ({ devicePath = '' }) => devicePath);
  const points = new Set<string>();
  mounts.forEach((mount, i) => {
    const at = path.index(i);
    const { name = '', mountPath = '', subPath, subPathExpr } = mount;
    if (name === '') errors.push(required(at.child('name')));
    if (!volumes.has(name)) errors.push(notFound(at.child('name'), name));
    if (mountPath === '') errors.push(required(at.child('mountPath')));
    if (points.has(mountPath)) errors.push(invalid(at.child('mountPath'), mountPath, 'must be unique'));
    points.add(mountPath);
    if (deviceNames.has(name)) errors.push(invalid(at.child('name'), name, 'must not already exist in volumeDevices'));
    if (devicePaths.has(mountPath))
      errors.push(invalid(at.child('mountPath'), mountPath, 'must not already exist as a path in volumeDevices'));
    if (subPath) checkDescendingPath(subPath, path.child('subPath'), errors);
    if (subPathExpr) {
      if (subPath) errors.push(invalid(at.child('subPathExpr'), subPathExpr, 'subPathExpr and subPath are mutually exclusive'));
      checkDescendingPath(subPathExpr, path.child('subPathExpr'), errors);
    }
    checkPropagation(mount, container, path.child('mountPropagation'), errors);
    checkRecursiveReadOnly(mount, path.child('recursiveReadOnly'), errors);
  });
}

/** Of elements with the same name the last one counts, as in a Go map. */
function lastByName<T extends { name?: string | undefined }>(items: readonly T[], valueOf: (item: T) => string): ReadonlySet<string> {
  const byName = new Map<string, string>();
  for (const item of items) byName.set(item.name ?? '', valueOf(item));
  return new Set(byName.values());
}

const PROPAGATIONS: ReadonlySet<string> = new Set(['Bidirectional', 'HostToContainer', 'None']);

function checkPropagation(mount: VolumeMount, container: Container, path: FieldPath, errors: FieldError[]): void {
  const mode = mount.mountPropagation;
  if (mode === undefined) return;
  if (!PROPAGATIONS.has(mode)) errors.push(unsupported(path, mode, PROPAGATIONS));
  if (mode === 'Bidirectional' && container.securityContext?.privileged !== true) {
    errors.push(forbidden(path, 'Bidirectional mount propagation is available only to privileged containers'));
  }
}

const RECURSIVE_MODES: ReadonlySet<string> = new Set(['Disabled', 'IfPossible', 'Enabled']);

function checkRecursiveReadOnly(mount: VolumeMount, path: FieldPath, errors: FieldError[]): void {
  const mode = mount.recursiveReadOnly;
  if (mode === undefined || mode === 'Disabled') return;
  if (!RECURSIVE_MODES.has(mode)) {
    errors.push(unsupported(path, mode, RECURSIVE_MODES));
    return;
  }
  if (mount.readOnly !== true) errors.push(forbidden(path, 'may only be specified when readOnly is true'));
  if (mount.mountPropagation !== undefined && mount.mountPropagation !== 'None') {
    errors.push(forbidden(path, 'may only be specified when mountPropagation is None or not specified'));
  }
}

function checkVolumeDevices(
  mounts: readonly VolumeMount[],
  devices: readonly VolumeDevice[],
  volumes: VolumesByName,
  path: FieldPath,
  errors: FieldError[],
): void {
  const mountNames = new Set(mounts.map(({ name = '' }) => name));
  const mountPaths = lastByName(mounts, ({ mountPath = '' }) => mountPath);
  const names = new Set<string>();
  const paths = new Set<string>();
  devices.forEach(({ name = '', devicePath = '' }, i) => {
    const at = path.index(i);
    const volume = volumes.get(name);
    if (name === '') errors.push(required(at.child('name')));
    if (names.has(name)) errors.push(invalid(at.child('name'), name, 'must be unique'));
    if (volume === undefined) errors.push(notFound(at.child('name'), name));
    else if (volume.persistentVolumeClaim === undefined && volume.ephemeral === undefined) {
      errors.push(invalid(at.child('name'), name, 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode'));
    }
    if (devicePath === '') errors.push(required(at.child('devicePath')));
    if (paths.has(devicePath)) errors.push(invalid(at.child('devicePath'), devicePath, 'must be unique'));
    if (hasBackstep(devicePath)) errors.push(invalid(at.child('devicePath'), devicePath, "can not contain backsteps ('..')"));
    else paths.add(devicePath);
    if (mountNames.has(name)) errors.push(invalid(at.child('name'), name, 'must not already exist in volumeMounts'));
    if (mountPaths.has(devicePath))
      errors.push(invalid(at.child('devicePath'), devicePath, 'must not already exist as a path in volumeMounts'));
    if (name !== '') names.add(name);
  });
}
