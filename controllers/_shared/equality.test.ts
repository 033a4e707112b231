import { describe, expect, it } from '@jest/globals';
import { semanticallyEqual } from './equality.ts';
import { groupBy } from './group-by.ts';
import { defined } from './status-fields.ts';

describe('values mean the same to the API', () => {
  it.each<[unknown, unknown, boolean]>([
    [{ a: 1, b: [1, 2] }, { b: [1, 2], a: 1 }, true],
    [{ a: [], b: {} }, {}, true],
    [undefined, null, true],
    [{ a: 0 }, {}, false],
    [{ a: '' }, {}, false],
    [[1, 2], [2, 1], false],
    [[1], { 0: 1 }, false],
    [{ a: { b: 1 } }, { a: { b: 2 } }, false],
  ])('%j and %j: %p', (a, b, same) => {
    expect(semanticallyEqual(a, b)).toBe(same);
    expect(semanticallyEqual(b, a)).toBe(same);
  });
});

it('undefined fields are dropped', () => {
  expect(Object.keys(defined({ a: undefined, b: 0 }))).toEqual(['b']);
});

it('groups keep the order of first appearance', () => {
  expect([...groupBy(['b1', 'a1', 'b2'], (text) => text.slice(0, 1))]).toEqual([
    ['b', ['b1', 'b2']],
    ['a', ['a1']],
  ]);
});
