import { readFile, statfs } from 'node:fs/promises';
import type { ContainerRuntime } from '../contract/runtime.ts';
import type { NodeHealth } from './node-conditions.ts';

/** kubelet's evictionHard defaults. */
const MIN_MEMORY_BYTES = 100 * 1024 * 1024;
const MIN_DISK_SHARE = 0.1;
const MIN_INODE_SHARE = 0.05;
/** Of the threads that the kernel allows: beyond this, new processes fail soon. */
const MAX_PID_SHARE = 0.95;

/** Asks the runtime and looks at the machine. Never rejects: what cannot be reached is a problem. */
export async function nodeHealth(runtime: ContainerRuntime, dataDir: string): Promise<NodeHealth> {
  const problems = await runtimeProblems(runtime);
  if (runtime.simulated) return { memoryPressure: false, diskPressure: false, pidPressure: false, problems };
  const [memory, disk, load, limit] = await Promise.all([
    readFile('/proc/meminfo', 'utf8').catch(() => ''),
    statfs(dataDir).catch(() => undefined),
    readFile('/proc/loadavg', 'utf8').catch(() => ''),
    readFile('/proc/sys/kernel/threads-max', 'utf8').catch(() => ''),
  ]);
  const available = /^MemAvailable:\s+(\d+) kB$/m.exec(memory)?.[1];
  const threads = Number(/\/(\d+) /.exec(load)?.[1] ?? 0);
  return {
    memoryPressure: available !== undefined && Number(available) * 1024 < MIN_MEMORY_BYTES,
    diskPressure: disk !== undefined && (disk.bavail < disk.blocks * MIN_DISK_SHARE || disk.ffree < disk.files * MIN_INODE_SHARE),
    pidPressure: Number(limit) > 0 && threads > Number(limit) * MAX_PID_SHARE,
    problems,
  };
}

async function runtimeProblems(runtime: ContainerRuntime): Promise<readonly string[]> {
  try {
    const conditions = await runtime.conditions();
    return ['RuntimeReady', 'NetworkReady'].flatMap((type) => {
      const condition = conditions.find((candidate) => candidate.type === type);
      if (condition?.status) return [];
      const subject = type === 'RuntimeReady' ? 'container runtime not ready' : 'container runtime network not ready';
      return `${subject}: ${type}=false reason:${condition?.reason ?? ''} message:${condition?.message ?? ''}`;
    });
  } catch {
    return ['container runtime is down'];
  }
}
