import { sleep, systemClock } from '../../base/clock.ts';

/** Calls `check` again until it does not throw; resolves with its result. Rejects with its last error after `timeoutMs`. */
export async function eventually<T>(check: () => Promise<T> | T, timeoutMs = 60_000): Promise<T> {
  const end = systemClock.monotonic() + timeoutMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (systemClock.monotonic() > end) throw error;
      await sleep(systemClock, 50);
    }
  }
}
