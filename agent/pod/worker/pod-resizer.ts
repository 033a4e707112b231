import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { ResourceRequirements } from '../../../api/pod/resources/resources.ts';
import type { PodCgroup } from '../../contract/cgroups.ts';
import type { PodCgroups } from '../../contract/node-parts.ts';
import type { ContainerRuntime } from '../../contract/runtime.ts';
import { podCgroup } from '../../spec/pod-resources.ts';
import type { Task, TaskResult } from './worker-action.ts';

type Resize = Extract<Task, { type: 'resize' }>;
type ResizerNode = PodCgroups & { readonly runtime: Pick<ContainerRuntime, 'simulated' | 'updateResources'> };

/**
 * Brings changed resources to a pod that runs (pkg/kubelet/kuberuntime, doPodResizeAction). A pod's cgroup bounds those of its containers: it is
 * widened before them and narrowed after them, each resource by itself. Nothing is changed if too much memory is in use.
 */
export async function resizePod({ held, containers }: Resize, pod: Live<Pod>, node: ResizerNode): Promise<TaskResult> {
  const given = new Map<string, ResourceRequirements>();
  try {
    const [before, after] = [held, pod].map((version) => podCgroup(version, node.cgroupRoot, node.podMaxPids)) as [PodCgroup, PodCgroup];
    await checkMemory(before, after, containers, node);
    await node.cgroups.apply(wider(before, after));
    for (const { id, resources, wanted } of containers) {
      await node.runtime.updateResources(id, resources);
      given.set(id, wanted);
    }
    await node.cgroups.apply(after);
    return { type: 'resized', pod, given };
  } catch (error) {
    return { type: 'resizeFailed', message: error instanceof Error ? error.message : String(error), given };
  }
}

/** A limit of 0 is none. */
const higher = (a: number, b: number): number => (a === 0 || b === 0 ? 0 : Math.max(a, b));

const wider = (a: PodCgroup, b: PodCgroup): PodCgroup => ({
  ...b,
  cpuShares: Math.max(a.cpuShares, b.cpuShares),
  cpuLimitMilli: higher(a.cpuLimitMilli, b.cpuLimitMilli),
  memoryLimitBytes: higher(a.memoryLimitBytes, b.memoryLimitBytes),
});

/** @throws Error in the words of kubelet if more memory is in use than a lower limit leaves */
async function checkMemory(before: PodCgroup, after: PodCgroup, containers: Resize['containers'], { cgroups, runtime }: ResizerNode): Promise<void> {
  if (runtime.simulated) return;
  const { path, memoryLimitBytes } = after;
  const faults: string[] = [];
  const check = async (what: string, limit: number, cgroup: string) => {
    const usage = await cgroups.memoryUsage(cgroup);
    if (usage === undefined) faults.push(`missing ${what} memory usage`);
    else if (usage >= limit) faults.push(`attempting to set ${what} memory limit (${limit}) below current usage (${usage})`);
  };
  const isLower = memoryLimitBytes > 0 && (before.memoryLimitBytes === 0 || memoryLimitBytes < before.memoryLimitBytes);
  if (isLower) await check('pod', memoryLimitBytes, path);
  for (const { name, id, lowersMemory, resources } of containers) {
    if (lowersMemory) await check(`container ${JSON.stringify(name)}`, resources.memory_limit_in_bytes ?? 0, `${path}/${id}`);
  }
  if (faults.length > 0) throw new Error(`cannot decrease memory limits: ${faults.length === 1 ? faults[0] : `[${faults.join(', ')}]`}`);
}
