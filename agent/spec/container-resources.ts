import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Container } from '../../api/pod/container/container.ts';
import type { CgroupManager } from '../contract/cgroups.ts';
import type { LinuxContainerResources } from '../contract/runtime-config.ts';
import { withPodLimits } from './effective-resources.ts';
import { hugePagesOf, pageSizeName } from './huge-pages.ts';
import { oomScore } from './oom-score.ts';
import { CPU_PERIOD, cpuQuota, cpuShares, memoryBytes, milliCpu, podCpuRequest, podLimit } from './pod-resources.ts';

/** The facts of the machine that a container's limits depend on. */
export interface Machine {
  /** Bytes. */
  readonly memoryCapacity: number;
  readonly cgroups: Pick<CgroupManager, 'version' | 'hugePageSizes'>;
}

/** Makes the kernel kill all processes of a container, not one of them, when it runs out of memory (kubelet's singleProcessOOMKill: false). */
const KILLED_AS_A_WHOLE = { unified: { 'memory.oom.group': '1' } };

/** The limits of a container's cgroup. It weighs as much CPU as it asks for; if it does not say, as it may use. */
export function containerResources(pod: Pod, container: Container, { memoryCapacity, cgroups }: Machine): LinuxContainerResources {
  const { limits, requests } = withPodLimits(container.resources, pod.spec?.resources);
  const cpuLimit = milliCpu(limits);
  const cpuRequest = requests?.cpu === undefined ? cpuLimit : milliCpu(requests);
  return {
    ...linuxResources(cpuRequest, cpuLimit, memoryBytes(limits), cgroups),
    ...hugePageLimits(pod, container, cgroups),
    oom_score_adj: oomScore(pod, container, memoryCapacity),
  };
}

/**
 * The limits of huge pages of every size that cgroups limit: those of the container, otherwise of the pod as a whole, otherwise none. Without the
 * controller there are no such limits: a runtime would refuse them, or warn of each.
 */
function hugePageLimits({ spec }: Pod, { resources }: Container, { hugePageSizes }: Machine['cgroups']): LinuxContainerResources {
  if (hugePageSizes.length === 0) return {};
  const limits = new Map([...hugePagesOf(spec?.resources?.limits), ...hugePagesOf(resources?.limits)]);
  return { hugepage_limits: hugePageSizes.map((size) => ({ page_size: pageSizeName(size), limit: limits.get(size) ?? 0 })) };
}

/** The resources of a pod's containers together, and those that its runtime takes for itself: a runtime sizes virtual machines by them. */
export interface SandboxResources {
  readonly resources: LinuxContainerResources;
  readonly overhead?: LinuxContainerResources;
}

export function sandboxResources(pod: Pod, { cgroups }: Machine): SandboxResources {
  const { overhead } = pod.spec ?? {};
  const cpuLimit = podLimit(pod, milliCpu);
  const resources = linuxResources(podCpuRequest(pod), cpuLimit, podLimit(pod, memoryBytes), cgroups);
  if (!overhead) return { resources };
  return { resources, overhead: linuxResources(milliCpu(overhead), milliCpu(overhead), memoryBytes(overhead), cgroups) };
}

/** CPU is in thousandths, memory in bytes; a limit of 0 is none. */
function linuxResources(cpuRequest: number, cpuLimit: number, memoryLimit: number, { version }: Machine['cgroups']): LinuxContainerResources {
  return {
    cpu_shares: cpuShares(cpuRequest),
    ...(cpuLimit > 0 ? { cpu_quota: cpuQuota(cpuLimit), cpu_period: CPU_PERIOD } : {}),
    ...(memoryLimit > 0 ? { memory_limit_in_bytes: memoryLimit } : {}),
    ...(version === 2 ? KILLED_AS_A_WHOLE : {}),
  };
}
