import { describe, expect, it } from '@jest/globals';
import { cidrBlocks, nextFree } from './plan.ts';

describe('blocks', () => {
  it('are cut from the range one after the other', () => {
    const blocks = cidrBlocks('10.244.0.0/16', 24);
    expect([blocks.count, blocks.at(0), blocks.at(1), blocks.at(255)]).toEqual([256, '10.244.0.0/24', '10.244.1.0/24', '10.244.255.0/24']);
    expect(cidrBlocks('192.168.7.9/20', 26).at(5)).toBe('192.168.1.64/26');
  });

  it.each([
    ['10.244.3.0/24', 3],
    ['10.244.3.0/25', undefined],
    ['10.245.0.0/24', undefined],
    ['10.243.255.0/24', undefined],
  ])('know that %s is number %p', (cidr, index) => {
    expect(cidrBlocks('10.244.0.0/16', 24).indexOf(cidr)).toBe(index);
  });

  it.each([
    ['10.244.0.0', 24],
    ['300.1.1.1/8', 24],
    ['10.244.0.0/26', 24],
    ['10.244.0.0/16', 33],
  ])('cannot be cut from %s at /%i', (cidr, bits) => {
    expect(() => cidrBlocks(cidr, bits)).toThrow();
  });
});

it.each([
  [[], -1, 0],
  [[0, 1], 1, 2],
  [[0], 3, 1],
  [[0, 1, 2, 3], 2, undefined],
])('with %j taken and %i given last the next free one is %p', (taken, last, expected) => {
  expect(nextFree(cidrBlocks('10.0.0.0/22', 24), new Set(taken), last)).toBe(expected);
});
