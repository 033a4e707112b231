import { describe, expect, it } from '@jest/globals';
import { createChance, seeds } from './chance.fixture.ts';
import { sortInPlace } from './sort-in-place.ts';

interface Item {
  readonly rank: number;
  readonly place: number;
}

const byRank = (a: Item, b: Item): number => a.rank - b.rank;

describe('a list sorted in place', () => {
  it.each([10, 60])('is in the order that Array.sort gives, equal items in their old order: up to %i items', (most) => {
    for (const seed of seeds(100)) {
      const chance = createChance(seed);
      const items = Array.from({ length: chance.int(0, most) }, (_, place) => ({ rank: chance.below(6), place }));
      const expected = [...items].sort(byRank);
      expect(sortInPlace(items, byRank)).toBe(items);
      expect(items).toEqual(expected);
    }
  });
});
