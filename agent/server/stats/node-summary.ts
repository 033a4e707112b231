import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CgroupStatistics } from '../../contract/cgroup-statistics.ts';
import type { Pressures } from '../../contract/pressure.ts';
import type { CpuRates } from './cpu-rates.ts';
import type { NodeFilesystems } from './filesystems.ts';
import type { MachineUsage } from './machine-usage.ts';
import type { InterfaceUsage } from './network-usage.ts';
import { cgroupMemoryOf, cpuOf, ioOf, machineMemoryOf, networkOf, swapOf, timeOf } from './summary-values.ts';
import type { UsageNode } from './usage-node.ts';

/** The facts that only a machine has; simulated nodes have none of them. */
export interface MachineFacts {
  readonly filesystems: NodeFilesystems;
  readonly processes: ProcessLimit;
  /** The cgroup of all pods, and the agent's own. Undefined if there is none. */
  readonly pods: CgroupStatistics | undefined;
  readonly agent: CgroupStatistics | undefined;
  readonly pressure: Pressures | undefined;
}

/** The number of processes and threads of a machine, and the most that it may have. Undefined if the kernel does not tell. */
interface ProcessLimit {
  readonly running: number | undefined;
  readonly most: number | undefined;
}

const numberIn = (text: string): number | undefined => (/^\d+/.test(text) ? Number.parseInt(text, 10) : undefined);

/** Reads what kubelet's `rlimit` shows (pkg/kubelet/stats/pidlimit). */
export async function processLimit(proc = '/proc'): Promise<ProcessLimit> {
  const read = (file: string) => readFile(join(proc, file), 'utf8').catch(() => '');
  const [load, ...limits] = await Promise.all(['loadavg', 'sys/kernel/pid_max', 'sys/kernel/threads-max'].map(read));
  const known = limits.map(numberIn).filter((limit) => limit !== undefined);
  return { running: numberIn(/\/(\d+) /.exec(load ?? '')?.[1] ?? ''), most: known.length > 0 ? Math.min(...known) : undefined };
}

/** Returns the cgroup that /proc/self/cgroup names. Undefined for the root, which is no more the agent's than anybody's. */
export function ownCgroup(text: string): string | undefined {
  const path = (/^\d+:(?:[^:]*,)?memory(?:,[^:]*)?:(.+)$/m.exec(text) ?? /^0::(.+)$/m.exec(text))?.[1];
  return path === '/' ? undefined : path;
}

/** @param filesystems those of the machine */
export async function readMachineFacts({ cgroups, cgroupRoot }: UsageNode, filesystems: NodeFilesystems): Promise<MachineFacts> {
  const own = ownCgroup(await readFile('/proc/self/cgroup', 'utf8').catch(() => ''));
  const [processes, pods, agent, pressure] = await Promise.all([
    processLimit(),
    cgroups.statistics(cgroupRoot),
    own === undefined ? undefined : cgroups.statistics(own),
    cgroups.machinePressure(),
  ]);
  return { filesystems, processes, pods, agent, pressure };
}

/** Returns the `node` of /stats/summary. */
export function nodeSummary(
  { nodeName, clock }: UsageNode,
  machine: MachineUsage,
  interfaces: readonly InterfaceUsage[],
  facts: MachineFacts | undefined,
  rates: CpuRates,
) {
  const { time, cpuNanoseconds, startedAt, swap } = machine;
  return {
    nodeName,
    ...(facts ? systemContainers(facts, time, clock.now() - process.uptime() * 1000, rates) : {}),
    ...(startedAt === undefined ? {} : { startTime: timeOf(startedAt) }),
    cpu: cpuOf(rates, 'node', time, cpuNanoseconds, facts?.pressure),
    memory: machineMemoryOf(machine, facts?.pressure),
    ...ioOf(time, facts?.pressure),
    ...networkOf(time, interfaces),
    ...(facts ? disksAndProcesses(facts, time) : {}),
    ...(swap ? swapOf(time, swap.used, swap.available) : {}),
  };
}

function disksAndProcesses({ filesystems: { node, images }, processes }: MachineFacts, ms: number) {
  const time = timeOf(ms);
  // Containers' own files are on the file system of the images: so does the CRI tell of them.
  const imageFs = images && { time, ...images.room, ...images.taken };
  return {
    fs: { time, ...node.room, ...node.taken },
    ...(imageFs ? { runtime: { imageFs, containerFs: imageFs } } : {}),
    rlimit: { time, maxpid: processes.most, curproc: processes.running },
  };
}

/** Returns the cgroups that stand for parts of the node, under kubelet's names for them. */
function systemContainers({ agent, pods }: MachineFacts, ms: number, agentStartedAt: number, rates: CpuRates) {
  const shown = (name: string, kernel: CgroupStatistics | undefined, startedAt?: number) =>
    kernel
      ? [
          {
            name,
            ...(startedAt === undefined ? {} : { startTime: timeOf(startedAt) }),
            cpu: cpuOf(rates, `system ${name}`, ms, kernel.cpu.nanoseconds, kernel.pressure),
            memory: cgroupMemoryOf(ms, kernel),
            ...ioOf(ms, kernel.pressure),
          },
        ]
      : [];
  return { systemContainers: [...shown('kubelet', agent, agentStartedAt), ...shown('pods', pods)] };
}
