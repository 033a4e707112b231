import { describe, expect, it } from '@jest/globals';
import { createFakeClock } from '../../../base/fake-clock.ts';
import { createFailedPodBackoff } from './failed-pod-backoff.ts';

const MINUTE = 60_000;

describe('the back-off of failed pods', () => {
  it('lets the first one be replaced at once, and doubles the wait up to a quarter of an hour', async () => {
    const clock = createFakeClock();
    const backoff = createFailedPodBackoff(clock);
    expect(backoff.left('a')).toBe(0);
    const waits: number[] = [];
    for (let i = 0; i < 12; i++) {
      backoff.replaced('a');
      waits.push(backoff.left('a'));
      await clock.advance(backoff.left('a'));
    }
    expect(waits.slice(0, 5)).toEqual([1000, 2000, 4000, 8000, 16_000]);
    expect(waits.at(-1)).toBe(15 * MINUTE);
    expect(backoff.left('b')).toBe(0);
  });

  it('counts down, and starts over after half an hour without a failure', async () => {
    const clock = createFakeClock();
    const backoff = createFailedPodBackoff(clock);
    for (let i = 0; i < 4; i++) backoff.replaced('a');
    await clock.advance(3000);
    expect(backoff.left('a')).toBe(5000);
    await clock.advance(31 * MINUTE);
    backoff.replaced('a');
    expect(backoff.left('a')).toBe(1000);
  });
});
