/** The fill level of a volume, as its driver told it. */
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

export interface VolumeUse {
  readonly total: number;
  readonly used: number;
  readonly available: number;
}

/** Tells how full the volumes of the node's pods are, as far as their drivers do. */
export interface VolumeStatsSource {
  /** Returns what was measured last, at most about a minute ago. */
  stats(): readonly VolumeStats[];
}
