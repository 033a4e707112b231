import type { Clock } from '../../base/clock.ts';
import { sleep } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { ContainerRuntime, RuntimeVersion } from '../contract/runtime.ts';

const RETRY_MS = 100;
/** Five seconds: a runtime that starts beside the agent takes less. */
const TRIES_BEFORE_WARNING = 50;

/** Waits until the runtime answers, and resolves with its version. Rejects with its last error once the signal aborts. */
export async function connectRuntime(runtime: ContainerRuntime, clock: Clock, log: Logger, signal: AbortSignal): Promise<RuntimeVersion> {
  for (let tries = 0; ; tries++) {
    try {
      return await runtime.version();
    } catch (error) {
      if (signal.aborted) throw error;
      if (tries === TRIES_BEFORE_WARNING) log.warn({ err: error }, 'the container runtime does not answer');
      await sleep(clock, RETRY_MS, signal);
    }
  }
}
