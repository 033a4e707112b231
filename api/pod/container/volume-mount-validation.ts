import type { FieldError } from '../../schema/field-error.ts';
import { forbidden, invalid, notFound, required } from '../../schema/field-error.ts';
import type { FieldPath } from '../../validation/field-path.ts';
import { indexPath, pathText } from '../../validation/field-path.ts';
import { checkOptionalChoice, checkRequired } from '../../validation/field-rules.ts';
import { checkDescendingPath } from '../../validation/path-rules.ts';
import type { Volume } from '../volume/volume.ts';
import type { Container, VolumeDevice, VolumeMount } from './container.ts';

type Volumes = ReadonlyMap<string, Volume>;

/** Checks the mounts of a container. As upstream, some faults are reported at the list, not at the mount. */
export function checkVolumeMounts(errors: FieldError[], container: Container, volumes: Volumes, path: FieldPath): void {
  const mountPaths = new Set<string>();
  const deviceNames = new Set(container.volumeDevices?.map((device) => device.name));
  const devicePaths = new Set(container.volumeDevices?.map((device) => device.devicePath));
  container.volumeMounts?.forEach((mount, i) => {
    const at = indexPath(path, i);
    const name = mount.name ?? '';
    const mountPath = mount.mountPath ?? '';
    const volume = volumes.get(name);
    checkRequired(errors, name, at, 'name');
    if (!volume) errors.push(notFound(pathText(at, 'name'), name));
    checkRequired(errors, mountPath, at, 'mountPath');
    if (mountPaths.has(mountPath)) errors.push(invalid(pathText(at, 'mountPath'), mountPath, 'must be unique'));
    mountPaths.add(mountPath);
    if (deviceNames.has(name)) errors.push(invalid(pathText(at, 'name'), name, 'must not already exist in volumeDevices'));
    if (devicePaths.has(mountPath)) {
      errors.push(invalid(pathText(at, 'mountPath'), mountPath, 'must not already exist as a path in volumeDevices'));
    }
    checkSubPaths(errors, mount, path, at);
    if (mount.mountPropagation !== undefined) checkPropagation(errors, mount.mountPropagation, container, path);
    checkRecursiveReadOnly(errors, mount, path);
  });
}

function checkSubPaths(errors: FieldError[], mount: VolumeMount, list: FieldPath, at: FieldPath): void {
  if (mount.subPath) checkDescendingPath(errors, mount.subPath, list, 'subPath');
  if (!mount.subPathExpr) return;
  if (mount.subPath) errors.push(invalid(pathText(at, 'subPathExpr'), mount.subPathExpr, 'subPathExpr and subPath are mutually exclusive'));
  checkDescendingPath(errors, mount.subPathExpr, list, 'subPathExpr');
}

function checkPropagation(errors: FieldError[], propagation: string, container: Container, path: FieldPath): void {
  checkOptionalChoice(errors, propagation, ['Bidirectional', 'HostToContainer', 'None'], path, 'mountPropagation');
  if (propagation === 'Bidirectional' && container.securityContext?.privileged !== true) {
    errors.push(forbidden(pathText(path, 'mountPropagation'), 'Bidirectional mount propagation is available only to privileged containers'));
  }
}

function checkRecursiveReadOnly(errors: FieldError[], mount: VolumeMount, path: FieldPath): void {
  const mode = mount.recursiveReadOnly;
  if (mode === undefined || mode === 'Disabled') return;
  checkOptionalChoice(errors, mode, ['Disabled', 'Enabled', 'IfPossible'], path, 'recursiveReadOnly');
  if (mode !== 'Enabled' && mode !== 'IfPossible') return;
  if (!mount.readOnly) errors.push(forbidden(pathText(path, 'recursiveReadOnly'), 'may only be specified when readOnly is true'));
  if (mount.mountPropagation !== undefined && mount.mountPropagation !== 'None') {
    errors.push(forbidden(pathText(path, 'recursiveReadOnly'), 'may only be specified when mountPropagation is None or not specified'));
  }
}

export function checkVolumeDevices(
  errors: FieldError[],
  devices: readonly VolumeDevice[],
  container: Container,
  volumes: Volumes,
  path: FieldPath,
): void {
  const names = new Set<string>();
  const paths = new Set<string>();
  const mountNames = new Set(container.volumeMounts?.map((mount) => mount.name));
  const mountPaths = new Set(container.volumeMounts?.map((mount) => mount.mountPath));
  devices.forEach((device, i) => {
    const at = indexPath(path, i);
    const name = device.name ?? '';
    const devicePath = device.devicePath ?? '';
    const volume = volumes.get(name);
    checkRequired(errors, name, at, 'name');
    if (names.has(name)) errors.push(invalid(pathText(at, 'name'), name, 'must be unique'));
    if (!volume) errors.push(notFound(pathText(at, 'name'), name));
    else if (!volume.persistentVolumeClaim && !volume.ephemeral) {
      errors.push(invalid(pathText(at, 'name'), name, 'a block device comes from a PersistentVolumeClaim or an ephemeral volume only'));
    }
    if (devicePath === '') errors.push(required(pathText(at, 'devicePath')));
    if (paths.has(devicePath)) errors.push(invalid(pathText(at, 'devicePath'), devicePath, 'must be unique'));
    if (devicePath.split('/').includes('..')) {
      errors.push(invalid(pathText(at, 'devicePath'), devicePath, "can not contain backsteps ('..')"));
    } else paths.add(devicePath);
    if (mountNames.has(name)) errors.push(invalid(pathText(at, 'name'), name, 'must not already exist in volumeMounts'));
    if (mountPaths.has(devicePath)) {
      errors.push(invalid(pathText(at, 'devicePath'), devicePath, 'must not already exist as a path in volumeMounts'));
    }
    if (name !== '') names.add(name);
  });
}
