import { describe, expect, it } from '@jest/globals';
import { semanticEqual } from './equality.ts';

describe('semantic equality', () => {
  it.each<[string, unknown, unknown]>([
    ['an absent list and an empty one', { a: [] }, {}],
    ['an absent map and an empty one', {}, { a: {} }],
    ['an absent structure and one of empty parts', { a: { b: { c: [] } } }, {}],
    ['null and absent', { a: null }, {}],
    ['lists of equal items', [{ a: 1 }], [{ a: 1 }]],
    ['maps in another order', { a: 1, b: 2 }, { b: 2, a: 1 }],
  ])('holds for %s', (_what, a, b) => {
    expect([semanticEqual(a, b), semanticEqual(b, a)]).toEqual([true, true]);
  });

  it.each<[string, unknown, unknown]>([
    ['other values', { a: 1 }, { a: 2 }],
    ['a pointer to zero and none', { a: 0 }, {}],
    ['a list that is longer', [1], [1, 2]],
    ['a list in another order', [1, 2], [2, 1]],
    ['a field more', { a: 1 }, { a: 1, b: 'x' }],
    ['a list and a map', { a: [1] }, { a: { 0: 1 } }],
    ['a field with a name of the prototype', { a: 1 }, { a: 1, constructor: 'x' }],
  ])('does not hold for %s', (_what, a, b) => {
    expect([semanticEqual(a, b), semanticEqual(b, a)]).toEqual([false, false]);
  });
});
