import type { Clock } from '../../../base/clock.ts';

const INITIAL_MS = 1000;
const MAX_MS = 15 * 60_000;
/** A node whose pods have not failed for this long starts over. */
const FORGET_MS = 2 * MAX_MS;

/** The delays between replacements of failed pods, by DaemonSet, generation and node: a node that refuses a pod does so again. */
export interface FailedPodBackoff {
  /** Returns the milliseconds for which a failed pod is to be kept; 0 if it may be deleted. */
  left(key: string): number;
  /** Notes that a failed pod is deleted now. */
  replaced(key: string): void;
}

interface Entry {
  delay: number;
  /** Monotonic milliseconds. */
  since: number;
}

export const backoffKey = (uid: string, generation: number, nodeName: string): string => `${uid}/${generation}/${nodeName}`;

export function createFailedPodBackoff(clock: Clock): FailedPodBackoff {
  const entries = new Map<string, Entry>();
  let swept = clock.monotonic();
  const sweep = (now: number) => {
    if (now - swept < FORGET_MS) return;
    swept = now;
    for (const [key, { since }] of entries) if (now - since > FORGET_MS) entries.delete(key);
  };
  return {
    left(key) {
      const entry = entries.get(key);
      return entry ? Math.max(0, entry.since + entry.delay - clock.monotonic()) : 0;
    },
    replaced(key) {
      const now = clock.monotonic();
      sweep(now);
      const entry = entries.get(key);
      const isFresh = entry !== undefined && now - entry.since <= FORGET_MS;
      entries.set(key, { delay: isFresh ? Math.min(MAX_MS, entry.delay * 2) : INITIAL_MS, since: now });
    },
  };
}
