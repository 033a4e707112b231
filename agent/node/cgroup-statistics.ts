import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CgroupDisk, CgroupStatistics } from '../contract/cgroup-statistics.ts';
import { readPressures } from './pressure-files.ts';

/** The kernel counts CPU time in hundredths of a second in `/proc/stat` and `cpuacct.stat` (USER_HZ). */
export const NANOSECONDS_PER_TICK = 10_000_000;
const NANOSECONDS_PER_MICROSECOND = 1000;

/** Reads a file of a cgroup; a missing one is empty. */
type Read = (file: string) => Promise<string>;

const reader =
  (directory: (file: string) => string): Read =>
  (file) =>
    readFile(join(directory(file), file), 'utf8').catch(() => '');

/** Returns the value of a line `name value`, 0 if there is none. */
function counterIn(text: string, name: string): number {
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
}

const lines = (text: string): number => text.split('\n').length - 1;

const workingSet = (usage: number, inactiveFiles: number): number => Math.max(0, usage - inactiveFiles);

/** Reads the counters of a cgroup of version 1, whose controllers have trees of their own (cgroup-v1 in the kernel's documentation). */
export async function statisticsV1(mount: string, path: string): Promise<CgroupStatistics | undefined> {
  const read = reader((file) => join(mount, file.slice(0, file.indexOf('.')), path));
  const processes = await readFile(join(mount, 'cpu', path, 'cgroup.procs'), 'utf8').catch(() => undefined);
  if (processes === undefined) return undefined;
  const [time, split, cpu] = await Promise.all([read('cpuacct.usage'), read('cpuacct.stat'), read('cpu.stat')]);
  const [usage, memory, peak, failures, oom] = await Promise.all([
    read('memory.usage_in_bytes'),
    read('memory.stat'),
    read('memory.max_usage_in_bytes'),
    read('memory.failcnt'),
    read('memory.oom_control'),
  ]);
  const [threads, bytes, operations] = await Promise.all([
    read('pids.current'),
    read('blkio.throttle.io_service_bytes_recursive'),
    read('blkio.throttle.io_serviced_recursive'),
  ]);
  return {
    cpu: {
      nanoseconds: Number(time),
      userNanoseconds: counterIn(split, 'user') * NANOSECONDS_PER_TICK,
      systemNanoseconds: counterIn(split, 'system') * NANOSECONDS_PER_TICK,
      periods: counterIn(cpu, 'nr_periods'),
      throttledPeriods: counterIn(cpu, 'nr_throttled'),
      throttledNanoseconds: counterIn(cpu, 'throttled_time'),
    },
    memory: {
      usage: Number(usage),
      workingSet: workingSet(Number(usage), counterIn(memory, 'total_inactive_file')),
      rss: counterIn(memory, 'total_rss'),
      cache: counterIn(memory, 'total_cache'),
      mappedFiles: counterIn(memory, 'total_mapped_file'),
      swap: counterIn(memory, 'total_swap'),
      peak: Number(peak),
      failures: Number(failures),
      oomKills: counterIn(oom, 'oom_kill'),
    },
    processes: lines(processes),
    threads: Number(threads),
    disks: disksV1(bytes, operations),
  };
}

/** Reads lines such as `8:0 Read 4096`. */
function disksV1(bytes: string, operations: string): CgroupDisk[] {
  const amounts = (text: string) =>
    new Map([...text.matchAll(/^(\d+:\d+) (Read|Write) (\d+)$/gm)].map(([, device, kind, n]) => [`${device} ${kind}`, Number(n)]));
  const moved = amounts(bytes);
  const counted = amounts(operations);
  const devices = new Set([...moved.keys()].map((key) => key.slice(0, key.indexOf(' '))));
  return [...devices].map((device) => ({
    device,
    readBytes: moved.get(`${device} Read`) ?? 0,
    writtenBytes: moved.get(`${device} Write`) ?? 0,
    reads: counted.get(`${device} Read`) ?? 0,
    writes: counted.get(`${device} Write`) ?? 0,
  }));
}

/** Reads the counters of a cgroup of version 2 (cgroup-v2 in the kernel's documentation). */
export async function statisticsV2(mount: string, path: string): Promise<CgroupStatistics | undefined> {
  const directory = join(mount, path);
  const read = reader(() => directory);
  const processes = await readFile(join(directory, 'cgroup.procs'), 'utf8').catch(() => undefined);
  if (processes === undefined) return undefined;
  const [cpu, usage, memory, peak, swap, events, threads, io, pressure] = await Promise.all([
    read('cpu.stat'),
    read('memory.current'),
    read('memory.stat'),
    read('memory.peak'),
    read('memory.swap.current'),
    read('memory.events'),
    read('pids.current'),
    read('io.stat'),
    readPressures((resource) => read(`${resource}.pressure`)),
  ]);
  const microseconds = (name: string) => counterIn(cpu, name) * NANOSECONDS_PER_MICROSECOND;
  return {
    cpu: {
      nanoseconds: microseconds('usage_usec'),
      userNanoseconds: microseconds('user_usec'),
      systemNanoseconds: microseconds('system_usec'),
      periods: counterIn(cpu, 'nr_periods'),
      throttledPeriods: counterIn(cpu, 'nr_throttled'),
      throttledNanoseconds: microseconds('throttled_usec'),
    },
    memory: {
      usage: Number(usage),
      workingSet: workingSet(Number(usage), counterIn(memory, 'inactive_file')),
      rss: counterIn(memory, 'anon'),
      cache: counterIn(memory, 'file'),
      mappedFiles: counterIn(memory, 'file_mapped'),
      swap: Number(swap),
      peak: Number(peak),
      failures: counterIn(events, 'max'),
      oomKills: counterIn(events, 'oom_kill'),
    },
    processes: lines(processes),
    threads: Number(threads),
    disks: disksV2(io),
    pressure,
  };
}

/** Reads lines such as `8:0 rbytes=4096 wbytes=0 rios=1 wios=0`. */
function disksV2(io: string): CgroupDisk[] {
  return [...io.matchAll(/^(\d+:\d+) (.*)$/gm)].map(([, device = '', rest = '']) => {
    const amount = (name: string) => Number(new RegExp(`\\b${name}=(\\d+)`).exec(rest)?.[1] ?? 0);
    return { device, readBytes: amount('rbytes'), writtenBytes: amount('wbytes'), reads: amount('rios'), writes: amount('wios') };
  });
}
