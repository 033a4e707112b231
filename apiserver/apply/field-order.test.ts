import { describe, expect, it } from '@jest/globals';
import { compareElements, inOrder } from './field-order.ts';

describe('the order of a set of fields', () => {
  it.each([
    ['.', 'f:a'],
    ['f:a', 'f:b'],
    ['f:Z', 'f:a'],
    ['f:z', 'k:{"name":"a"}'],
    ['k:{"containerPort":80,"protocol":"TCP"}', 'k:{"containerPort":443,"protocol":"TCP"}'],
    ['k:{"containerPort":80,"protocol":"TCP"}', 'k:{"containerPort":80,"protocol":"UDP"}'],
    ['k:{"name":"a"}', 'k:{"name":"ab"}'],
    ['k:{"name":"a"}', 'k:{"name":"a b"}'],
    ['k:{"name":"a!"}', 'k:{"name":"a#"}'],
    ['k:{"name":"z"}', 'k:{"type":"a"}'],
    ['k:{"name":"a"}', 'v:"a"'],
    ['v:"a"', 'v:"b"'],
    ['v:9', 'v:10'],
    ['v:"z"', 'i:0'],
    ['i:2', 'i:10'],
  ])('has %s before %s', (first, second) => {
    expect(compareElements(first, second)).toBeLessThan(0);
    expect(compareElements(second, first)).toBeGreaterThan(0);
    expect(compareElements(first, first)).toBe(0);
  });

  it('holds at every depth, and leaves a set that has it as it is', () => {
    const set = { 'f:b': { 'f:d': {}, '.': {}, 'f:c': {} }, 'f:a': {} };
    const ordered = inOrder(set);
    expect(JSON.stringify(ordered)).toBe('{"f:a":{},"f:b":{".":{},"f:c":{},"f:d":{}}}');
    expect(inOrder(ordered)).toBe(ordered);
  });
});
