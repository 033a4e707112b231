import type { Infer } from '../schema/fields.ts';
import { boolean, int64, list, number, string, struct } from '../schema/fields.ts';

export const Capabilities = struct('Capabilities', {
  add: list(string()).optional(),
  drop: list(string()).optional(),
});
export type Capabilities = Infer<typeof Capabilities>;

export const SELinuxOptions = struct('SELinuxOptions', {
  level: string().optional(),
  role: string().optional(),
  type: string().optional(),
  user: string().optional(),
});
export type SELinuxOptions = Infer<typeof SELinuxOptions>;

export const SeccompProfile = struct('SeccompProfile', {
  localhostProfile: string().optional(),
  type: string(),
});
export type SeccompProfile = Infer<typeof SeccompProfile>;

export const AppArmorProfile = struct('AppArmorProfile', {
  localhostProfile: string().optional(),
  type: string(),
});
export type AppArmorProfile = Infer<typeof AppArmorProfile>;

export const WindowsSecurityContextOptions = struct('WindowsSecurityContextOptions', {
  gmsaCredentialSpec: string().optional(),
  gmsaCredentialSpecName: string().optional(),
  hostProcess: boolean().optional(),
  runAsUserName: string().optional(),
});
export type WindowsSecurityContextOptions = Infer<typeof WindowsSecurityContextOptions>;

export const SecurityContext = struct('SecurityContext', {
  allowPrivilegeEscalation: boolean().optional(),
  appArmorProfile: AppArmorProfile.optional(),
  capabilities: Capabilities.optional(),
  privileged: boolean().optional(),
  procMount: string().optional(),
  readOnlyRootFilesystem: boolean().optional(),
  runAsGroup: int64().optional(),
  runAsNonRoot: boolean().optional(),
  runAsUser: int64().optional(),
  seLinuxOptions: SELinuxOptions.optional(),
  seccompProfile: SeccompProfile.optional(),
  windowsOptions: WindowsSecurityContextOptions.optional(),
});
export type SecurityContext = Infer<typeof SecurityContext>;

export const Sysctl = struct('Sysctl', {
  name: string(),
  value: string(),
});
export type Sysctl = Infer<typeof Sysctl>;

export const PodSecurityContext = struct('PodSecurityContext', {
  appArmorProfile: AppArmorProfile.optional(),
  fsGroup: int64().optional(),
  fsGroupChangePolicy: string().optional(),
  runAsGroup: int64().optional(),
  runAsNonRoot: boolean().optional(),
  runAsUser: int64().optional(),
  seLinuxChangePolicy: string().optional(),
  seLinuxOptions: SELinuxOptions.optional(),
  seccompProfile: SeccompProfile.optional(),
  supplementalGroups: list(number()).optional(),
  supplementalGroupsPolicy: string().optional(),
  sysctls: list(Sysctl).optional(),
  windowsOptions: WindowsSecurityContextOptions.optional(),
});
export type PodSecurityContext = Infer<typeof PodSecurityContext>;
