import type { Schedule } from '../../../api/kinds/batch/cron-job/schedule.ts';
import { parseSchedule } from '../../../api/kinds/batch/cron-job/schedule.ts';
import type { CronJob, CronJobSpec } from '../../../api/kinds/batch/cron-job/schema.ts';
import { isTimeZone } from '../../../api/kinds/batch/cron-job/time-zone.ts';
import type { Live } from '../../../api/meta/object.ts';
import { nextTime } from './next-time.ts';
import type { TimeZone } from './time-zone.ts';
import { timeZone } from './time-zone.ts';

/** Returns the first time of a CronJob after another; undefined if there is none. Milliseconds since the epoch. */
export type NextTime = (after: number) => number | undefined;

export type Timing = { readonly ok: true; readonly next: NextTime } | { readonly ok: false; readonly fault: string };

/** Reads the schedule. A zone within it, which only old objects have, wins over the field; without both the process's zone holds. */
export function timingOf({ schedule: text, timeZone: field }: Pick<CronJobSpec, 'schedule' | 'timeZone'>): Timing {
  const parsed = parseSchedule(text, isTimeZone);
  if (!parsed.ok) return parsed;
  const { schedule } = parsed;
  const zone = zoneOf(schedule, text.includes('TZ') ? undefined : field);
  return { ok: true, next: (after) => nextTime(schedule, after, zone) };
}

function zoneOf(schedule: Schedule, field: string | undefined): TimeZone {
  const inside = schedule.kind === 'fields' ? schedule.zone : undefined;
  if (inside !== undefined) return timeZone(inside);
  return timeZone(field !== undefined && isTimeZone(field) ? field : 'Local');
}

/** Runs are so many that the object was neglected, or a clock is wrong. */
const MANY = 100;
/** Upstream's allowance for clocks that are set back a little. */
const DELTA_MS = 100;

type Timed = Pick<Live<CronJob>, 'metadata' | 'spec' | 'status'>;

interface Recent {
  /** The last run, the creation, or the starting deadline: no run before it is made up for. */
  readonly earliest: number;
  /** The latest run that is due; undefined if there is none since. */
  readonly latest: number | undefined;
  readonly missed: 'none' | 'few' | 'many';
}

/** A schedule that is well-formed and has no times, such as 31 February. */
const NO_TIMES = 'time difference between two schedules is less than 1 second';

function recentRun({ metadata, spec, status }: Timed, now: number, next: NextTime, deadline: boolean): Recent | { readonly fault: string } {
  let earliest = Date.parse(status?.lastScheduleTime ?? metadata.creationTimestamp);
  if (deadline && spec.startingDeadlineSeconds !== undefined) earliest = Math.max(earliest, now - spec.startingDeadlineSeconds * 1000);
  const first = next(earliest);
  const second = first === undefined ? undefined : next(first);
  if (first === undefined) return { fault: NO_TIMES };
  if (now < first) return { earliest, latest: undefined, missed: 'none' };
  if (second === undefined) return { fault: NO_TIMES };
  if (now < second) return { earliest, latest: first, missed: 'none' };
  // Skips ahead by the first interval, then goes on run by run: the interval of `30 6-16/4 * * 1-5` is not the same everywhere.
  const interval = Math.round((second - first) / 1000);
  if (interval < 1) return { fault: NO_TIMES };
  const count = Math.floor((now - first) / 1000 / interval) + 1;
  let latest: number | undefined;
  for (let run = next(first + (count - 2) * interval * 1000); run !== undefined && run <= now; run = next(run)) latest = run;
  return { earliest, latest, missed: count > MANY ? 'many' : 'few' };
}

export type DueRun =
  | { readonly ok: true; readonly at: number | undefined; readonly tooMany: boolean }
  | { readonly ok: false; readonly fault: string };

/** Returns the latest run that should have begun by now and is not made; those before it are given up. */
export function dueRun(cronJob: Timed, now: number, next: NextTime): DueRun {
  const recent = recentRun(cronJob, now, next, true);
  if ('fault' in recent) return { ok: false, fault: recent.fault };
  return { ok: true, at: recent.latest, tooMany: recent.latest !== undefined && recent.missed === 'many' };
}

/** Returns the milliseconds until the next run. */
export function untilNextRun(cronJob: Timed, now: number, next: NextTime): number | undefined {
  const recent = recentRun(cronJob, now, next, false);
  const from = 'fault' in recent ? now : (recent.latest ?? (recent.missed === 'none' ? recent.earliest : now));
  const run = next(from);
  return run === undefined ? undefined : Math.max(0, run + DELTA_MS - now);
}
