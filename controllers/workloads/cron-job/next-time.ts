import type { FieldSchedule, Schedule } from '../../../api/kinds/batch/cron-job/schedule.ts';
import type { TimeZone } from './time-zone.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** A schedule without a time in so many years has none. */
const YEARS = 5;

/**
 * Returns the first time of a schedule after another; undefined if there is none within five years (31 February). Both are milliseconds since
 * the epoch.
 *
 * Goes by the wall clock of the zone as upstream's library does (github.com/robfig/cron/v3): a time that a change of the clock leaves out
 * does not occur, one that it repeats occurs twice. The library may step back where midnight is repeated; this function does not.
 */
export function nextTime(schedule: Schedule, after: number, zone: TimeZone): number | undefined {
  const second = Math.floor(after / SECOND) * SECOND;
  if (schedule.kind === 'interval') return second + schedule.everyMs;
  let found = search(schedule, second + SECOND, zone);
  for (let from = after; found !== undefined && found <= after; found = search(schedule, from, zone)) from += HOUR;
  return found;
}

/** A point of time with its fields on the wall clock. */
interface Wall {
  readonly time: number;
  readonly year: number;
  /** 0 to 11. */
  readonly month: number;
  readonly day: number;
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
}

function wallAt(time: number, zone: TimeZone): Wall {
  const date = new Date(time + zone.offsetAt(time));
  return {
    time,
    year: date.getUTCFullYear(),
    month: date.getUTCMonth(),
    day: date.getUTCDate(),
    weekday: date.getUTCDay(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
  };
}

/** Returns the time of a wall clock, where it does not exist that of Go's time.Date: months and days may be past their last. */
function timeOf(year: number, month: number, day: number, hour: number, zone: TimeZone): Wall {
  const wall = Date.UTC(year, month, day, hour);
  return wallAt(wall - zone.offsetAt(wall - zone.offsetAt(wall)), zone);
}

const nextMinute = (time: number): number => (Math.floor(time / MINUTE) + 1) * MINUTE;

function search(schedule: FieldSchedule, from: number, zone: TimeZone): number | undefined {
  let at = wallAt(from, zone);
  const lastYear = at.year + YEARS;
  /** Whether a field has moved, so that those below it are at their first value. */
  const moved = { yet: false };
  while (at.year <= lastYear) {
    const day = seekDay(schedule, at, zone, moved);
    if (day.wrapped) {
      at = day.at;
      continue;
    }
    const time = seekTime(schedule, day.at, zone, moved);
    if (!time.wrapped && time.at.time % MINUTE === 0) return time.at.time;
    at = time.wrapped ? time.at : wallAt(nextMinute(time.at.time), zone);
    moved.yet = true;
  }
  return undefined;
}

/** The point where a field matches, or where the field above it has changed, and the search begins anew. */
interface Sought {
  readonly at: Wall;
  readonly wrapped: boolean;
}

function seekDay(schedule: FieldSchedule, from: Wall, zone: TimeZone, moved: { yet: boolean }): Sought {
  let at = from;
  while (!schedule.months.has(at.month + 1)) {
    const first = moved.yet ? at : timeOf(at.year, at.month, 1, 0, zone);
    moved.yet = true;
    at = timeOf(first.year, first.month + 1, first.day, first.hour, zone);
    if (at.month === 0) return { at, wrapped: true };
  }
  while (!dayMatches(schedule, at)) {
    const start = moved.yet ? at : timeOf(at.year, at.month, at.day, 0, zone);
    moved.yet = true;
    at = dayAfter(start, zone);
    // A day without a midnight begins an hour off.
    if (at.hour !== 0) at = wallAt(at.time + (at.hour > 12 ? 24 - at.hour : -at.hour) * HOUR, zone);
    if (at.day === 1) return { at, wrapped: true };
  }
  return { at, wrapped: false };
}

/** Returns the next day. One that the zone has left out, on its way over the date line, is passed over. */
function dayAfter({ time, year, month, day, hour }: Wall, zone: TimeZone): Wall {
  let days = 1;
  let next = timeOf(year, month, day + days, hour, zone);
  while (next.time <= time) next = timeOf(year, month, day + ++days, hour, zone);
  return next;
}

function seekTime(schedule: FieldSchedule, from: Wall, zone: TimeZone, moved: { yet: boolean }): Sought {
  let at = from;
  while (!schedule.hours.has(at.hour)) {
    const start = moved.yet ? at : timeOf(at.year, at.month, at.day, at.hour, zone);
    moved.yet = true;
    at = wallAt(start.time + HOUR, zone);
    if (at.hour === 0) return { at, wrapped: true };
  }
  while (!schedule.minutes.has(at.minute)) {
    moved.yet = true;
    at = wallAt(nextMinute(at.time), zone);
    if (at.minute === 0) return { at, wrapped: true };
  }
  return { at, wrapped: false };
}

function dayMatches({ daysOfMonth, daysOfWeek, bothDays }: FieldSchedule, { day, weekday }: Wall): boolean {
  const ofMonth = daysOfMonth.has(day);
  const ofWeek = daysOfWeek.has(weekday);
  return bothDays ? ofMonth && ofWeek : ofMonth || ofWeek;
}
