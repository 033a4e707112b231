/** Delays between restarts, by container: 10 s, doubled up to 5 min, forgotten once the container has been quiet for 10 min. A value. */
export type CrashBackoffs = ReadonlyMap<string, { readonly delayMs: number; readonly updated: number }>;

export const NO_BACKOFFS: CrashBackoffs = new Map();

const INITIAL_MS = 10_000;
const MAX_MS = 300_000;
/** Twice the longest delay, as client-go's flowcontrol.Backoff expires its entries. */
const FORGET_AFTER_MS = 2 * MAX_MS;

/** The time at which a container that died at `finishedAt` may start again. Returns undefined if it may now. Times in milliseconds since the epoch. */
export function backoffEnd(backoffs: CrashBackoffs, container: string, finishedAt: number, now: number): number | undefined {
  const entry = current(backoffs, container, finishedAt);
  if (!entry) return undefined;
  const end = finishedAt + entry.delayMs;
  return end > now ? end : undefined;
}

/** Counts a restart after a death at `finishedAt`. */
export function withRestart(backoffs: CrashBackoffs, container: string, finishedAt: number, now: number): CrashBackoffs {
  const entry = current(backoffs, container, finishedAt);
  return new Map(backoffs).set(container, { delayMs: entry ? Math.min(MAX_MS, entry.delayMs * 2) : INITIAL_MS, updated: now });
}

function current(backoffs: CrashBackoffs, container: string, finishedAt: number) {
  const entry = backoffs.get(container);
  return entry && finishedAt - entry.updated <= FORGET_AFTER_MS ? entry : undefined;
}

/** Prints a duration of whole seconds as Go does: `10s`, `2m40s`, `5m0s`. */
export function durationText(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
