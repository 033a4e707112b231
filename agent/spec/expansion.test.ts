import { describe, expect, it } from '@jest/globals';
import { expand } from './expansion.ts';

const variables: Record<string, string> = { A: '1', B_C: 'two', EMPTY: '' };

describe('expansion of variables', () => {
  it.each([
    ['$(A)', '1'],
    ['x$(A)y$(B_C)z', 'x1ytwoz'],
    ['$(EMPTY)', ''],
    ['$(NOPE)', '$(NOPE)'],
    ['$$(A)', '$(A)'],
    ['$$$(A)', '$1'],
    ['$A', '$A'],
    ['$(A', '$(A'],
    ['cost: 5$', 'cost: 5$'],
    ['$()', '$()'],
    ['', ''],
  ])('makes of %s %s', (text, expected) => {
    expect(expand(text, (name) => variables[name])).toBe(expected);
  });
});
