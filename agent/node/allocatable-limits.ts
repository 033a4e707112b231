import type { PodCgroups } from '../contract/node-parts.ts';
import { cpuShares, milliCpu, weighedCgroup } from '../spec/pod-resources.ts';
import type { NodeFacts } from './node-info.ts';
import type { Reservation } from './reservation.ts';

/** The amounts that all pods of a node may have together. */
export interface PodsLimits {
  readonly cpuMilli: number;
  readonly memoryBytes: number;
  /** Processes and threads; 0 for any number. */
  readonly pids: number;
}

/** The capacity without what is reserved. The amounts that evictions keep free count as the pods': they end pods before a limit does. */
export function podsLimits(
  { capacity, memoryBytes, taskLimit }: Pick<NodeFacts, 'capacity' | 'memoryBytes' | 'taskLimit'>,
  reserved: Reservation,
): PodsLimits {
  return {
    cpuMilli: Math.max(0, milliCpu(capacity) - reserved.cpu),
    memoryBytes: Math.max(1, memoryBytes - reserved.memory),
    pids: taskLimit === undefined ? 0 : Math.max(1, taskLimit - reserved.pid),
  };
}

/**
 * Gives the node's pods together their weight against all else on the machine, and their limits (pkg/kubelet/cm, enforceNodeAllocatableCgroups). The
 * kernel's default is the weight of one process. Pods that use more memory than the limit are left alone until evictions have ended some.
 * @throws Error in kubelet's words if the cgroup cannot be written.
 */
export async function enforceAllocatable({ cgroups, cgroupRoot }: Pick<PodCgroups, 'cgroups' | 'cgroupRoot'>, limits: PodsLimits): Promise<void> {
  try {
    const used = (await cgroups.statistics(cgroupRoot))?.memory.workingSet ?? 0;
    // The kernel would kill containers.
    if (used > limits.memoryBytes) throw new Error(`the pods use ${used} bytes of memory, and may have ${limits.memoryBytes}`);
    const cgroup = weighedCgroup(cgroupRoot, cpuShares(limits.cpuMilli));
    await cgroups.apply({ ...cgroup, memoryLimitBytes: limits.memoryBytes, pidsLimit: limits.pids });
  } catch (error) {
    const name = JSON.stringify(cgroupRoot.split('/').filter((part) => part !== ''));
    const problem = error instanceof Error ? error.message : String(error);
    throw new Error(`Failed to update Node Allocatable Limits ${name}: ${problem}`, { cause: error });
  }
}
