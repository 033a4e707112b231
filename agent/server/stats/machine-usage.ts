import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NANOSECONDS_PER_TICK } from '../../node/cgroup-statistics.ts';

/** The usage of a whole node. */
export interface MachineUsage {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly cpuNanoseconds: number;
  readonly workingSetBytes: number;
  /** Undefined for a simulated node. */
  readonly availableBytes: number | undefined;
  /** The time of the machine's start, in milliseconds since the epoch. Absent on a simulated node. */
  readonly startedAt?: number;
  /** Bytes. Absent where the machine swaps nothing out. */
  readonly swap?: { readonly used: number; readonly available: number };
}

/** Reads the usage of this machine from the kernel. */
export async function machineUsage(now: number, proc = '/proc'): Promise<MachineUsage> {
  const [stat, memory] = await Promise.all(['stat', 'meminfo'].map((file) => readFile(join(proc, file), 'utf8').catch(() => '')));
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = (/^cpu +(.*)$/m.exec(stat ?? '')?.[1] ?? '').split(' ').map(Number);
  const bytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(memory ?? '')?.[1] ?? 0) * 1024;
  const availableBytes = bytes('MemAvailable');
  const bootTime = /^btime (\d+)$/m.exec(stat ?? '')?.[1];
  const [swapTotal, swapFree] = [bytes('SwapTotal'), bytes('SwapFree')];
  return {
    time: now,
    cpuNanoseconds: (user + nice + system + irq + softirq + steal) * NANOSECONDS_PER_TICK,
    workingSetBytes: bytes('MemTotal') - availableBytes,
    availableBytes,
    ...(bootTime === undefined ? {} : { startedAt: Number(bootTime) * 1000 }),
    ...(swapTotal > 0 ? { swap: { used: swapTotal - swapFree, available: swapFree } } : {}),
  };
}
