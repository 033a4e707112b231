import type { CronJob } from '../../../api/kinds/batch/cron-job/schema.ts';
import type { Job } from '../../../api/kinds/batch/job/schema.ts';
import type { Live } from '../../../api/meta/object.ts';
import { conditionOf } from '../../_shared/conditions.ts';
import type { NextTime } from './timing.ts';
import { dueRun, untilNextRun } from './timing.ts';

/** Returns the condition by which a Job has ended; undefined while it goes on. */
export function endOf({ status }: Job): 'Complete' | 'Failed' | undefined {
  for (const type of ['Complete', 'Failed'] as const) if (conditionOf(status?.conditions, type)?.status === 'True') return type;
  return undefined;
}

/** An unfinished Job has no start while it is suspended: it comes last. */
function byStart(a: Live<Job>, b: Live<Job>): number {
  const [left, right] = [a.status?.startTime, b.status?.startTime];
  if (left === right) return a.metadata.name < b.metadata.name ? -1 : 1;
  if (left === undefined || right === undefined) return left === undefined ? 1 : -1;
  return Date.parse(left) - Date.parse(right);
}

/** Returns the ended Jobs that are more than the history may hold, the oldest first. */
export function planHistory({ spec }: Live<CronJob>, jobs: readonly Live<Job>[]): Live<Job>[] {
  const surplus = (type: 'Complete' | 'Failed', limit: number | undefined) => {
    if (limit === undefined) return [];
    const ended = jobs.filter((job) => endOf(job) === type).sort(byStart);
    return ended.slice(0, Math.max(0, ended.length - limit));
  };
  return [...surplus('Complete', spec.successfulJobsHistoryLimit), ...surplus('Failed', spec.failedJobsHistoryLimit)];
}

type ActiveJob = NonNullable<NonNullable<CronJob['status']>['active']>[number];

/** The changes that the CronJob's Jobs call for in its status. */
export interface ActivePlan {
  /** Active Jobs that have ended, with the condition by which they did. */
  readonly ended: readonly { readonly job: Live<Job>; readonly condition: 'Complete' | 'Failed' }[];
  /** Unfinished Jobs of the CronJob that its status does not list. */
  readonly unexpected: readonly Live<Job>[];
  /** Listed Jobs that the cache does not show. */
  readonly unseen: readonly ActiveJob[];
  readonly lastSuccessfulTime: string | undefined;
}

export function planActive({ status }: Live<CronJob>, jobs: readonly Live<Job>[]): ActivePlan {
  const active = status?.active ?? [];
  const listed = new Set(active.map(({ uid }) => uid));
  const uids = new Set(jobs.map(({ metadata }) => metadata.uid));
  const ended: ActivePlan['ended'][number][] = [];
  const unexpected: Live<Job>[] = [];
  let { lastSuccessfulTime } = status ?? {};
  for (const job of jobs) {
    const condition = endOf(job);
    const isListed = listed.has(job.metadata.uid);
    if (!condition && !isListed) unexpected.push(job);
    if (condition && isListed) ended.push({ job, condition });
    const { completionTime } = job.status ?? {};
    if (condition !== 'Complete' || !completionTime) continue;
    if (!lastSuccessfulTime || Date.parse(completionTime) > Date.parse(lastSuccessfulTime)) lastSuccessfulTime = completionTime;
  }
  return { ended, unexpected, unseen: active.filter(({ uid }) => !uids.has(uid ?? '')), lastSuccessfulTime };
}

interface Warning {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/** The decision about the next run. `untilNextMs`: when to look again; undefined if the schedule has no further time. */
export type RunPlan = { readonly warnings: readonly Warning[]; readonly untilNextMs: number | undefined } & (
  | { readonly do: 'wait' }
  /** `replaces`: the active Jobs are deleted first. */
  | { readonly do: 'start'; readonly name: string; readonly at: number; readonly replaces: readonly ActiveJob[] }
);

/** Decides whether a Job is due. Times are milliseconds since the epoch. */
export function planRun(cronJob: Live<CronJob>, now: number, next: NextTime): RunPlan {
  const { spec, status, metadata } = cronJob;
  const due = dueRun(cronJob, now, next);
  if (!due.ok) {
    const message = `invalid schedule: ${spec.schedule} : ${due.fault}`;
    return { do: 'wait', warnings: [{ type: 'Warning', reason: 'InvalidSchedule', message }], untilNextMs: undefined };
  }
  const untilNextMs = untilNextRun(cronJob, now, next);
  const wait = (...warnings: Warning[]): RunPlan => ({ do: 'wait', warnings, untilNextMs });
  const { at } = due;
  if (at === undefined) return wait();
  const tooMany: Warning[] = due.tooMany ? [TOO_MANY] : [];
  if (spec.startingDeadlineSeconds !== undefined && at + spec.startingDeadlineSeconds * 1000 < now) {
    return wait(...tooMany, { type: 'Warning', reason: 'MissSchedule', message: `Missed scheduled time to start a job: ${longTimeText(at)}` });
  }
  const active = status?.active ?? [];
  const name = jobNameAt(metadata.name, at);
  const isDone = status?.lastScheduleTime !== undefined && Date.parse(status.lastScheduleTime) === at;
  if (isDone || active.some((job) => job.name === name && job.namespace === metadata.namespace)) return wait(...tooMany);
  if (spec.concurrencyPolicy === 'Forbid' && active.length > 0) return wait(...tooMany, ALREADY_ACTIVE);
  return { do: 'start', name, at, replaces: spec.concurrencyPolicy === 'Replace' ? active : [], warnings: tooMany, untilNextMs };
}

const TOO_MANY: Warning = {
  type: 'Warning',
  reason: 'TooManyMissedTimes',
  message: 'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew',
};

const ALREADY_ACTIVE: Warning = {
  type: 'Normal',
  reason: 'JobAlreadyActive',
  message: 'Not starting job because prior execution is running and concurrency policy is Forbid',
};

/** Returns the same name for each run, so that no run is made twice. */
export const jobNameAt = (cronJob: string, at: number): string => `${cronJob}-${Math.floor(at / 60_000)}`;

/** Formats a time as RFC 1123 with a numeric zone, in UTC. */
const longTimeText = (time: number): string => new Date(time).toUTCString().replace('GMT', '+0000');
