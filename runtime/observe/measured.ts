import type { Clock } from '../../base/clock.ts';

/** Does some work, and tells `observe` once it has ended: how long it took, and the error if it failed. Settles as the work does. */
export async function measured<T>(clock: Clock, work: () => Promise<T>, observe: (seconds: number, error?: unknown) => void): Promise<T> {
  const start = clock.monotonic();
  const seconds = () => (clock.monotonic() - start) / 1000;
  let result: T;
  try {
    result = await work();
  } catch (error) {
    observe(seconds(), error);
    throw error;
  }
  observe(seconds());
  return result;
}
