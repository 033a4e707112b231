import { sleep, systemClock } from '../../base/clock.ts';

/** Bounds of the pause between two checks, in milliseconds. */
const SHORTEST = 50;
const LONGEST = 500;

/**
 * Calls `check` again until it neither throws nor returns false; resolves with its result. Rejects with its last error after `timeoutMs`.
 * Pauses for as long as the last check took: a check that starts a process takes no more than half the time of what it waits for.
 */
export async function eventually<T>(check: () => Promise<T> | T, timeoutMs = 60_000): Promise<T> {
  const end = systemClock.monotonic() + timeoutMs;
  for (;;) {
    const began = systemClock.monotonic();
    try {
      const result = await check();
      if (result === false) throw new Error(`the check still returned false after ${timeoutMs} ms: ${check}`);
      return result;
    } catch (error) {
      if (systemClock.monotonic() > end) throw error;
      await sleep(systemClock, Math.min(Math.max(systemClock.monotonic() - began, SHORTEST), LONGEST));
    }
  }
}
