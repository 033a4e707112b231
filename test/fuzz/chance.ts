/** A source of chance that a seed determines. */
export interface Chance {
  /** Returns an integer from 0 up to, not including, the limit. */
  below(limit: number): number;
  /** Returns true once in so many calls. */
  oneIn(count: number): boolean;
  pick<T>(items: readonly T[]): T;
}

/** The generator mulberry32: small, quick, and the same on every machine. */
export function createChance(seed: number): Chance {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    below,
    oneIn: (count) => below(count) === 0,
    pick<T>(items: readonly T[]): T {
      if (items.length === 0) throw new RangeError('nothing to pick from');
      return items[below(items.length)] as T;
    },
  };
}
