import { expect, it } from '@jest/globals';
import { firstByName, repeatedPlaces } from './list-rules.ts';

it('repeated items are found at their later places', () => {
  expect(repeatedPlaces(['a', 'b', 'a', 'a', 'constructor'])).toEqual([2, 3]);
});

it('of items with one name, the first counts', () => {
  const found = firstByName([{ name: 'a', n: 1 }, { name: 'a', n: 2 }, { n: 3 }]);
  expect([...found]).toEqual([
    ['a', { name: 'a', n: 1 }],
    ['', { n: 3 }],
  ]);
});
