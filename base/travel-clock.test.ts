import { describe, expect, it } from '@jest/globals';
import { sleep } from './clock.ts';
import { createTravelClock } from './travel-clock.ts';

describe('a clock that can be moved on', () => {
  it('fires what falls due on the way in order, each at its own time', async () => {
    const clock = createTravelClock();
    const start = clock.now();
    const seen: [string, number][] = [];
    const note = (name: string) => seen.push([name, Math.floor((clock.now() - start) / 60_000)]);
    clock.after(120_000, () => note('second'));
    clock.after(60_000, () => {
      note('first');
      clock.after(90_000, () => note('third, set by the first'));
    });
    clock.after(3_600_000, () => note('after the journey'), 'background');
    await clock.advance('5m');
    expect(seen).toEqual([
      ['first', 1],
      ['second', 2],
      ['third, set by the first', 2],
    ]);
    expect(clock.now() - start).toBeGreaterThanOrEqual(300_000);
    expect(clock.monotonic()).toBeGreaterThanOrEqual(300_000);
  });

  it('waits for what a timer sets off before time goes on', async () => {
    let working = false;
    const clock = createTravelClock({ idle: () => !working });
    const seen: string[] = [];
    clock.after(1000, async () => {
      working = true;
      for (let turns = 0; turns < 50; turns++) await new Promise((resolve) => setImmediate(resolve));
      seen.push('the work of the first is done');
      working = false;
    });
    clock.after(2000, () => seen.push('second'));
    await clock.advance(2000);
    expect(seen).toEqual(['the work of the first is done', 'second']);
  });

  it('runs as the machine’s clock does when it is not moved, and after it was', async () => {
    const clock = createTravelClock();
    await sleep(clock, 1);
    await clock.advance('1h');
    await sleep(clock, 1);
    const later = sleep(clock, 3_600_000);
    await clock.advance('1h');
    await later;
  });

  it('fires nothing that was cancelled, be it on the way', async () => {
    const clock = createTravelClock();
    const seen: string[] = [];
    const cancel = clock.after(2000, () => seen.push('cancelled'));
    clock.after(1000, cancel);
    await clock.advance('1m');
    expect(seen).toEqual([]);
  });

  it('moves on by each of several calls at once', async () => {
    const clock = createTravelClock();
    const start = clock.now();
    await Promise.all([clock.advance('1m'), clock.advance('2m')]);
    expect(clock.now() - start).toBeGreaterThanOrEqual(180_000);
  });

  it.each([
    ['5 minutes', /unknown unit/],
    ['-5m', /not negative/],
    [Number.NaN, /not negative/],
    ['', /invalid duration/],
  ])('refuses %p', (duration, reason) => {
    expect(() => createTravelClock().advance(duration)).toThrow(reason);
  });
});
