/** The settings of the controller, under upstream's names for its options (--horizontal-pod-autoscaler-…). */
export interface AutoscalerSettings {
  /** The time from one look at an autoscaler to the next. */
  readonly syncPeriodMs: number;
  /** The time for which the highest recommendation holds off scaling down, where an autoscaler does not say itself. */
  readonly downscaleStabilizationMs: number;
  /** The deviation from the target within which nothing is scaled, where an autoscaler does not say itself. */
  readonly tolerance: number;
  /** The time after a pod's start in which its use of CPU counts only once it is ready. */
  readonly cpuInitializationPeriodMs: number;
  /** The time after a pod's start in which a change to unready counts as not having been ready yet. */
  readonly initialReadinessDelayMs: number;
}

/** The defaults of kube-controller-manager. */
export const AUTOSCALER_DEFAULTS: AutoscalerSettings = {
  syncPeriodMs: 15_000,
  downscaleStabilizationMs: 300_000,
  tolerance: 0.1,
  cpuInitializationPeriodMs: 300_000,
  initialReadinessDelayMs: 30_000,
};
