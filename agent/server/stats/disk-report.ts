import type { VolumeStats } from '../../contract/volume-stats.ts';
import type { DiskUse } from '../../eviction/pod-usage.ts';

/** The disk use of a node's pods. */
export interface PodDisks {
  /** Resolves with the volumes of claims. Nothing is read file by file for them. */
  claims(): Promise<readonly VolumeStats[]>;
  /** Resolves with everything. */
  all(): Promise<DiskReport>;
}

export interface DiskReport {
  readonly volumes: readonly VolumeStats[];
  /** Returns what the files under a directory of logs take, or a file of the pod. Undefined if that is not known. */
  usedIn(path: string): DiskUse | undefined;
}

export const NO_DISK_REPORT: DiskReport = { volumes: [], usedIn: () => undefined };

/** Pods of simulated nodes have no files. */
export const NO_DISKS: PodDisks = { claims: () => Promise.resolve([]), all: () => Promise.resolve(NO_DISK_REPORT) };
