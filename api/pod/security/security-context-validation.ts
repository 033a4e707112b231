import type { FieldError } from '../../schema/field-error.ts';
import { forbidden, invalid, required, tooLong } from '../../schema/field-error.ts';
import type { FieldPath } from '../../validation/field-path.ts';
import { childPath, pathText } from '../../validation/field-path.ts';
import { addFaults, checkChoice, checkOptionalChoice } from '../../validation/field-rules.ts';
import { byteLength, userIdFaults } from '../../validation/name-rules.ts';
import { checkDescendingPath } from '../../validation/path-rules.ts';
import type { AppArmorProfile, PodSecurityContext, SeccompProfile, SecurityContext } from './security-context.ts';
import { checkSysctls } from './sysctl-validation.ts';
import { checkWindowsOptions } from './windows-options-validation.ts';

const PROFILE_TYPES: readonly string[] = ['Localhost', 'RuntimeDefault', 'Unconfined'];
const MAX_APPARMOR_PROFILE = 4095;

/** The fields of a pod's spec that its security context depends on; upstream keeps them together internally. */
export interface HostNamespaces {
  readonly hostNetwork: boolean;
  readonly hostPID: boolean;
  readonly hostIPC: boolean;
  readonly shareProcessNamespace: boolean | undefined;
}

export function checkSecurityContext(errors: FieldError[], context: SecurityContext | undefined, hostUsers: boolean, path: FieldPath): void {
  if (!context) return;
  checkIds(errors, context, path);
  if (context.procMount !== undefined) {
    checkOptionalChoice(errors, context.procMount, ['Default', 'Unmasked'], path, 'procMount');
    if (hostUsers && context.procMount === 'Unmasked') {
      errors.push(invalid(pathText(path, 'procMount'), context.procMount, '`hostUsers` must be false to use `Unmasked`'));
    }
  }
  checkSeccompProfile(errors, context.seccompProfile, childPath(path, 'seccompProfile'));
  if (context.allowPrivilegeEscalation === false) {
    if (context.privileged) errors.push(invalid(pathText(path), context, 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true'));
    if (context.capabilities?.add?.includes('CAP_SYS_ADMIN')) {
      errors.push(invalid(pathText(path), context, 'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN'));
    }
  }
  checkWindowsOptions(errors, context.windowsOptions, childPath(path, 'windowsOptions'));
  checkAppArmorProfile(errors, context.appArmorProfile, childPath(path, 'appArmorProfile'));
}

function checkIds(errors: FieldError[], context: { runAsUser?: number | undefined; runAsGroup?: number | undefined }, path: FieldPath): void {
  if (context.runAsUser !== undefined) addFaults(errors, userIdFaults(context.runAsUser), context.runAsUser, path, 'runAsUser');
  if (context.runAsGroup !== undefined) addFaults(errors, userIdFaults(context.runAsGroup), context.runAsGroup, path, 'runAsGroup');
}

export function checkPodSecurityContext(errors: FieldError[], context: PodSecurityContext | undefined, host: HostNamespaces, path: FieldPath): void {
  if (!context) return;
  if (context.fsGroup !== undefined) addFaults(errors, userIdFaults(context.fsGroup), context.fsGroup, path, 'fsGroup');
  checkIds(errors, context, path);
  context.supplementalGroups?.forEach((group, i) => {
    for (const fault of userIdFaults(group)) errors.push(invalid(`${pathText(path, 'supplementalGroups')}[${i}]`, group, fault));
  });
  if (host.shareProcessNamespace && host.hostPID) {
    errors.push(invalid(pathText(path, 'shareProcessNamespace'), true, 'ShareProcessNamespace and HostPID cannot both be enabled'));
  }
  if (context.sysctls) checkSysctls(errors, context.sysctls, host, childPath(path, 'sysctls'));
  checkOptionalChoice(errors, context.fsGroupChangePolicy, ['Always', 'OnRootMismatch'], path, 'fsGroupChangePolicy');
  checkSeccompProfile(errors, context.seccompProfile, childPath(path, 'seccompProfile'));
  checkWindowsOptions(errors, context.windowsOptions, childPath(path, 'windowsOptions'));
  checkAppArmorProfile(errors, context.appArmorProfile, childPath(path, 'appArmorProfile'));
  checkOptionalChoice(errors, context.supplementalGroupsPolicy, ['Merge', 'Strict'], path, 'supplementalGroupsPolicy');
  checkOptionalChoice(errors, context.seLinuxChangePolicy, ['MountOption', 'Recursive'], path, 'seLinuxChangePolicy');
}

function checkSeccompProfile(errors: FieldError[], profile: SeccompProfile | undefined, path: FieldPath): void {
  if (!profile) return;
  checkChoice(errors, profile.type, PROFILE_TYPES, path, 'type', 'type is required when seccompProfile is set');
  if (profile.type !== 'Localhost') {
    if (profile.localhostProfile !== undefined) {
      errors.push(
        invalid(
          pathText(path, 'localhostProfile'),
          { Type: profile.type, LocalhostProfile: profile.localhostProfile },
          'can only be set when seccomp type is Localhost',
        ),
      );
    }
  } else if (profile.localhostProfile === undefined) {
    errors.push(required(pathText(path, 'localhostProfile'), 'must be set when seccomp type is Localhost'));
  } else checkDescendingPath(errors, profile.localhostProfile, path, 'localhostProfile');
}

function checkAppArmorProfile(errors: FieldError[], profile: AppArmorProfile | undefined, path: FieldPath): void {
  if (!profile) return;
  checkChoice(errors, profile.type, PROFILE_TYPES, path, 'type', 'type is required when appArmorProfile is set');
  const name = profile.localhostProfile;
  const field = () => pathText(path, 'localhostProfile');
  if (profile.type === 'Localhost') {
    if (name === undefined || name === '') errors.push(required(field(), 'must be set when AppArmor type is Localhost'));
    else if (name.trim() !== name) errors.push(invalid(field(), name, 'must not be padded with whitespace'));
    if (name !== undefined && byteLength(name) > MAX_APPARMOR_PROFILE) errors.push(tooLong(field(), MAX_APPARMOR_PROFILE));
  } else if (name !== undefined && PROFILE_TYPES.includes(profile.type)) {
    errors.push(invalid(field(), name, 'can only be set when AppArmor type is Localhost'));
  }
}

/** Refuses the host's other namespaces beside a user namespace of the pod's own. */
export function checkHostUsers(errors: FieldError[], hostUsers: boolean, host: HostNamespaces, path: FieldPath): void {
  if (hostUsers) return;
  const why = 'when `pod.Spec.HostUsers` is false';
  if (host.hostNetwork) errors.push(forbidden(pathText(path, 'hostNetwork'), why));
  if (host.hostPID) errors.push(forbidden(pathText(path, 'HostPID'), why));
  if (host.hostIPC) errors.push(forbidden(pathText(path, 'HostIPC'), why));
}
