import type { Pressures } from './pressure.ts';

/** Bytes and operations of a cgroup on one block device. */
export interface CgroupDisk {
  /** The device by its numbers: `8:0`. */
  readonly device: string;
  readonly readBytes: number;
  readonly writtenBytes: number;
  readonly reads: number;
  readonly writes: number;
}

/** The kernel's counters of a cgroup and all below it. A file that the kernel does not have counts as zero. */
export interface CgroupStatistics {
  readonly cpu: {
    readonly nanoseconds: number;
    readonly userNanoseconds: number;
    readonly systemNanoseconds: number;
    /** Periods of its CPU limit, those in which it was throttled, and for how long; all are zero without a limit. */
    readonly periods: number;
    readonly throttledPeriods: number;
    readonly throttledNanoseconds: number;
  };
  /** Bytes, but for the last two. */
  readonly memory: {
    readonly usage: number;
    readonly workingSet: number;
    readonly rss: number;
    readonly cache: number;
    readonly mappedFiles: number;
    readonly swap: number;
    readonly peak: number;
    /** Allocations that met the limit. */
    readonly failures: number;
    readonly oomKills: number;
  };
  readonly processes: number;
  readonly threads: number;
  readonly disks: readonly CgroupDisk[];
  /** Absent for cgroups of version 1, which have none. */
  readonly pressure?: Pressures;
}
