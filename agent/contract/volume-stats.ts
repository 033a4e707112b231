/** The fill level of a volume, as its driver or the kernel told it. */
export interface VolumeStats {
  readonly podUid: string;
  /** The volume's name in the pod. */
  readonly name: string;
  readonly claim: { readonly namespace: string; readonly name: string } | undefined;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly bytes: VolumeUse | undefined;
  readonly inodes: VolumeUse | undefined;
  /** Undefined if the driver does not tell whether the volume is well. */
  readonly abnormal: boolean | undefined;
}

/** Of a block device only the total is known. */
export interface VolumeUse {
  readonly total: number;
  readonly used: number | undefined;
  readonly available: number | undefined;
}

/** A volume that the node itself can measure, unlike those of CSI drivers. */
export interface MeasurableVolume {
  readonly podUid: string;
  /** The volume's name in the pod. */
  readonly name: string;
  readonly claim: VolumeStats['claim'];
  readonly path: string;
  /** The way to measure it: all files under the path, the file system that the path is on, or the size of the block device at the path. */
  readonly by: 'files' | 'filesystem' | 'device';
}

/** Tells how full the volumes of the node's pods are, as far as their drivers do. */
export interface VolumeStatsSource {
  /** Returns what was measured last, at most about a minute ago. */
  stats(): readonly VolumeStats[];
}
