import { describe, expect, it } from '@jest/globals';
import { createFakeClock } from '../../base/fake-clock.ts';
import { silentLogger } from '../../base/log.ts';
import { createNodeReadings } from './node-readings.ts';
import { nodeUsage } from './usage.ts';

/** A node that uses half a core. */
function setUp() {
  const clock = createFakeClock();
  const asked: string[] = [];
  let isAway = false;
  const readings = createNodeReadings({
    async scrape(name) {
      asked.push(name);
      if (isAway) throw new Error('nobody answers');
      return `node_cpu_usage_seconds_total ${clock.monotonic() / 2000} ${clock.now()}\nnode_memory_working_set_bytes 5 ${clock.now()}\n`;
    },
    clock,
    log: silentLogger,
  });
  /** Asks for the usage, and lets the time pass that the answer takes. */
  const usage = async (name = 'a') => {
    const answer = readings.of(name);
    await clock.advance(1_000);
    const pair = await answer;
    return pair && nodeUsage(pair);
  };
  return {
    clock,
    readings,
    usage,
    count: () => asked.splice(0).length,
    goAway: (away: boolean) => {
      isAway = away;
    },
  };
}

describe('the readings of a node', () => {
  it('are two of a second when nobody has asked for long', async () => {
    const { usage, count, clock } = setUp();
    expect(await usage()).toMatchObject({ cpuNanocores: 500_000_000, windowMs: 1_000 });
    expect(count()).toBe(2);
    await clock.advance(120_000);
    expect(await usage()).toMatchObject({ windowMs: 1_000 });
    expect(count()).toBe(2);
  });

  it('go from one request to the next while somebody asks again and again', async () => {
    const { usage, count, clock } = setUp();
    await usage();
    count();
    await clock.advance(14_000);
    expect(await usage()).toMatchObject({ cpuNanocores: 500_000_000, windowMs: 14_000 });
    expect(count()).toBe(1);
  });

  it('answer all who ask within ten seconds, and those who ask at once', async () => {
    const { usage, count, clock } = setUp();
    await Promise.all([usage(), usage(), usage()]);
    await clock.advance(5_000);
    await usage();
    expect(count()).toBe(2);
  });

  it('are not asked for again at once where nobody answers, and come back', async () => {
    const { usage, count, clock, goAway } = setUp();
    goAway(true);
    expect(await usage()).toBeUndefined();
    expect(await usage()).toBeUndefined();
    expect(count()).toBe(1);
    goAway(false);
    await clock.advance(10_000);
    expect(await usage()).toMatchObject({ cpuNanocores: 500_000_000 });
  });
});
