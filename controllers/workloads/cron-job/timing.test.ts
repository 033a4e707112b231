import { describe, expect, it } from '@jest/globals';
import type { CronJob } from '../../../api/kinds/batch/cron-job/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { dueRun, timingOf, untilNextRun } from './timing.ts';

const CREATED = '2026-01-01T10:00:00Z';
const at = (time: string) => Date.parse(`2026-01-01T${time}Z`);
const text = (time: number | undefined) => (time === undefined ? undefined : new Date(time).toISOString().slice(11, 19));

function cronJob(spec: Partial<CronJob['spec']>, lastScheduleTime?: string): Live<CronJob> {
  const metadata = { name: 'c', namespace: 'default', uid: 'c', resourceVersion: '1', creationTimestamp: CREATED };
  return { metadata, spec: { schedule: '0 * * * *', jobTemplate: {}, ...spec }, ...(lastScheduleTime && { status: { lastScheduleTime } }) };
}
function due(object: Live<CronJob>, now: number) {
  const timing = timingOf({ ...object.spec, timeZone: object.spec.timeZone ?? 'UTC' });
  if (!timing.ok) throw new Error(timing.fault);
  const run = dueRun(object, now, timing.next);
  return { run: run.ok ? { at: text(run.at), tooMany: run.tooMany } : run.fault, untilNextMs: untilNextRun(object, now, timing.next) };
}

describe('the run that is due', () => {
  it.each<[string, Live<CronJob>, string, string | undefined, boolean, string]>([
    ['none before the first', cronJob({}), '10:59:59', undefined, false, '11:00:00'],
    ['the first, on time', cronJob({}), '11:00:00', '11:00:00', false, '12:00:00'],
    ['the one that was missed', cronJob({}), '11:59:00', '11:00:00', false, '12:00:00'],
    ['the latest of several', cronJob({}), '13:30:00', '13:00:00', false, '14:00:00'],
    ['none after the last one', cronJob({}, '2026-01-01T13:00:00Z'), '13:30:00', undefined, false, '14:00:00'],
    ['none that the deadline forbids', cronJob({ startingDeadlineSeconds: 60 }), '13:30:00', undefined, false, '14:00:00'],
    ['one within the deadline', cronJob({ startingDeadlineSeconds: 60 }), '13:00:30', '13:00:00', false, '14:00:00'],
    ['the latest of very many, with a warning', cronJob({ schedule: '* * * * *' }), '12:00:30', '12:00:00', true, '12:01:00'],
    ['the latest of a hundred, without', cronJob({ schedule: '* * * * *' }), '11:40:30', '11:40:00', false, '11:41:00'],
    ['of an uneven schedule', cronJob({ schedule: '30 6-16/4 * * 1-5' }), '17:00:00', '14:30:00', false, '30:30:00'],
    ['of an interval', cronJob({ schedule: '@every 7m' }), '10:30:00', '10:28:00', false, '10:35:00'],
  ])('is %s', (_, object, now, expected, tooMany, next) => {
    const [hours = 0, minutes = 0, seconds = 0] = next.split(':').map(Number);
    const nextAt = Date.UTC(2026, 0, 1, hours, minutes, seconds);
    expect(due(object, at(now))).toEqual({ run: { at: expected, tooMany }, untilNextMs: nextAt + 100 - at(now) });
  });

  it('does not exist where the schedule has no times', () => {
    expect(due(cronJob({ schedule: '0 0 31 2 *' }), at('11:00:00'))).toEqual({
      run: 'time difference between two schedules is less than 1 second',
      untilNextMs: undefined,
    });
  });

  it('is reckoned in the time zone of the field, and in that of an old schedule', () => {
    expect(due(cronJob({ schedule: '0 12 * * *', timeZone: 'Europe/Berlin' }), at('11:30:00')).run).toEqual({ at: '11:00:00', tooMany: false });
    expect(due(cronJob({ schedule: 'TZ=Europe/Berlin 0 12 * * *', timeZone: 'Asia/Tokyo' }), at('11:30:00')).run).toEqual({
      at: '11:00:00',
      tooMany: false,
    });
  });
});
