import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { CgroupManager } from '../contract/cgroups.ts';
import { cpuShares, podRequest, qosClass, weighedCgroup } from '../spec/pod-resources.ts';

/** The weight of all pods without requests together: the least there is. */
const BEST_EFFORT_SHARES = cpuShares(0);

/**
 * Returns the cgroups of a node, whose classes of service keep the weights that kubelet gives them (pkg/kubelet/cm, qosContainerManager): burstable
 * pods together weigh as much as the processors that they request, best-effort ones as little as possible. Without that, each class would weigh as
 * much as a processor. The weights follow when a pod's cgroup is made, changed or removed.
 * @param pods the pods that run or are about to
 */
export function withClassWeights(cgroups: CgroupManager, root: string, pods: () => Iterable<Pod>): CgroupManager {
  let burstable: number | undefined;

  async function update(): Promise<void> {
    let requested = 0;
    for (const pod of pods()) if (qosClass(pod.spec) === 'Burstable') requested += podRequest(pod, 'cpu');
    const shares = cpuShares(requested);
    if (shares === burstable) return;
    if (burstable === undefined) await cgroups.apply(weighedCgroup(`${root}/besteffort`, BEST_EFFORT_SHARES));
    await cgroups.apply(weighedCgroup(`${root}/burstable`, shares));
    burstable = shares;
  }

  return {
    ...cgroups,
    async apply(cgroup) {
      await update();
      return cgroups.apply(cgroup);
    },
    async remove(path) {
      await cgroups.remove(path);
      await update();
    },
  };
}
