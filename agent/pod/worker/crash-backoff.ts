/** Delays between restarts, by container: 10 s, doubled up to the node's longest, forgotten once the container has been quiet for 10 min. A value. */
export type CrashBackoffs = ReadonlyMap<string, { readonly delayMs: number; readonly updated: number }>;

export const NO_BACKOFFS: CrashBackoffs = new Map();

const INITIAL_MS = 10_000;
/** kubelet's default of crashLoopBackOff.maxContainerRestartPeriod. */
export const MAX_RESTART_DELAY_MS = 300_000;
const FORGET_AFTER_MS = 600_000;

/** The time at which a container that died at `finishedAt` may start again. Returns undefined if it may now. Times in milliseconds since the epoch. */
export function backoffEnd(backoffs: CrashBackoffs, container: string, finishedAt: number, now: number): number | undefined {
  const entry = current(backoffs, container, finishedAt);
  if (!entry) return undefined;
  const end = finishedAt + entry.delayMs;
  return end > now ? end : undefined;
}

/** Counts a restart after a death at `finishedAt`. `maxMs` is the longest delay, the first one too. */
export function withRestart(
  backoffs: CrashBackoffs,
  container: string,
  finishedAt: number,
  now: number,
  maxMs = MAX_RESTART_DELAY_MS,
): CrashBackoffs {
  const entry = current(backoffs, container, finishedAt);
  const delayMs = Math.min(maxMs, entry ? entry.delayMs * 2 : INITIAL_MS);
  return new Map(backoffs).set(container, { delayMs, updated: now });
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
