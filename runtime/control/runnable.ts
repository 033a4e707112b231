/** A part with a life cycle. */
export interface Runnable {
  /** Resolves once the part serves. */
  readonly ready: Promise<void>;
  /** Runs until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
}
