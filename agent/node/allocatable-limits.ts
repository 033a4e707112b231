import type { PodCgroups } from '../contract/node-parts.ts';
import { cpuShares, milliCpu, weighedCgroup } from '../spec/pod-resources.ts';

/**
 * Gives the node's pods together the weight of its allocatable processors against all else on the machine (pkg/kubelet/cm,
 * enforceNodeAllocatableCgroups). The kernel's default is the weight of one process.
 * @throws Error in kubelet's words if the cgroup cannot be written.
 */
export async function enforceAllocatable(
  { cgroups, cgroupRoot }: Pick<PodCgroups, 'cgroups' | 'cgroupRoot'>,
  allocatable: Readonly<Record<string, string>>,
): Promise<void> {
  try {
    await cgroups.apply(weighedCgroup(cgroupRoot, cpuShares(milliCpu(allocatable))));
  } catch (error) {
    const name = JSON.stringify(cgroupRoot.split('/').filter((part) => part !== ''));
    const problem = error instanceof Error ? error.message : String(error);
    throw new Error(`Failed to update Node Allocatable Limits ${name}: ${problem}`, { cause: error });
  }
}
