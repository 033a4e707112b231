import type { Random } from './random.ts';
import { systemRandom } from './random.ts';

/** A delay that grows with each try. */
export interface Backoff {
  /** Returns the delay before the next try, in milliseconds. */
  next(): number;
  /** Starts over with the initial delay. */
  reset(): void;
}

export interface BackoffOptions {
  readonly initialMs: number;
  readonly maxMs: number;
  readonly factor?: number;
  /** The share of the delay that is added at random, so that many clients do not return at once. Default 0. */
  readonly jitter?: number;
  /** Injected in tests. */
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

/** Returns `initialMs · factor^tries`, at most `maxMs`. */
export function exponentialDelay(tries: number, initialMs: number, maxMs: number, factor = 2): number {
  return Math.min(maxMs, initialMs * factor ** Math.min(tries, 64));
}
