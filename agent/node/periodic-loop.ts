import type { Clock } from '../../base/clock.ts';
import { sleep } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';

export interface PeriodicWork {
  readonly everyMs: number;
  /** For the log, before ` failed`: `removing garbage`. */
  readonly what: string;
  run(): Promise<void>;
}

/** Does the work every so often until the signal aborts, the first time after one period. A failure is logged and does not end the loop. */
export async function repeat({ everyMs, what, run }: PeriodicWork, clock: Clock, log: Logger, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sleep(clock, everyMs, signal);
    if (signal.aborted) return;
    await run().catch((error: unknown) => log.warn({ err: error }, `${what} failed`));
  }
}
