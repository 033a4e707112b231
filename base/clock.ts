/** The source of time, injected so that tests can fake it. All values are in milliseconds. */
export interface Clock {
  /** Returns the time since the epoch. */
  now(): number;
  /** Returns the time on a monotonic scale, for durations. */
  monotonic(): number;
  /** Runs `callback` after `ms`; returns a function that cancels it. A timer in the `background` does not keep the process alive. */
  after(ms: number, callback: () => void, background?: 'background'): () => void;
}

/** Node runs timers that are set for longer at once. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, callback, background) {
    const timer = setTimeout(callback, Math.min(ms, LONGEST_TIMEOUT_MS));
    if (background) timer.unref();
    return () => clearTimeout(timer);
  },
};

/** Resolves after `ms`, or as soon as `signal` aborts: check the signal afterwards. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const finish = () => {
      cancel();
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const cancel = clock.after(ms, finish);
    signal?.addEventListener('abort', finish, { once: true });
  });
}

/** Keeps the last text: thousands of objects are stamped within one second. */
let lastSecond = Number.NaN;
let lastText = '';

/** Formats milliseconds since the epoch as RFC 3339 with seconds, in UTC. */
export function timeText(ms: number): string {
  const second = Math.floor(ms / 1000);
  if (second !== lastSecond) {
    lastText = `${new Date(ms).toISOString().slice(0, 19)}Z`;
    lastSecond = second;
  }
  return lastText;
}
/** Formats milliseconds since the epoch as RFC 3339 with microseconds, in UTC. */
export const microTimeText = (ms: number): string => `${new Date(ms).toISOString().slice(0, 23)}000Z`;
