import { describe, expect, it } from '@jest/globals';
import { createChance, seeds } from '../../../base/chance.fixture.ts';
import { countCommon, countIndexes, firstFree, hasIndex, indexesOf, indexesText, mergeIndexes, parseIndexes } from './indexes.ts';

describe('completion indexes', () => {
  it.each([
    ['', 10, ''],
    ['1', 10, '1'],
    ['1,2', 10, '1,2'],
    ['1-3', 10, '1-3'],
    ['1,2,3', 10, '1-3'],
    ['1,3-5,7', 10, '1,3-5,7'],
    ['1,3-9', 5, '1,3,4'],
    ['7', 5, ''],
    ['x,2', 5, '2'],
  ])('%j of %i are read as %j', (text, completions, expected) => {
    expect(indexesText(parseIndexes(text, completions))).toBe(expected);
  });

  it.each(seeds(100))('behave as sets of numbers (seed %i)', (seed) => {
    const chance = createChance(seed);
    const draw = () => new Set(Array.from({ length: chance.below(30) }, () => chance.below(40)));
    const [a, b] = [draw(), draw()];
    const [left, right] = [indexesOf(a), indexesOf(b)];
    const union = new Set([...a, ...b]);
    const merged = mergeIndexes(left, right);
    expect(merged).toEqual(indexesOf(union));
    expect(countIndexes(merged)).toBe(union.size);
    expect(countCommon(left, right)).toBe([...a].filter((index) => b.has(index)).length);
    for (let index = 0; index < 40; index++) expect(hasIndex(left, index)).toBe(a.has(index));
    expect(parseIndexes(indexesText(left), 40)).toEqual(left);
    const free = Array.from({ length: 40 }, (_, index) => index).filter((index) => !union.has(index));
    expect(firstFree(merged, 7, 40)).toEqual(free.slice(0, 7));
  });
});
