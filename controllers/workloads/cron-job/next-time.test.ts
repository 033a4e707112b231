import { describe, expect, it } from '@jest/globals';
import { parseSchedule } from '../../../api/kinds/batch/cron-job/schedule.ts';
import { isTimeZone } from '../../../api/kinds/batch/cron-job/time-zone.ts';
import { createChance, seeds } from '../../../base/chance.fixture.ts';
import { nextTime } from './next-time.ts';
import { timeZone, zonedTimeText } from './time-zone.ts';

function scheduleOf(text: string) {
  const parsed = parseSchedule(text, isTimeZone);
  if (!parsed.ok) throw new Error(parsed.fault);
  return parsed.schedule;
}

describe('the times of a schedule', () => {
  // Computed with github.com/robfig/cron/v3.
  it.each<[string, string, string, (string | undefined)[]]>([
    ['* * * * *', '', '2026-01-01T00:00:00Z', ['2026-01-01T00:01:00Z', '2026-01-01T00:02:00Z', '2026-01-01T00:03:00Z']],
    ['* * * * *', '', '2026-01-01T00:00:30.500Z', ['2026-01-01T00:01:00Z', '2026-01-01T00:02:00Z', '2026-01-01T00:03:00Z']],
    ['*/15 * * * *', '', '2026-01-01T00:14:59Z', ['2026-01-01T00:15:00Z', '2026-01-01T00:30:00Z', '2026-01-01T00:45:00Z']],
    ['59 23 31 12 *', '', '2026-01-01T00:00:00Z', ['2026-12-31T23:59:00Z', '2027-12-31T23:59:00Z', '2028-12-31T23:59:00Z']],
    ['0 0 29 2 *', '', '2026-01-01T00:00:00Z', ['2028-02-29T00:00:00Z', '2032-02-29T00:00:00Z', '2036-02-29T00:00:00Z']],
    ['0 0 31 2 *', '', '2026-01-01T00:00:00Z', [undefined]],
    ['0 0 13 * 5', '', '2026-01-01T00:00:00Z', ['2026-01-02T00:00:00Z', '2026-01-09T00:00:00Z', '2026-01-13T00:00:00Z']],
    ['0 0 */2 * 1', '', '2026-01-01T00:00:00Z', ['2026-01-03T00:00:00Z', '2026-01-05T00:00:00Z', '2026-01-07T00:00:00Z']],
    ['0 0 * * 1', '', '2026-01-01T00:00:00Z', ['2026-01-05T00:00:00Z', '2026-01-12T00:00:00Z', '2026-01-19T00:00:00Z']],
    ['0 0 ? * mon', '', '2026-01-01T00:00:00Z', ['2026-01-05T00:00:00Z', '2026-01-12T00:00:00Z', '2026-01-19T00:00:00Z']],
    ['30 6-16/4 * * 1-5', '', '2026-01-02T12:00:00Z', ['2026-01-02T14:30:00Z', '2026-01-05T06:30:00Z', '2026-01-05T10:30:00Z']],
    ['5/20 3 * * *', '', '2026-01-01T03:10:00Z', ['2026-01-01T03:25:00Z', '2026-01-01T03:45:00Z', '2026-01-02T03:05:00Z']],
    ['0 0 1,15 jan,jul *', '', '2026-01-10T00:00:00Z', ['2026-01-15T00:00:00Z', '2026-07-01T00:00:00Z', '2026-07-15T00:00:00Z']],
    ['@hourly', '', '2026-01-01T00:30:00Z', ['2026-01-01T01:00:00Z', '2026-01-01T02:00:00Z', '2026-01-01T03:00:00Z']],
    ['@weekly', '', '2026-01-01T00:00:00Z', ['2026-01-04T00:00:00Z', '2026-01-11T00:00:00Z', '2026-01-18T00:00:00Z']],
    ['@yearly', '', '2026-01-01T00:00:00Z', ['2027-01-01T00:00:00Z', '2028-01-01T00:00:00Z', '2029-01-01T00:00:00Z']],
    ['@every 90s', '', '2026-01-01T00:00:10.700Z', ['2026-01-01T00:01:40Z', '2026-01-01T00:03:10Z', '2026-01-01T00:04:40Z']],
    ['@every 300ms', '', '2026-01-01T00:00:10.700Z', ['2026-01-01T00:00:11Z', '2026-01-01T00:00:12Z', '2026-01-01T00:00:13Z']],
    ['30 2 * * *', 'Europe/Berlin', '2026-03-28T00:00:00Z', ['2026-03-28T01:30:00Z', '2026-03-30T00:30:00Z', '2026-03-31T00:30:00Z']],
    ['30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z', ['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z', '2026-10-26T01:30:00Z']],
    ['0 */3 * * *', 'America/New_York', '2026-03-08T04:00:00Z', ['2026-03-08T05:00:00Z', '2026-03-08T07:00:00Z', '2026-03-08T10:00:00Z']],
    ['0 0 * * *', 'America/Havana', '2026-03-07T12:00:00Z', ['2026-03-09T04:00:00Z', '2026-03-10T04:00:00Z', '2026-03-11T04:00:00Z']],
    ['0 0 * * 0', 'Africa/Cairo', '2026-04-20T00:00:00Z', ['2026-04-25T21:00:00Z', '2026-05-02T21:00:00Z', '2026-05-09T21:00:00Z']],
    ['15 9 * * *', 'Asia/Kathmandu', '2026-01-01T00:00:00Z', ['2026-01-01T03:30:00Z', '2026-01-02T03:30:00Z', '2026-01-03T03:30:00Z']],
    ['0 2 * * *', 'Australia/Lord_Howe', '2026-10-02T00:00:00Z', ['2026-10-02T15:30:00Z', '2026-10-04T15:00:00Z', '2026-10-05T15:00:00Z']],
  ])('%s in %j after %s', (text, zone, after, expected) => {
    const times: (string | undefined)[] = [];
    let at: number | undefined = Date.parse(after);
    for (let i = 0; i < expected.length && at !== undefined; i++) {
      at = nextTime(scheduleOf(text), at, timeZone(zone));
      times.push(at === undefined ? undefined : new Date(at).toISOString().replace('.000', ''));
    }
    expect(times).toEqual(expected);
  });

  it('end where a day is left out, and upstream’s library does not', () => {
    const schedule = scheduleOf('0 0 30 12 *');
    const first = nextTime(schedule, Date.UTC(2011, 0, 1), timeZone('Pacific/Apia'));
    expect(new Date(first ?? 0).toISOString()).toBe('2012-12-29T10:00:00.000Z');
  });

  it.each(seeds(300))('are whole minutes, always later, and never in between (seed %i)', (seed) => {
    const chance = createChance(seed);
    const field = (min: number, max: number) => (chance.happens(0.5) ? '*' : String(min + chance.below(max - min + 1)));
    const text = [field(0, 59), field(0, 23), field(1, 31), field(1, 12), field(0, 6)].join(' ');
    const zone = timeZone(chance.pick(['', 'Europe/Berlin', 'America/St_Johns', 'America/Havana', 'Australia/Lord_Howe', 'Africa/Cairo']));
    const after = Date.UTC(2012 + chance.below(20), chance.below(12), chance.below(28), chance.below(24), chance.below(60), chance.below(60));
    const next = nextTime(scheduleOf(text), after, zone);
    if (next === undefined) return;
    expect(next).toBeGreaterThan(after);
    expect(next % 60_000).toBe(0);
    expect(nextTime(scheduleOf(text), next - 1, zone)).toBe(next);
  });
});

it('a time is written with the offset of its zone', () => {
  const at = Date.UTC(2026, 6, 1, 12);
  expect(zonedTimeText(at, timeZone(''))).toBe('2026-07-01T12:00:00Z');
  expect(zonedTimeText(at, timeZone('Europe/Berlin'))).toBe('2026-07-01T14:00:00+02:00');
  expect(zonedTimeText(at, timeZone('America/St_Johns'))).toBe('2026-07-01T09:30:00-02:30');
});
