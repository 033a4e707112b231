import type { Clock } from '../../base/clock.ts';
import type { Random } from '../../base/random.ts';

/**
 * Makes the hexadecimal numbers by which names of events are told apart: unique within a sink, and close to the time in nanoseconds, as in
 * upstream's names. The clock counts milliseconds; the rest is random, since several sinks write about one object: scheduler and node within one
 * millisecond.
 */
export function createEventIds(clock: Clock, random: Random): () => string {
  let last = 0n;
  return () => {
    const now = BigInt(clock.now()) * 1_000_000n + BigInt(Math.floor(random() * 1_000_000));
    last = now > last ? now : last + 1n;
    return last.toString(16);
  };
}
