import type { FieldError } from '../../schema/field-error.ts';
import { forbidden, invalid } from '../../schema/field-error.ts';
import type { FieldPath } from '../../validation/field-path.ts';
import { childPath, pathText } from '../../validation/field-path.ts';
import { eachContainer } from './pod-containers.ts';
import type { PodSpec } from './pod-spec.ts';

/** Checks host process containers: they do not mix with others, and need the host's network. */
export function checkHostProcess(errors: FieldError[], spec: PodSpec, path: FieldPath): void {
  const ofPod = spec.securityContext?.windowsOptions?.hostProcess;
  let all = 0;
  let onHost = 0;
  eachContainer(spec, (container, list, i) => {
    all++;
    const own = container.securityContext?.windowsOptions?.hostProcess;
    if (ofPod !== undefined && own !== undefined && ofPod !== own) {
      const at = `${pathText(path, list)}[${i}].securityContext.windowsOptions.hostProcess`;
      errors.push(invalid(at, own, `pod hostProcess value must be identical if both are specified, was ${ofPod}`));
    }
    if (own ?? ofPod) onHost++;
  });
  if (onHost === 0) return;
  if (onHost !== all)
    errors.push(invalid(pathText(path), '', 'If pod contains any hostProcess containers then all containers must be HostProcess containers'));
  if (!spec.hostNetwork)
    errors.push(invalid(pathText(path, 'hostNetwork'), false, 'hostNetwork must be true if pod contains any hostProcess containers'));
}

const LINUX_POD_FIELDS = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'fsGroup',
  'fsGroupChangePolicy',
  'sysctls',
  'runAsUser',
  'runAsGroup',
  'supplementalGroups',
  'supplementalGroupsPolicy',
  'seLinuxChangePolicy',
] as const;
const LINUX_HOST_FIELDS = ['hostUsers', 'hostPID', 'hostIPC', 'shareProcessNamespace'] as const;
const LINUX_CONTAINER_FIELDS = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'capabilities',
  'readOnlyRootFilesystem',
  'privileged',
  'allowPrivilegeEscalation',
  'procMount',
  'runAsUser',
  'runAsGroup',
] as const;

/** Checks that a pod that names its operating system uses no fields of the other one. */
export function checkOs(errors: FieldError[], spec: PodSpec, path: FieldPath): void {
  if (spec.os?.name === 'linux') checkLinux(errors, spec, path);
  else if (spec.os?.name === 'windows') checkWindows(errors, spec, path);
}

function checkLinux(errors: FieldError[], spec: PodSpec, path: FieldPath): void {
  const why = 'windows options cannot be set for a linux pod';
  if (spec.securityContext?.windowsOptions) errors.push(forbidden(pathText(path, 'securityContext', 'windowsOptions'), why));
  eachContainer(spec, (container, list, i) => {
    if (container.securityContext?.windowsOptions) errors.push(forbidden(`${pathText(path, list)}[${i}].securityContext.windowsOptions`, why));
  });
}

function checkWindows(errors: FieldError[], spec: PodSpec, path: FieldPath): void {
  const why = 'cannot be set for a windows pod';
  const security = childPath(path, 'securityContext');
  for (const field of LINUX_POD_FIELDS) if (spec.securityContext?.[field] !== undefined) errors.push(forbidden(pathText(security, field), why));
  for (const field of LINUX_HOST_FIELDS) {
    const value = spec[field];
    if (value === true || (value === false && (field === 'hostUsers' || field === 'shareProcessNamespace'))) {
      errors.push(forbidden(pathText(path, field), why));
    }
  }
  eachContainer(spec, (container, list, i) => {
    for (const field of LINUX_CONTAINER_FIELDS) {
      if (container.securityContext?.[field] !== undefined) errors.push(forbidden(`${pathText(path, list)}[${i}].securityContext.${field}`, why));
    }
  });
}
