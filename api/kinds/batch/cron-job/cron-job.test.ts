import { describe, expect, it } from '@jest/globals';
import { row } from '../../../definition/row.fixture.ts';
import { createErrors, defaulted, stored, updateErrors } from '../../../definition/strategy.fixture.ts';
import { cronJobs, cronJobStrategy as strategy } from './index.ts';
import { scheduleFault } from './schedule.ts';
import { isTimeZone, timeZoneFaults } from './time-zone.ts';

const jobTemplate = { spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } } } };
const cronJob = (spec: object = {}, name = 'c') => ({ metadata: { name }, spec: { schedule: '* * * * *', jobTemplate, ...spec } });

describe('a schedule', () => {
  it.each(['* * * * *', '*/5 0-23/2 1,15 jan-DEC sun', '@daily', '@every 1h30m', '@every 1.5h', '0/15 ? ? * 6', '5,,6 * * * *'])(
    'may be %s',
    (schedule) => {
      expect(scheduleFault(schedule, isTimeZone)).toBeUndefined();
    },
  );

  it.each([
    ['* * * *', 'expected exactly 5 fields, found 4: [* * * *]'],
    ['60 * * * *', 'end of range (60) above maximum (59): 60'],
    ['* * 0 * *', 'beginning of range (0) below minimum (1): 0'],
    ['* * * * 7', 'end of range (7) above maximum (6): 7'],
    ['5-1 * * * *', 'beginning of range (5) beyond end of range (1): 5-1'],
    ['1-2-3 * * * *', 'too many hyphens: 1-2-3'],
    ['*/2/3 * * * *', 'too many slashes: */2/3'],
    ['*/0 * * * *', 'step of range should be a positive number: */0'],
    ['x * * * *', 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'],
    ['@never', 'unrecognized descriptor: @never'],
    ['@every x', 'failed to parse duration @every x: time: invalid duration "x"'],
    ['@every 5', 'failed to parse duration @every 5: time: missing unit in duration "5"'],
    ['TZ=Nowhere * * * * *', 'provided bad location Nowhere: unknown time zone Nowhere'],
  ])('may not be %s', (schedule, fault) => {
    expect(scheduleFault(schedule, isTimeZone)).toBe(fault);
  });
});

describe('a time zone', () => {
  it.each(['UTC', 'Etc/UTC', 'Europe/Berlin', 'America/Argentina/Buenos_Aires', 'US/Pacific', 'Etc/GMT+5'])('may be %s', (zone) => {
    expect(timeZoneFaults(zone)).toEqual([]);
  });

  it.each([
    ['', 'timeZone must be nil or non-empty string'],
    ['other', 'unknown time zone other'],
    ['europe/berlin', 'unknown time zone europe/berlin'],
    ['../etc', 'unknown time zone ../etc'],
    ['+01:00', 'unknown time zone +01:00'],
    ['Local', 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones'],
  ])('may not be %j', (zone, fault) => {
    expect(timeZoneFaults(zone)).toEqual([fault]);
  });
});

describe('a CronJob', () => {
  it('allows Jobs to overlap and keeps a few of them', () => {
    expect(defaulted(strategy, cronJob()).spec).toMatchObject({
      concurrencyPolicy: 'Allow',
      suspend: false,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
    });
    expect(createErrors(strategy, cronJob())).toEqual([]);
  });

  it.each([
    [{ schedule: '' }, 'spec.schedule: Required value'],
    [
      { schedule: 'TZ=UTC * * * * *' },
      'spec.schedule: Invalid value: "TZ=UTC * * * * *": cannot use TZ or CRON_TZ in schedule, use timeZone field instead',
    ],
    [{ concurrencyPolicy: 'x' }, 'spec.concurrencyPolicy: Unsupported value: "x": supported values: "Allow", "Forbid", "Replace"'],
    [{ startingDeadlineSeconds: -1 }, 'spec.startingDeadlineSeconds: Invalid value: -1: must be greater than or equal to 0'],
    [
      { jobTemplate: { spec: { ...jobTemplate.spec, selector: {} } } },
      'spec.jobTemplate.spec.selector: Invalid value: {}: `selector` will be auto-generated',
    ],
    [
      { jobTemplate: { spec: { ...jobTemplate.spec, manualSelector: true } } },
      'spec.jobTemplate.spec.manualSelector: Unsupported value: true: supported values: "nil", "false"',
    ],
  ])('is refused with %j', (spec, error) => {
    expect(createErrors(strategy, cronJob(spec))).toEqual([error]);
  });

  it('has a name that leaves room for the time in those of its Jobs', () => {
    expect(createErrors(strategy, cronJob({}, 'c'.repeat(53)))).toEqual([expect.stringContaining('must be no more than 52 characters')]);
  });

  it('keeps a time zone in its schedule that was there before, but not beside timeZone', () => {
    const old = stored(strategy, cronJob({ schedule: 'TZ=UTC * * * * *' }));
    const change = (spec: object) =>
      updateErrors(strategy, old, (j) => {
        Object.assign(j.spec!, spec);
      });
    expect(change({ suspend: true })).toEqual([]);
    expect(change({ timeZone: 'UTC' })).toEqual([expect.stringContaining('cannot use both timeZone field and TZ or CRON_TZ in schedule')]);
  });

  it('shows when it runs', () => {
    const status = { active: [{ name: 'j' }], lastScheduleTime: '2026-01-01T00:09:00Z' };
    expect(row(cronJobs, { ...defaulted(strategy, cronJob()), status })).toMatchObject({
      Schedule: '* * * * *',
      Timezone: '<none>',
      Suspend: 'False',
      Active: 1,
      'Last Schedule': '60s',
    });
  });
});
