import type { CpuRates } from './cpu-rates.ts';
import type { DiskReport } from './disk-report.ts';
import { readFilesystems } from './filesystems.ts';
import { machineNetwork } from './network-usage.ts';
import { nodeSummary, readMachineFacts } from './node-summary.ts';
import type { UsageReport } from './node-usage.ts';
import type { PodKernel } from './pod-kernel.ts';
import { NO_KERNEL, readPodKernel } from './pod-kernel.ts';
import { podSummary } from './pod-summary.ts';
import type { UsageNode, UsagePods } from './usage-node.ts';

/** Returns the object of /stats/summary (kubelet's stats/v1alpha1), as far as runtime and kernel tell. */
export async function statsSummary(node: UsageNode, pods: UsagePods, { machine, pods: usages }: UsageReport, disks: DiskReport, rates: CpuRates) {
  const facts = node.runtime.simulated ? undefined : await readMachineFacts(node, await readFilesystems(node));
  const interfaces = await machineNetwork(node);
  const kernels: PodKernel[] = [];
  for (const usage of usages) kernels.push(facts ? await readPodKernel(node, pods, usage) : NO_KERNEL);
  const volumes = Map.groupBy(disks.volumes, ({ podUid }) => podUid);
  const sources = { directories: node.directories, machine, filesystems: facts?.filesystems, disks, volumes, rates };
  // From here on nothing waits: the rates of CPU are those of one round.
  const summary = {
    node: nodeSummary(node, machine, interfaces, facts, rates),
    pods: usages.flatMap((usage, index) => {
      const kernel = kernels[index];
      return kernel ? [podSummary(sources, usage, pods.byUid(usage.uid)?.pod, kernel)] : [];
    }),
  };
  rates.endRound();
  return summary;
}
