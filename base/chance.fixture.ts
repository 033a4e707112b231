/** A source of chance that a seed determines, for tests that meet many objects. */
export interface Chance {
  /** Returns an integer of the range, both ends included. */
  int(min: number, max: number): number;
  /** Returns true with the probability. */
  chance(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
}

/** Returns the chance of a seed: a linear congruential generator with the constants of Numerical Recipes, and its high bits. */
export function createChance(seed: number): Chance {
  let state = (Math.imul(seed, 2_654_435_761) ^ 0x9e3779b9) >>> 0;
  const next = (): number => {
    for (let i = 0; i < 2; i++) state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 8) / 2 ** 24;
  };
  const int = (min: number, max: number) => min + Math.floor(next() * (max - min + 1));
  return {
    int,
    chance: (probability) => next() < probability,
    pick<T>(items: readonly T[]): T {
      if (items.length === 0) throw new RangeError('nothing to pick from');
      return items[int(0, items.length - 1)] as T;
    },
  };
}
