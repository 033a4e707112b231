import type { Infer } from '../../schema/fields.ts';
import { atomicList, boolean, int64, namedString, ref, string, struct } from '../../schema/fields.ts';

export const Capabilities = struct('Capabilities', 'Linux capabilities to add and drop.', {
  add: atomicList(namedString('Capability'), 'Added to those that the runtime gives.').optional(),
  drop: atomicList(namedString('Capability'), 'Taken away.').optional(),
});
export type Capabilities = Infer<typeof Capabilities>;

export const SELinuxOptions = struct('SELinuxOptions', 'SELinux labels.', {
  level: string('Level.').optional(),
  role: string('Role.').optional(),
  type: string('Type.').optional(),
  user: string('User.').optional(),
});
export type SELinuxOptions = Infer<typeof SELinuxOptions>;

export const SeccompProfile = struct('SeccompProfile', 'A filter of system calls.', {
  localhostProfile: string('File on the node, for Localhost.', { presence: 'pointer' }).optional(),
  type: string('Localhost, RuntimeDefault or Unconfined.', { goType: 'SeccompProfileType', enum: ['Localhost', 'RuntimeDefault', 'Unconfined'] }),
});
export type SeccompProfile = Infer<typeof SeccompProfile>;

export const AppArmorProfile = struct('AppArmorProfile', 'An AppArmor profile.', {
  localhostProfile: string('Profile loaded on the node, for Localhost.', { presence: 'pointer' }).optional(),
  type: string('Localhost, RuntimeDefault or Unconfined.', { goType: 'AppArmorProfileType', enum: ['Localhost', 'RuntimeDefault', 'Unconfined'] }),
});
export type AppArmorProfile = Infer<typeof AppArmorProfile>;

export const WindowsSecurityContextOptions = struct('WindowsSecurityContextOptions', 'Privileges on Windows.', {
  gmsaCredentialSpec: string('Content of the GMSA credential specification.', { presence: 'pointer' }).optional(),
  gmsaCredentialSpecName: string('Name of the GMSA credential specification.', { presence: 'pointer' }).optional(),
  hostProcess: boolean('Run as a process of the host; all containers of a pod must agree.', { presence: 'pointer' }).optional(),
  runAsUserName: string('User name to run as.', { presence: 'pointer' }).optional(),
});
export type WindowsSecurityContextOptions = Infer<typeof WindowsSecurityContextOptions>;

export const SecurityContext = struct('SecurityContext', "Privileges of a container; what stands here wins over the pod's.", {
  allowPrivilegeEscalation: boolean('Whether a process may gain more privileges than its parent.', { presence: 'pointer' }).optional(),
  appArmorProfile: ref(AppArmorProfile, 'AppArmor profile.').optional(),
  capabilities: ref(Capabilities, 'Linux capabilities.').optional(),
  privileged: boolean('Run with the powers of root on the node.', { presence: 'pointer' }).optional(),
  procMount: string('How /proc is masked: Default or Unmasked.', {
    presence: 'pointer',
    goType: 'ProcMountType',
    enum: ['Default', 'Unmasked'],
  }).optional(),
  readOnlyRootFilesystem: boolean('No writing to the root file system.', { presence: 'pointer' }).optional(),
  runAsGroup: int64('Group to run as.', { presence: 'pointer' }).optional(),
  runAsNonRoot: boolean('Refuse to run as root.', { presence: 'pointer' }).optional(),
  runAsUser: int64("User to run as; the image's, if left out.", { presence: 'pointer' }).optional(),
  seLinuxOptions: ref(SELinuxOptions, 'SELinux labels.').optional(),
  seccompProfile: ref(SeccompProfile, 'Filter of system calls.').optional(),
  windowsOptions: ref(WindowsSecurityContextOptions, 'Privileges on Windows.').optional(),
});
export type SecurityContext = Infer<typeof SecurityContext>;

export const Sysctl = struct('Sysctl', 'A kernel setting.', {
  name: string('Name of the setting.'),
  value: string('Its value.'),
});
export type Sysctl = Infer<typeof Sysctl>;

export const PodSecurityContext = struct('PodSecurityContext', 'Privileges of all containers of a pod.', {
  appArmorProfile: ref(AppArmorProfile, 'AppArmor profile.').optional(),
  fsGroup: int64('Group that owns the volumes, and that all processes are in.', { presence: 'pointer' }).optional(),
  fsGroupChangePolicy: string('When the owner of volumes is changed: Always or OnRootMismatch.', {
    presence: 'pointer',
    goType: 'PodFSGroupChangePolicy',
    enum: ['Always', 'OnRootMismatch'],
  }).optional(),
  runAsGroup: int64('Group to run as.', { presence: 'pointer' }).optional(),
  runAsNonRoot: boolean('Refuse to run as root.', { presence: 'pointer' }).optional(),
  runAsUser: int64("User to run as; the image's, if left out.", { presence: 'pointer' }).optional(),
  seLinuxChangePolicy: string('How volumes get their label: MountOption or Recursive.', {
    presence: 'pointer',
    goType: 'PodSELinuxChangePolicy',
  }).optional(),
  seLinuxOptions: ref(SELinuxOptions, 'SELinux labels.').optional(),
  seccompProfile: ref(SeccompProfile, 'Filter of system calls.').optional(),
  supplementalGroups: atomicList(int64(), 'Further groups of all processes.').optional(),
  supplementalGroupsPolicy: string('Whether the groups of the image count too: Merge or Strict.', {
    presence: 'pointer',
    goType: 'SupplementalGroupsPolicy',
    enum: ['Merge', 'Strict'],
  }).optional(),
  sysctls: atomicList(Sysctl, "Kernel settings of the pod's namespaces.").optional(),
  windowsOptions: ref(WindowsSecurityContextOptions, 'Privileges on Windows.').optional(),
});
export type PodSecurityContext = Infer<typeof PodSecurityContext>;
