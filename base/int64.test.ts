import { describe, expect, it } from '@jest/globals';
import { parseInt64 } from './int64.ts';

describe('an integer of 64 bits', () => {
  it.each<[string, bigint]>([
    ['0', 0n],
    ['-0', 0n],
    ['+7', 7n],
    ['007', 7n],
    ['9007199254740993', 9007199254740993n],
    ['9223372036854775807', 2n ** 63n - 1n],
    ['-9223372036854775808', -(2n ** 63n)],
  ])('is read from %j', (text, value) => {
    expect(parseInt64(text)).toBe(value);
  });

  it.each(['', '-', '--1', '1.0', '1e1', ' 1', '1 ', '1n', '0x1', '0b1', '0o7', '1_0', '٣', '9223372036854775808', '-9223372036854775809'])(
    'is not read from %j',
    (text) => {
      expect(parseInt64(text)).toBeUndefined();
    },
  );
});
