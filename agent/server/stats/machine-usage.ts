import { readFile } from 'node:fs/promises';
import { NANOSECONDS_PER_TICK } from '../../node/cgroup-statistics.ts';

/** The usage of a whole node. */
export interface MachineUsage {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly cpuNanoseconds: number;
  readonly workingSetBytes: number;
  /** Undefined for a simulated node. */
  readonly availableBytes: number | undefined;
}

/** Reads the usage of this machine from the kernel. */
export async function machineUsage(now: number): Promise<MachineUsage> {
  const [stat, memory] = await Promise.all([readFile('/proc/stat', 'utf8').catch(() => ''), readFile('/proc/meminfo', 'utf8').catch(() => '')]);
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = (/^cpu +(.*)$/m.exec(stat)?.[1] ?? '').split(' ').map(Number);
  const bytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(memory)?.[1] ?? 0) * 1024;
  const availableBytes = bytes('MemAvailable');
  return {
    time: now,
    cpuNanoseconds: (user + nice + system + irq + softirq + steal) * NANOSECONDS_PER_TICK,
    workingSetBytes: bytes('MemTotal') - availableBytes,
    availableBytes,
  };
}
