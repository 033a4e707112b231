import { describe, expect, it } from '@jest/globals';
import { humanDuration, since } from './human-duration.ts';

const [S, M, H, D] = [1000, 60_000, 3_600_000, 86_400_000];

describe('an age', () => {
  it.each([
    [-3 * S, '<invalid>'],
    [-1 * S, '0s'],
    [0, '0s'],
    [119 * S, '119s'],
    [2 * M, '2m'],
    [9 * M + 59 * S, '9m59s'],
    [10 * M + 30 * S, '10m'],
    [179 * M, '179m'],
    [3 * H, '3h'],
    [7 * H + 5 * M, '7h5m'],
    [8 * H + 5 * M, '8h'],
    [47 * H, '47h'],
    [2 * D, '2d'],
    [7 * D + 23 * H, '7d23h'],
    [8 * D + 23 * H, '8d'],
    [729 * D, '729d'],
    [730 * D, '2y'],
    [735 * D, '2y5d'],
    [8 * 365 * D + D, '8y'],
  ])('of %d ms is shown as %s', (ms, text) => expect(humanDuration(ms)).toBe(text));

  it('of a time that was never set is unknown', () => expect(since(undefined, 0)).toBe('<unknown>'));
});
