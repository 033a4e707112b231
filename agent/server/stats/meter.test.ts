import { expect, it } from '@jest/globals';
import { createFakeClock } from '../../../base/fake-clock.ts';
import { silentLogger } from '../../../base/log.ts';
import { createMeter } from './meter.ts';

function meterOf(measure: (found: (path: string, reading: number) => void) => Promise<void>) {
  const clock = createFakeClock();
  const meter = createMeter<number>({ measure, clock, log: silentLogger });
  return { clock, read: async () => Object.fromEntries(await meter.read()) };
}

it('measures for readers alone, at most once a minute, and forgets what is not found again', async () => {
  let rounds = 0;
  const { clock, read } = meterOf(async (found) => {
    rounds++;
    found('/a', rounds);
    if (rounds === 1) found('/b', rounds);
  });
  await clock.advance(600_000);
  expect(rounds).toBe(0);
  expect(await read()).toEqual({ '/a': 1, '/b': 1 });
  await clock.advance(59_000);
  expect(await read()).toEqual({ '/a': 1, '/b': 1 });
  await clock.advance(1_000);
  expect(await read()).toEqual({ '/a': 2 });
  expect([rounds, clock.pending()]).toEqual([2, 0]);
});

it('keeps no reader for more than a second: what is measured by then is shown', async () => {
  const slow = Promise.withResolvers<void>();
  const { clock, read } = meterOf(async (found) => {
    found('/quick', 1);
    await slow.promise;
    found('/slow', 2);
  });
  const reading = read();
  await clock.advance(1_000);
  expect(await reading).toEqual({ '/quick': 1 });
  await clock.advance(120_000);
  const later = read();
  slow.resolve();
  expect(await later).toEqual({ '/quick': 1, '/slow': 2 });
});

it('shows what it has if measuring fails, and tries again after a minute', async () => {
  let rounds = 0;
  const { clock, read } = meterOf(async (found) => {
    if (++rounds === 1) throw new Error('du is not installed');
    found('/a', rounds);
  });
  expect(await read()).toEqual({});
  await clock.advance(60_000);
  expect(await read()).toEqual({ '/a': 2 });
});
