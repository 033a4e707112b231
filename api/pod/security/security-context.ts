import type { Infer } from '../../schema/fields.ts';
import { atomicList, boolean, int64, namedString, ref, string, struct } from '../../schema/fields.ts';

export const Capabilities = struct('Capabilities', 'Linux capabilities to add and drop.', {
  add: atomicList(namedString('Capability'), 'Added to those that the runtime gives.').tag(1).optional(),
  drop: atomicList(namedString('Capability'), 'Taken away.').tag(2).optional(),
});
export type Capabilities = Infer<typeof Capabilities>;

export const SELinuxOptions = struct('SELinuxOptions', 'SELinux labels.', {
  level: string('Level.').tag(4).optional(),
  role: string('Role.').tag(2).optional(),
  type: string('Type.').tag(3).optional(),
  user: string('User.').tag(1).optional(),
});
export type SELinuxOptions = Infer<typeof SELinuxOptions>;

export const SeccompProfile = struct(
  'SeccompProfile',
  'A filter of system calls.',
  {
    localhostProfile: string('File on the node, for Localhost.', { presence: 'pointer' }).tag(2).optional(),
    type: string('Localhost, RuntimeDefault or Unconfined.', {
      goType: 'SeccompProfileType',
      enum: ['Localhost', 'RuntimeDefault', 'Unconfined'],
    }).tag(1),
  },
  { 'x-kubernetes-unions': [{ discriminator: 'type', 'fields-to-discriminateBy': { localhostProfile: 'LocalhostProfile' } }] },
);
export type SeccompProfile = Infer<typeof SeccompProfile>;

export const AppArmorProfile = struct(
  'AppArmorProfile',
  'An AppArmor profile.',
  {
    localhostProfile: string('Profile loaded on the node, for Localhost.', { presence: 'pointer' }).tag(2).optional(),
    type: string('Localhost, RuntimeDefault or Unconfined.', {
      goType: 'AppArmorProfileType',
      enum: ['Localhost', 'RuntimeDefault', 'Unconfined'],
    }).tag(1),
  },
  { 'x-kubernetes-unions': [{ discriminator: 'type', 'fields-to-discriminateBy': { localhostProfile: 'LocalhostProfile' } }] },
);
export type AppArmorProfile = Infer<typeof AppArmorProfile>;

export const WindowsSecurityContextOptions = struct('WindowsSecurityContextOptions', 'Privileges on Windows.', {
  gmsaCredentialSpec: string('Content of the GMSA credential specification.', { presence: 'pointer' }).tag(2).optional(),
  gmsaCredentialSpecName: string('Name of the GMSA credential specification.', { presence: 'pointer' }).tag(1).optional(),
  hostProcess: boolean('Run as a process of the host; all containers of a pod must agree.', { presence: 'pointer' }).tag(4).optional(),
  runAsUserName: string('User name to run as.', { presence: 'pointer' }).tag(3).optional(),
});
export type WindowsSecurityContextOptions = Infer<typeof WindowsSecurityContextOptions>;

export const SecurityContext = struct('SecurityContext', "Privileges of a container; what stands here wins over the pod's.", {
  allowPrivilegeEscalation: boolean('Whether a process may gain more privileges than its parent.', { presence: 'pointer' }).tag(7).optional(),
  appArmorProfile: ref(AppArmorProfile, 'AppArmor profile.').tag(12).optional(),
  capabilities: ref(Capabilities, 'Linux capabilities.').tag(1).optional(),
  privileged: boolean('Run with the powers of root on the node.', { presence: 'pointer' }).tag(2).optional(),
  procMount: string('How /proc is masked: Default or Unmasked.', {
    presence: 'pointer',
    goType: 'ProcMountType',
    enum: ['Default', 'Unmasked'],
  })
    .tag(9)
    .optional(),
  readOnlyRootFilesystem: boolean('No writing to the root file system.', { presence: 'pointer' }).tag(6).optional(),
  runAsGroup: int64('Group to run as.', { presence: 'pointer' }).tag(8).optional(),
  runAsNonRoot: boolean('Refuse to run as root.', { presence: 'pointer' }).tag(5).optional(),
  runAsUser: int64("User to run as; the image's, if left out.", { presence: 'pointer' }).tag(4).optional(),
  seLinuxOptions: ref(SELinuxOptions, 'SELinux labels.').tag(3).optional(),
  seccompProfile: ref(SeccompProfile, 'Filter of system calls.').tag(11).optional(),
  windowsOptions: ref(WindowsSecurityContextOptions, 'Privileges on Windows.').tag(10).optional(),
});
export type SecurityContext = Infer<typeof SecurityContext>;

export const Sysctl = struct('Sysctl', 'A kernel setting.', {
  name: string('Name of the setting.').tag(1),
  value: string('Its value.').tag(2),
});
export type Sysctl = Infer<typeof Sysctl>;

export const PodSecurityContext = struct('PodSecurityContext', 'Privileges of all containers of a pod.', {
  appArmorProfile: ref(AppArmorProfile, 'AppArmor profile.').tag(11).optional(),
  fsGroup: int64('Group that owns the volumes, and that all processes are in.', { presence: 'pointer' }).tag(5).optional(),
  fsGroupChangePolicy: string('When the owner of volumes is changed: Always or OnRootMismatch.', {
    presence: 'pointer',
    goType: 'PodFSGroupChangePolicy',
    enum: ['Always', 'OnRootMismatch'],
  })
    .tag(9)
    .optional(),
  runAsGroup: int64('Group to run as.', { presence: 'pointer' }).tag(6).optional(),
  runAsNonRoot: boolean('Refuse to run as root.', { presence: 'pointer' }).tag(3).optional(),
  runAsUser: int64("User to run as; the image's, if left out.", { presence: 'pointer' }).tag(2).optional(),
  seLinuxChangePolicy: string('How volumes get their label: MountOption or Recursive.', {
    presence: 'pointer',
    goType: 'PodSELinuxChangePolicy',
  })
    .tag(13)
    .optional(),
  seLinuxOptions: ref(SELinuxOptions, 'SELinux labels.').tag(1).optional(),
  seccompProfile: ref(SeccompProfile, 'Filter of system calls.').tag(10).optional(),
  supplementalGroups: atomicList(int64(), 'Further groups of all processes.').tag(4).optional(),
  supplementalGroupsPolicy: string('Whether the groups of the image count too: Merge or Strict.', {
    presence: 'pointer',
    goType: 'SupplementalGroupsPolicy',
    enum: ['Merge', 'Strict'],
  })
    .tag(12)
    .optional(),
  sysctls: atomicList(Sysctl, "Kernel settings of the pod's namespaces.").tag(7).optional(),
  windowsOptions: ref(WindowsSecurityContextOptions, 'Privileges on Windows.').tag(8).optional(),
});
export type PodSecurityContext = Infer<typeof PodSecurityContext>;
