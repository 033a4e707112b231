/** The times that tasks waited for a resource: Linux' pressure stall information (PSI). */
export interface Pressure {
  /** At least one task waited. */
  readonly some: PressureLevel;
  /** All tasks waited at once. Zero where the kernel does not tell, as of a machine's CPU. */
  readonly full: PressureLevel;
}

export interface PressureLevel {
  /** Percentages of the last 10, 60 and 300 seconds. */
  readonly avg10: number;
  readonly avg60: number;
  readonly avg300: number;
  readonly totalMicroseconds: number;
}

/** Each is undefined where the kernel has none: before Linux 4.20, without `CONFIG_PSI`, or with `psi=0`. */
export interface Pressures {
  readonly cpu: Pressure | undefined;
  readonly memory: Pressure | undefined;
  readonly io: Pressure | undefined;
}
