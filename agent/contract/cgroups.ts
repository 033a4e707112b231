import type { CgroupStatistics } from './cgroup-statistics.ts';
import type { Pressures } from './pressure.ts';

/** The limits of a pod's cgroup; a limit of 0 is none. */
export interface PodCgroup {
  /** cgroupfs path, as the cgroup_parent of its containers: `/kubepods/burstable/pod<uid>`. */
  readonly path: string;
  readonly cpuShares: number;
  readonly cpuLimitMilli: number;
  readonly memoryLimitBytes: number;
  /** The number of processes and threads. */
  readonly pidsLimit: number;
  /** Bytes of huge pages, by the bytes of a page; none of the sizes that are left out. Undefined for any number of them. */
  readonly hugePages?: ReadonlyMap<number, number>;
}

/** The cgroups of pods, under which the runtime makes those of containers (the cgroupfs driver). */
export interface CgroupManager {
  /** The version of cgroups that the machine has. */
  readonly version: 1 | 2;
  /** The sizes of the huge pages that cgroups limit, in bytes: those of the machine, if it has the controller hugetlb. */
  readonly hugePageSizes: readonly number[];
  /** Makes the pod's cgroup with its limits, or sets them anew. Resolves with whether it made it. */
  apply(cgroup: PodCgroup): Promise<boolean>;
  /** Removes it once nothing runs in it; succeeds if it does not exist. */
  remove(path: string): Promise<void>;
  /** Names of the pods' cgroups that exist under `root`: `/kubepods/burstable/pod<uid>`. */
  list(root: string): Promise<readonly string[]>;
  /** Bytes that a cgroup uses now. Resolves with undefined if it does not exist. */
  memoryUsage(path: string): Promise<number | undefined>;
  /** Processes and threads in a cgroup. Resolves with undefined if it does not exist. */
  processes(path: string): Promise<number | undefined>;
  /** Reads the kernel's counters of a cgroup. Resolves with undefined if it does not exist. */
  statistics(path: string): Promise<CgroupStatistics | undefined>;
  /** Reads the pressure on the machine as a whole. Resolves with undefined where cgroups have none. */
  machinePressure(): Promise<Pressures | undefined>;
  /** Finds the ID of a process in a cgroup. Resolves with undefined if there is none. */
  someProcess(path: string): Promise<number | undefined>;
}
