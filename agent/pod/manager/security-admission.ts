import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import { eachContainer } from '../../../api/pod/spec/pod-containers.ts';
import type { PodSpec } from '../../../api/pod/spec/pod-spec.ts';
import type { NodeAbilities } from '../../contract/node-abilities.ts';
import type { Rejection } from './rejection.ts';
import type { SysctlAllowlist } from './sysctl-allowlist.ts';

const OS_LABEL = 'kubernetes.io/os';
const OS = 'linux';

/** Whether a container of the pod asks for an AppArmor profile that the kernel would have to enforce. */
function needsAppArmor(spec: PodSpec): boolean {
  let needed = false;
  eachContainer(spec, ({ securityContext }) => {
    const profile = securityContext?.appArmorProfile ?? spec.securityContext?.appArmorProfile;
    needed ||= profile !== undefined && profile.type !== 'Unconfined';
  });
  return needed;
}

/**
 * Refuses a pod whose operating system or security context the node cannot give it. Reasons and texts are kubelet's
 * (pkg/kubelet/lifecycle/{predicate,handlers}.go, pkg/kubelet/sysctl/allowlist.go). Returns undefined if there is nothing to refuse.
 */
export function refuseUnsupported(pod: Pod, abilities: NodeAbilities, sysctls: SysctlAllowlist): Rejection | undefined {
  const spec = pod.spec ?? { containers: [] };
  const { securityContext: security = {} } = spec;
  for (const { name } of security.sysctls ?? []) {
    const fault = sysctls.fault(name, { network: spec.hostNetwork ?? false, ipc: spec.hostIPC ?? false });
    if (fault !== undefined) return { reason: 'SysctlForbidden', message: `forbidden sysctl: ${fault}` };
  }
  const label = pod.metadata?.labels?.[OS_LABEL];
  if (label !== undefined && label !== OS) {
    const message = "Failed to admit pod as the `kubernetes.io/os` label doesn't match node label";
    return { reason: 'PodOSSelectorNodeLabelDoesNotMatch', message };
  }
  if (spec.os && spec.os.name !== OS) return { reason: 'PodOSNotSupported', message: "Failed to admit pod as the OS field doesn't match node OS" };
  if (security.supplementalGroupsPolicy === 'Strict' && !abilities.supplementalGroupsPolicy) {
    return { reason: 'SupplementalGroupsPolicyNotSupported', message: 'SupplementalGroupsPolicy=Strict is not supported in this node' };
  }
  if (!abilities.appArmor && needsAppArmor(spec)) {
    return { reason: 'AppArmor', message: 'Cannot enforce AppArmor: AppArmor is not enabled on the host' };
  }
  return undefined;
}
