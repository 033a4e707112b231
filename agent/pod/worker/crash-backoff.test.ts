import { describe, expect, it } from '@jest/globals';
import { backoffEnd, durationText, NO_BACKOFFS, withRestart } from './crash-backoff.ts';

function createCrashBackoff(maxMs?: number) {
  let backoffs = NO_BACKOFFS;
  return {
    until: (container: string, finishedAt: number, now: number) => backoffEnd(backoffs, container, finishedAt, now),
    next(container: string, finishedAt: number, now: number) {
      backoffs = withRestart(backoffs, container, finishedAt, now, maxMs);
    },
  };
}

/** Restarts a container eight times; returns the seconds for which each one is held back. */
function delaysOf(backoff: ReturnType<typeof createCrashBackoff>): number[] {
  let now = 0;
  expect(backoff.until('c', now, now)).toBeUndefined();
  const delays: number[] = [];
  for (let round = 0; round < 8; round++) {
    backoff.next('c', now, now);
    now += 100;
    const until = backoff.until('c', now, now) ?? now;
    delays.push((until - now) / 1000);
    now = until;
  }
  return delays;
}

describe('the delay between restarts', () => {
  it('is nothing at first, then ten seconds, doubled up to five minutes', () => {
    expect(delaysOf(createCrashBackoff())).toEqual([10, 20, 40, 80, 160, 300, 300, 300]);
  });

  it.each([
    [60_000, [10, 20, 40, 60, 60, 60, 60, 60]],
    [4_000, [4, 4, 4, 4, 4, 4, 4, 4]],
  ])('is at most %i ms on a node that says so, the first one too', (maxMs, delays) => {
    expect(delaysOf(createCrashBackoff(maxMs))).toEqual(delays);
  });

  it('is forgotten when the container has run for ten minutes', () => {
    const backoff = createCrashBackoff();
    backoff.next('c', 0, 0);
    expect(backoff.until('c', 599_000, 599_000)).toBe(609_000);
    expect(backoff.until('c', 601_000, 601_000)).toBeUndefined();
  });

  it('is each container’s own', () => {
    const backoff = createCrashBackoff();
    backoff.next('a', 0, 0);
    expect(backoff.until('b', 0, 0)).toBeUndefined();
  });

  it.each([
    [10_000, '10s'],
    [60_000, '1m0s'],
    [160_000, '2m40s'],
    [300_000, '5m0s'],
  ])('prints %i ms as %s', (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });
});
