import type { Clock } from './clock.ts';

/** The reason of an AbortSignal: why something is told to end. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
  readonly why: 'shutdown' | 'leadership lost' | 'grace over';
  constructor(why: Stopped['why']) {
    super(why);
    this.why = why;
  }
}

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** Waits for `promise`, at most `ms`; returns whether it settled in time. The timer does not outlive the wait. */
export function settledWithin(clock: Clock, ms: number, promise: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve) => {
    const cancel = clock.after(ms, () => resolve(false));
    const settle = () => {
      cancel();
      resolve(true);
    };
    promise.then(settle, settle);
  });
}

/**
 * Waits for `promise`, at most until the signal aborts; returns whether it resolved. The listener does not outlive the wait.
 * @throws the reason that `promise` rejects with.
 */
export async function settledBefore(promise: Promise<unknown>, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return false;
  let onAbort = () => {};
  const cut = new Promise<false>((resolve) => {
    onAbort = () => resolve(false);
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([promise.then(() => true as const), cut]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
