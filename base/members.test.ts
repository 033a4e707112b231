import { describe, expect, it } from '@jest/globals';
import { createChance, seeds } from './chance.fixture.ts';
import type { Member } from './members.ts';
import { Members } from './members.ts';

interface Named extends Member {
  readonly name: number;
}

describe('members', () => {
  it.each(seeds(20))('are those that were added and not removed, whatever the order (seed %d)', (seed) => {
    const chance = createChance(seed);
    const all = Array.from({ length: 8 }, (_, name): Named => ({ name, place: -1 }));
    const members = new Members<Named>();
    const expected = new Set<Named>();
    for (let step = 0; step < 100; step++) {
      const each = chance.pick(all);
      if (chance.oneIn(2)) {
        members.delete(each);
        expected.delete(each);
      } else if (!expected.has(each)) {
        members.add(each);
        expected.add(each);
      }
      expect(members.size).toBe(expected.size);
      expect(new Set(Array.from(members, ({ name }) => name))).toEqual(new Set(Array.from(expected, ({ name }) => name)));
    }
  });
});
