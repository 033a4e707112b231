import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Container } from '../../../api/pod/container/container.ts';
import type { SeccompProfile, SecurityContext } from '../../../api/pod/security/security-context.ts';
import type { PodSpec } from '../../../api/pod/spec/pod-spec.ts';
import type { Image } from '../../contract/runtime.ts';
import type { LinuxContainerSecurityContext } from '../../contract/runtime-config.ts';
import { GROUPS_POLICY, NAMESPACE, PROFILE } from '../../contract/runtime-config.ts';
import { ContainerConfigError } from './container-config-error.ts';

/** The namespaces that a pod's containers share with each other or with the node. */
export function namespaceOptions(spec: PodSpec | undefined) {
  return {
    network: spec?.hostNetwork ? NAMESPACE.NODE : NAMESPACE.POD,
    pid: spec?.hostPID ? NAMESPACE.NODE : spec?.shareProcessNamespace ? NAMESPACE.POD : NAMESPACE.CONTAINER,
    ipc: spec?.hostIPC ? NAMESPACE.NODE : NAMESPACE.POD,
  };
}

/** Profiles of type Localhost are files under this directory of the node. */
export function seccompProfile(profile: SeccompProfile | undefined, seccompDir: string) {
  if (profile?.type === 'RuntimeDefault') return { profile_type: PROFILE.RuntimeDefault };
  if (profile?.type === 'Localhost') return { profile_type: PROFILE.Localhost, localhost_ref: `${seccompDir}/${profile.localhostProfile ?? ''}` };
  return { profile_type: PROFILE.Unconfined };
}

/** Paths of /proc that are hidden or read-only, as every runtime has them by default; `procMount: Unmasked` lifts both. */
const MASKED = [
  '/proc/asound',
  '/proc/acpi',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/sys/firmware',
  '/sys/devices/virtual/powercap',
];
const READ_ONLY = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];

/**
 * The container's security context with the pod's behind it.
 * @throws ContainerConfigError if it must not run as root, and would or might.
 */
export function containerSecurity(
  pod: Pod,
  container: Container,
  { image, seccompDir, targetId }: { readonly image: Image | undefined; readonly seccompDir: string; readonly targetId: string | undefined },
): LinuxContainerSecurityContext {
  const own: SecurityContext = container.securityContext ?? {};
  const ofPod = pod.spec?.securityContext ?? {};
  const user = own.runAsUser ?? ofPod.runAsUser;
  const group = own.runAsGroup ?? ofPod.runAsGroup;
  if (own.runAsNonRoot ?? ofPod.runAsNonRoot) checkNotRoot(pod, container, user, image);
  const privileged = own.privileged ?? false;
  const apparmor = own.appArmorProfile ?? ofPod.appArmorProfile;
  const options = own.seLinuxOptions ?? ofPod.seLinuxOptions;
  return {
    namespace_options:
      targetId === undefined ? namespaceOptions(pod.spec) : { ...namespaceOptions(pod.spec), pid: NAMESPACE.TARGET, target_id: targetId },
    privileged,
    readonly_rootfs: own.readOnlyRootFilesystem ?? false,
    no_new_privs: own.allowPrivilegeEscalation === false,
    capabilities: { add_capabilities: own.capabilities?.add ?? [], drop_capabilities: own.capabilities?.drop ?? [] },
    ...userOf(user, image, group),
    ...(group === undefined ? {} : { run_as_group: { value: group } }),
    supplemental_groups: supplementalGroups(pod),
    ...groupsPolicy(pod),
    seccomp: privileged ? { profile_type: PROFILE.Unconfined } : seccompProfile(own.seccompProfile ?? ofPod.seccompProfile, seccompDir),
    ...(apparmor
      ? { apparmor: { profile_type: PROFILE[apparmor.type as keyof typeof PROFILE] ?? PROFILE.Unconfined, localhost_ref: apparmor.localhostProfile } }
      : {}),
    ...(options ? { selinux_options: options } : {}),
    ...(isUnmasked(own, pod, container) ? {} : { masked_paths: MASKED, readonly_paths: READ_ONLY }),
  };
}

/**
 * Whether the whole of /proc is shown. To root of the node it would open the node's kernel, so a pod needs users of its own for it.
 * @throws ContainerConfigError if it has none: the API refuses such pods, but static pods do not come by it.
 */
function isUnmasked({ privileged, procMount }: SecurityContext, pod: Pod, container: Container): boolean {
  if (procMount !== 'Unmasked' || privileged) return privileged ?? false;
  if (pod.spec?.hostUsers === false) return true;
  throw new ContainerConfigError(`procMount "Unmasked" of container ${JSON.stringify(container.name)} needs \`spec.hostUsers: false\``);
}

/** Returns the way in which the pod's groups join those of the image, if it is not the usual one; the node has agreed to it by then. */
export const groupsPolicy = ({ spec }: Pod) =>
  spec?.securityContext?.supplementalGroupsPolicy === 'Strict' ? { supplemental_groups_policy: GROUPS_POLICY.Strict } : {};

/** A group without a user is refused by the runtime: then the image's user is named. */
function userOf(user: number | undefined, image: Image | undefined, group: number | undefined) {
  if (user !== undefined) return { run_as_user: { value: user } };
  if (image?.uid !== undefined) return { run_as_user: { value: image.uid } };
  if (image?.username) return { run_as_username: image.username };
  return group === undefined ? {} : { run_as_user: { value: 0 } };
}

/** fsGroup and the groups asked for: every process of the pod is a member. */
export function supplementalGroups(pod: Pod): number[] {
  const { fsGroup, supplementalGroups: groups = [] } = pod.spec?.securityContext ?? {};
  return [...(fsGroup === undefined ? [] : [fsGroup]), ...groups];
}

function checkNotRoot(pod: Pod, container: Container, user: number | undefined, image: Image | undefined): void {
  const where = `(pod: "${pod.metadata?.name}_${pod.metadata?.namespace}(${pod.metadata?.uid})", container: ${container.name})`;
  if (user !== undefined) {
    if (user === 0) throw new ContainerConfigError(`container's runAsUser breaks non-root policy ${where}`);
    return;
  }
  if (image?.uid === 0 || (image?.uid === undefined && !image?.username)) {
    throw new ContainerConfigError(`container has runAsNonRoot and image will run as root ${where}`);
  }
  if (image?.uid === undefined) {
    throw new ContainerConfigError(
      `container has runAsNonRoot and image has non-numeric user (${image?.username}), cannot verify user is non-root ${where}`,
    );
  }
}
