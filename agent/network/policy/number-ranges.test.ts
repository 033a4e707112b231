import { describe, expect, it } from '@jest/globals';
import { createChance, seeds } from '../../../base/chance.fixture.ts';
import { addressRangeText, blockRanges } from './address-ranges.ts';
import type { NumberRange } from './number-ranges.ts';
import { isInRanges, mergedRanges, withoutRanges } from './number-ranges.ts';

describe('ranges of numbers', () => {
  it.each(seeds(50))('hold the same numbers merged and cut, sorted and apart (seed %i)', (seed) => {
    const chance = createChance(seed);
    const range = (): NumberRange => {
      const first = chance.int(0, 30);
      return { first, last: chance.int(first, 31) };
    };
    const ranges = Array.from({ length: chance.int(0, 6) }, range);
    const whole = range();
    for (const [result, has] of [
      [mergedRanges(ranges), (n: number) => ranges.some(({ first, last }) => first <= n && n <= last)],
      [withoutRanges(whole, ranges), (n: number) => whole.first <= n && n <= whole.last && !isInRanges(n, ranges)],
    ] as const) {
      for (let n = -1; n < 34; n++) expect([n, isInRanges(n, result)]).toEqual([n, has(n)]);
      for (let at = 1; at < result.length; at++) expect(result[at]!.first).toBeGreaterThan(result[at - 1]!.last + 1);
    }
  });

  it.each([
    [[{ cidr: '10.0.0.0/8' }], '10.0.0.0-10.255.255.255'],
    [[{ cidr: '10.0.0.7/8' }], '10.0.0.0-10.255.255.255'],
    [[{ cidr: '192.168.1.7/32' }], '192.168.1.7'],
    [[{ cidr: '10.0.0.0/30', except: ['10.0.0.1/32'] }], '10.0.0.0, 10.0.0.2-10.0.0.3'],
    [[{ cidr: '10.0.0.0/30', except: ['10.0.0.0/30'] }], ''],
    [[{ cidr: '10.0.0.0/30', except: ['10.0.0.1/32'] }, { cidr: '10.0.0.1/32' }], '10.0.0.0-10.0.0.3'],
    [[{ cidr: '0.0.0.0/0' }], '0.0.0.0-255.255.255.255'],
    [[{ cidr: '192.168.001.0/24' }], '192.168.1.0-192.168.1.255'],
    [[{ cidr: 'fd00::/8' }, { cidr: '::ffff:10.0.0.0/104' }, { cidr: 'nonsense' }], ''],
  ])('of the blocks %j are %j', (blocks, text) => {
    expect(blockRanges(blocks).map(addressRangeText).join(', ')).toBe(text);
  });
});
