import { describe, expect, it } from '@jest/globals';
import type { Observations } from './pressure.ts';
import { conditionsOf, mostUrgent, NO_PRESSURE, observe } from './pressure.ts';
import type { Threshold } from './threshold.ts';

const HARD: Threshold = { signal: 'nodefs.available', amount: { share: 0.1 }, graceMs: 0, minReclaim: { share: 0.05 } };
const SOFT: Threshold = { signal: 'memory.available', amount: { value: 100 }, graceMs: 60_000 };
const free = (disk: number, memory = 1_000): Observations =>
  new Map([
    ['nodefs.available', { available: disk, capacity: 100 }],
    ['memory.available', { available: memory, capacity: 1_000 }],
  ]);
const take = (steps: readonly (readonly [now: number, seen: Observations])[]) =>
  steps.reduce((state, [now, seen]) => observe(state, [HARD, SOFT], seen, now), NO_PRESSURE);

describe('a shortage', () => {
  it('is met at once at a hard threshold, and after its grace period at a soft one', () => {
    expect(take([[0, free(10)]]).met).toEqual([]);
    expect(take([[0, free(9)]]).met).toEqual([HARD]);
    expect(take([[0, free(50, 99)]]).met).toEqual([]);
    const lasting = take([
      [0, free(50, 99)],
      [60_000, free(50, 99)],
    ]);
    expect(lasting.met).toEqual([SOFT]);
    const interrupted = take([
      [0, free(50, 99)],
      [30_000, free(50)],
      [60_000, free(50, 99)],
    ]);
    expect(interrupted.met).toEqual([]);
  });

  it('is over only when as much more is free as was asked for', () => {
    const short = take([
      [0, free(9)],
      [1_000, free(14)],
    ]);
    expect(short.met).toEqual([HARD]);
    expect(observe(short, [HARD, SOFT], free(15), 2_000).met).toEqual([]);
  });

  it('shows in a condition at once, and for the transition period after it is over', () => {
    const state = take([
      [0, free(50, 99)],
      [10_000, free(50)],
    ]);
    expect(conditionsOf(state, 300_000, 299_999)).toEqual(['MemoryPressure']);
    expect(conditionsOf(state, 300_000, 300_000)).toEqual([]);
  });

  it('of something that could not be read is none', () => {
    expect(observe(NO_PRESSURE, [HARD, SOFT], new Map(), 0).met).toEqual([]);
  });

  it('of memory is the most urgent', () => {
    expect(mostUrgent([HARD, SOFT])).toBe(SOFT);
    expect(mostUrgent([])).toBeUndefined();
  });
});
