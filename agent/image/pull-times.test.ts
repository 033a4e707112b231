import { expect, it } from '@jest/globals';
import { createPullTimes } from './pull-times.ts';

it('the time in which images were pulled counts once where pulls overlap', () => {
  const times = createPullTimes();
  const events = [
    [0, 'began'],
    [2, 'began'],
    [5, 'ended'],
    [9, 'ended'],
    [20, 'began'],
    [21, 'ended'],
    [30, 'began'],
  ] as const;
  for (const [now, event] of events) times[event]('u1', now);
  expect(times.take('u1')).toBe(10);
  expect(times.take('u1')).toBe(0);
});
