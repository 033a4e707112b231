/** Chance that a seed repeats: property tests and the fuzzer try many states, and name the seed of one that fails. */
export interface Chance {
  /** Returns an integer of the range, both ends included. */
  int(min: number, max: number): number;
  /** Returns a whole number from 0 up to, not including, `limit`. */
  below(limit: number): number;
  /** Returns true once in so many calls. */
  oneIn(count: number): boolean;
  /** Returns true with the probability. */
  happens(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
}

/** Returns the chance of a seed (mulberry32). */
export function createChance(seed: number): Chance {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    int: (min, max) => min + below(max - min + 1),
    below,
    oneIn: (count) => below(count) === 0,
    happens: (probability) => next() < probability,
    pick<T>(items: readonly T[]): T {
      if (items.length === 0) throw new RangeError('nothing to pick from');
      return items[below(items.length)] as T;
    },
  };
}

/** The seeds that a property test tries. */
export const seeds = (count: number): number[] => Array.from({ length: count }, (_, seed) => seed);
