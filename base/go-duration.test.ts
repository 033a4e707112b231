import { describe, expect, it } from '@jest/globals';
import { parseGoDuration } from './go-duration.ts';

describe('a duration of Go', () => {
  it.each([
    ['0', 0],
    ['+0', 0],
    ['1s', 1_000],
    ['1m30s', 90_000],
    ['1.5h', 5_400_000],
    ['-1.5h', -5_400_000],
    ['.5s', 500],
    ['1.s', 1_000],
    ['2h45m0.5s', 9_900_500],
    ['10µs', 0.01],
    ['1us1ns', 0.001_001],
  ])('%s is read', (text, milliseconds) => expect(parseGoDuration(text)).toBeCloseTo(milliseconds, 9));

  it.each(['', '-', '+', '1', '00', 's', '.s', '1 s', '1d', '1s2', '1e3s', '99999999999h', '1.2.3s', 'Ⅷs'])('%j is refused', (text) =>
    expect(parseGoDuration(text)).toBeUndefined(),
  );

  // As a regular expression, the first of these took two seconds.
  it.each(['1'.repeat(1_000_000), `${'1'.repeat(1_000_000)}s`, '1.'.repeat(500_000), `${'1s'.repeat(500_000)}x`])(
    'a megabyte is refused at once',
    (text) => expect(parseGoDuration(text)).toBeUndefined(),
  );
});
