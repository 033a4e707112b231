import type { Functions, Library, Overload } from '../functions.ts';
import type { CalendarFields } from '../time-text.ts';
import { calendarOf } from '../time-text.ts';
import { DURATION, INT, STRING, TIMESTAMP } from '../types.ts';
import type { Value } from '../values.ts';
import { Duration, noSuchOverload, Timestamp } from '../values.ts';

const MILLISECOND = 1_000_000n;

/** The accessors of timestamps, in UTC or in the zone that is given. `id` is what cel-go calls the field. */
function ofTime(id: string, zoned: string, field: (calendar: CalendarFields) => number): readonly Overload[] {
  const call = (time: Value | undefined, zone?: Value): Value => {
    if (!(time instanceof Timestamp)) throw noSuchOverload();
    return BigInt(field(calendarOf(time, typeof zone === 'string' ? zone : undefined)));
  };
  return [
    { id: `timestamp_to_${id}`, member: true, params: [TIMESTAMP], result: INT, call },
    { id: `timestamp_to_${zoned}`, member: true, params: [TIMESTAMP, STRING], result: INT, call },
  ];
}

function ofDuration(id: string, unit: bigint): Overload {
  return {
    id: `duration_to_${id}`,
    member: true,
    params: [DURATION],
    result: INT,
    call: (value) => {
      if (!(value instanceof Duration)) throw noSuchOverload();
      return value.nanoseconds / unit;
    },
  };
}

const functions: Functions = {
  getFullYear: ofTime('year', 'year_with_tz', ({ year }) => year),
  getMonth: ofTime('month', 'month_with_tz', ({ month }) => month),
  getDayOfYear: ofTime('day_of_year', 'day_of_year_with_tz', ({ yearDay }) => yearDay),
  getDayOfMonth: ofTime('day_of_month', 'day_of_month_with_tz', ({ day }) => day - 1),
  getDate: ofTime('day_of_month_1_based', 'day_of_month_1_based_with_tz', ({ day }) => day),
  getDayOfWeek: ofTime('day_of_week', 'day_of_week_with_tz', ({ weekday }) => weekday),
  getHours: [...ofTime('hours', 'hours_with_tz', ({ hour }) => hour), ofDuration('hours', 3_600_000n * MILLISECOND)],
  getMinutes: [...ofTime('minutes', 'minutes_with_tz', ({ minute }) => minute), ofDuration('minutes', 60_000n * MILLISECOND)],
  getSeconds: [...ofTime('seconds', 'seconds_tz', ({ second }) => second), ofDuration('seconds', 1000n * MILLISECOND)],
  getMilliseconds: [...ofTime('milliseconds', 'milliseconds_with_tz', ({ millisecond }) => millisecond), ofDuration('milliseconds', MILLISECOND)],
};

/** The calendar of timestamps and the units of durations. */
export const timeLibrary: Library = { functions };
