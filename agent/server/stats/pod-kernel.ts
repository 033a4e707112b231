import type { CgroupStatistics } from '../../contract/cgroup-statistics.ts';
import { podCgroup } from '../../spec/pod-resources.ts';
import type { InterfaceUsage } from './network-usage.ts';
import { podNetwork } from './network-usage.ts';
import type { PodUsage } from './node-usage.ts';
import type { UsageNode, UsagePods } from './usage-node.ts';

/** The kernel's counters of a pod. */
export interface PodKernel {
  /** The pod's cgroup. */
  readonly path: string;
  /** Undefined on simulated nodes, and for what has just ended, as those of containers. */
  readonly kernel: CgroupStatistics | undefined;
  /** Those of the usage's containers, in its order. */
  readonly containers: readonly (CgroupStatistics | undefined)[];
  readonly interfaces: readonly InterfaceUsage[];
}

/** A simulated pod's. */
export const NO_KERNEL: PodKernel = { path: '', kernel: undefined, containers: [], interfaces: [] };

/** Reads some dozens of files: whoever asks about many pods asks about one after the other, which leaves threads to those who read other files. */
export async function readPodKernel(node: UsageNode, pods: UsagePods, { uid, containers }: PodUsage): Promise<PodKernel> {
  const pod = pods.byUid(uid)?.pod;
  const path = pod ? podCgroup(pod, node.cgroupRoot).path : `${node.cgroupRoot}/pod${uid}`;
  const [kernel, interfaces, ...ofContainers] = await Promise.all([
    node.cgroups.statistics(path),
    podNetwork(node, pods, uid),
    ...containers.map(({ id }) => node.cgroups.statistics(`${path}/${id}`)),
  ]);
  return { path, kernel, containers: ofContainers, interfaces };
}
