import { expect, it } from '@jest/globals';
import { checkRepeats, firstByName } from './list-rules.ts';

it('repeated items are found at their later places', () => {
  const places: [string, number][] = [];
  checkRepeats(['a', 'b', 'a', 'a', 'constructor'], (item, i) => places.push([item, i]));
  expect(places).toEqual([
    ['a', 2],
    ['a', 3],
  ]);
});

it('of items with one name, the first counts', () => {
  const found = firstByName([{ name: 'a', n: 1 }, { name: 'a', n: 2 }, { n: 3 }]);
  expect([...found]).toEqual([
    ['a', { name: 'a', n: 1 }],
    ['', { n: 3 }],
  ]);
});
