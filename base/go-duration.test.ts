import { describe, expect, it } from '@jest/globals';
import { goDurationText, parseGoDuration } from './go-duration.ts';

describe('a duration', () => {
  it.each([
    ['0', 0],
    ['-0', 0],
    ['34s', 34_000],
    ['1m30s', 90_000],
    ['-1.5h', -5_400_000],
    ['.5ms', 0.5],
    ['1.s', 1000],
    ['+250us', 0.25],
    ['10µs5ns', 0.010005],
  ])('%s is %d ms', (text, ms) => {
    expect(parseGoDuration(text)).toBeCloseTo(ms);
  });

  it.each([
    ['', 'time: invalid duration ""'],
    ['-', 'time: invalid duration "-"'],
    ['.s', 'time: invalid duration ".s"'],
    ['s', 'time: invalid duration "s"'],
    ['1', 'time: missing unit in duration "1"'],
    ['1s2', 'time: missing unit in duration "1s2"'],
    ['1d', 'time: unknown unit "d" in duration "1d"'],
    ['1toString', 'time: unknown unit "toString" in duration "1toString"'],
    ['9223372036854775808ns', 'time: invalid duration "9223372036854775808ns"'],
    ['3000000h', 'time: invalid duration "3000000h"'],
  ])('%j is none', (text, why) => {
    expect(parseGoDuration(text)).toBe(why);
  });

  it('is read in one pass, however long the text', () => {
    for (const text of ['1'.repeat(1_000_000), '1s'.repeat(500_000), '.'.repeat(1_000_000), `${'1.'.repeat(500_000)}x`]) {
      const started = performance.now();
      parseGoDuration(text);
      expect(performance.now() - started).toBeLessThan(5000);
    }
  });

  it.each([
    [0, '0s'],
    [250, '250ms'],
    [15_012, '15.012s'],
    [60_500, '1m0.5s'],
    [7_200_000, '2h0m0s'],
    [-90_000, '-1m30s'],
  ])('of %d ms is written %j', (ms, text) => {
    expect(goDurationText(ms)).toBe(text);
  });
});
