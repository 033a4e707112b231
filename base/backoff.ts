import type { Random } from './random.ts';
import { systemRandom } from './random.ts';
/** A growing delay as a value: `next` answers how long to wait now, `reset` starts over. */
export interface Backoff {
  /** Milliseconds. */
  next(): number;
  reset(): void;
}

export interface BackoffOptions {
  readonly initialMs: number;
  readonly maxMs: number;
  readonly factor?: number;
  /** Share of the delay that is added at random, so that many clients do not come back at once. Default 0. */
  readonly jitter?: number;
  /** In [0, 1): injected in tests. */
  readonly random?: Random;
}

export function createBackoff({ initialMs, maxMs, factor = 2, jitter = 0, random = systemRandom }: BackoffOptions): Backoff {
  let tries = 0;
  return {
    next: () => exponentialDelay(tries++, initialMs, maxMs, factor) * (1 + jitter * random()),
    reset: () => {
      tries = 0;
    },
  };
}

/** `initialMs · factor^tries`, at most `maxMs`. */
export function exponentialDelay(tries: number, initialMs: number, maxMs: number, factor = 2): number {
  return Math.min(maxMs, initialMs * factor ** Math.min(tries, 64));
}
