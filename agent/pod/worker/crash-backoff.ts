/** Delays between restarts of a container: 10 s, doubled up to 5 min, forgotten when it has been quiet for 10 min. */
export interface CrashBackoff {
  /** When a container that died at `finishedAt` may start again; undefined: now. */
  until(container: string, finishedAt: number, now: number): number | undefined;
  /** Counts a restart after a death at `finishedAt`. */
  next(container: string, finishedAt: number, now: number): void;
  forget(container: string): void;
}

const INITIAL_MS = 10_000;
const MAX_MS = 300_000;
/** Twice the longest delay, as client-go's flowcontrol.Backoff expires its entries. */
const FORGET_AFTER_MS = 2 * MAX_MS;

export function createCrashBackoff(initialMs = INITIAL_MS, maxMs = MAX_MS): CrashBackoff {
  const entries = new Map<string, { delayMs: number; updated: number }>();
  const live = (container: string, finishedAt: number) => {
    const entry = entries.get(container);
    return entry && finishedAt - entry.updated <= FORGET_AFTER_MS ? entry : undefined;
  };
  return {
    until(container, finishedAt, now) {
      const entry = live(container, finishedAt);
      if (!entry) return undefined;
      const end = finishedAt + entry.delayMs;
      return end > now ? end : undefined;
    },
    next(container, finishedAt, now) {
      const entry = live(container, finishedAt);
      entries.set(container, { delayMs: entry ? Math.min(maxMs, entry.delayMs * 2) : initialMs, updated: now });
    },
    forget: (container) => entries.delete(container),
  };
}

/** How Go prints a duration of whole seconds: `10s`, `2m40s`, `5m0s`. */
export function durationText(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
