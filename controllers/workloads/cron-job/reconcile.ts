import { apiVersionOf } from '../../../api/definition/kind.ts';
import type { CronJob } from '../../../api/kinds/batch/cron-job/schema.ts';
import { isTimeZone } from '../../../api/kinds/batch/cron-job/time-zone.ts';
import type { Job } from '../../../api/kinds/batch/job/schema.ts';
import type { Live } from '../../../api/meta/object.ts';
import { keyOf } from '../../../api/meta/object.ts';
import { isAlreadyExists, isConflict, isNotFound } from '../../../api/meta/status-error.ts';
import { timeText } from '../../../base/clock.ts';
import type { Reconcile } from '../../../runtime/control/controller.ts';
import { controlledBy, controllerOf } from '../../../runtime/control/controller-ref.ts';
import { isDeleting } from '../../../runtime/control/deletion.ts';
import type { ControllerEnv } from '../../../runtime/control/env.ts';
import type { Result } from '../../../runtime/queue/result.ts';
import { DONE } from '../../../runtime/queue/result.ts';
import type { Informer } from '../../../runtime/watch/informer.ts';
import { semanticallyEqual } from '../../_shared/equality.ts';
import { isNamespaceTerminating, messageOf, unlessGone } from '../../_shared/refusals.ts';
import { jobOf } from './job-template.ts';
import { creationSkew } from './metrics.ts';
import type { RunPlan } from './plan.ts';
import { planActive, planHistory, planRun } from './plan.ts';
import type { Timing } from './timing.ts';
import { timingOf } from './timing.ts';

export interface CronJobParts {
  readonly env: ControllerEnv;
  readonly cronJobs: Informer<CronJob>;
  readonly jobs: Informer<Job>;
}

/** One look at a CronJob: its object, whose status the steps change, and its Jobs as the cache shows them. */
interface Round {
  cronJob: Live<CronJob>;
  readonly jobs: readonly Live<Job>[];
  event(type: 'Normal' | 'Warning', reason: string, message: string): void;
}

const DOCUMENTATION = 'https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/';

/** Makes Jobs at the times of a schedule, follows them in the status, and deletes old ones. */
export function createCronJobReconcile(parts: CronJobParts): Reconcile {
  const { env, cronJobs, jobs } = parts;
  return async (key) => {
    const found = cronJobs.get(key);
    if (!found) return DONE;
    const round: Round = {
      cronJob: { ...found, apiVersion: apiVersionOf(cronJobs.kind), kind: cronJobs.kind.kind },
      jobs: controlledBy(jobs, found.metadata.uid),
      event: (type, reason, message) => env.recorder.event(round.cronJob, type, reason, message),
    };
    let result: Result = DONE;
    let failure: { readonly error: unknown } | undefined;
    try {
      for (const job of planHistory(found, round.jobs)) await deleteJob(parts, round, job);
      await followJobs(parts, round);
      if (!isDeleting(found)) result = await run(parts, round);
    } catch (error) {
      failure = { error };
    }
    // The knowledge gained so far is written even if a later step failed.
    await writeStatus(parts, found, round.cronJob);
    if (failure) throw failure.error;
    return result;
  };
}

async function writeStatus({ env, cronJobs }: CronJobParts, found: Live<CronJob>, cronJob: Live<CronJob>): Promise<void> {
  if (semanticallyEqual(found.status, cronJob.status)) return;
  await unlessGone(env.client.update(cronJobs.kind, cronJob, { subresource: 'status' }));
}

function setStatus(round: Round, change: Partial<NonNullable<CronJob['status']>>): void {
  round.cronJob = { ...round.cronJob, status: { ...round.cronJob.status, ...change } };
}

const withoutActive = (round: Round, uid: string | undefined) =>
  setStatus(round, { active: (round.cronJob.status?.active ?? []).filter((job) => job.uid !== uid) });

/** Deletes that very Job with its pods. Resolves to whether it is gone. */
async function deleteJob({ env, jobs }: CronJobParts, round: Round, job: Live<Job>): Promise<boolean> {
  const { uid, name } = job.metadata;
  try {
    await env.client.delete(jobs.kind, keyOf(job), { propagationPolicy: 'Background', preconditions: { uid } });
    round.event('Normal', 'SuccessfulDelete', `Deleted job ${name}`);
  } catch (error) {
    // Deleted already, or replaced by another Job of that name.
    if (!isNotFound(error) && !isConflict(error)) {
      round.event('Warning', 'FailedDelete', `Deleted job: ${messageOf(error)}`);
      return false;
    }
  }
  withoutActive(round, uid);
  return true;
}

/** Brings the list of active Jobs up to date. @throws StatusError if the server cannot be asked about a Job */
async function followJobs({ env, cronJobs, jobs }: CronJobParts, round: Round): Promise<void> {
  let plan = planActive(round.cronJob, round.jobs);
  if (plan.unexpected.length > 0) {
    // The cache of CronJobs may be older than that of Jobs.
    const fresh = await env.client.get(cronJobs.kind, keyOf(round.cronJob));
    if (fresh.metadata.uid !== round.cronJob.metadata.uid) return;
    round.cronJob = { ...round.cronJob, metadata: fresh.metadata, ...(fresh.status ? { status: fresh.status } : {}) };
    plan = planActive(round.cronJob, round.jobs);
  }
  for (const { metadata } of plan.unexpected) {
    round.event('Warning', 'UnexpectedJob', `Saw a job that the controller did not create or forgot: ${metadata.name}`);
  }
  for (const { job, condition } of plan.ended) {
    withoutActive(round, job.metadata.uid);
    round.event('Normal', 'SawCompletedJob', `Saw completed job: ${job.metadata.name}, condition: ${condition}`);
  }
  if (plan.lastSuccessfulTime) setStatus(round, { lastSuccessfulTime: plan.lastSuccessfulTime });
  for (const { namespace = '', name = '', uid } of plan.unseen) {
    if (await unlessGone(env.client.get(jobs.kind, { namespace, name }))) continue;
    round.event('Normal', 'MissingJob', `Active job went missing: ${name}`);
    withoutActive(round, uid);
  }
}

/** Starts the run that is due, if any. */
async function run(parts: CronJobParts, round: Round): Promise<Result> {
  const { spec } = round.cronJob;
  const { timeZone } = spec;
  if (timeZone !== undefined && !isTimeZone(timeZone)) {
    round.event('Warning', 'UnknownTimeZone', `invalid timeZone: ${JSON.stringify(timeZone)}: unknown time zone ${timeZone}`);
    return DONE;
  }
  if (spec.suspend) return DONE;
  if (spec.schedule.includes('TZ')) {
    const message = `CRON_TZ or TZ used in schedule ${JSON.stringify(spec.schedule)} is not officially supported, see ${DOCUMENTATION} for more details`;
    round.event('Warning', 'UnsupportedSchedule', message);
  }
  const timing: Timing = timingOf(spec);
  if (!timing.ok) {
    round.event('Warning', 'UnparseableSchedule', `unparseable schedule: ${JSON.stringify(spec.schedule)} : ${timing.fault}`);
    return DONE;
  }
  const plan = planRun(round.cronJob, parts.env.clock.now(), timing.next);
  for (const { type, reason, message } of plan.warnings) round.event(type, reason, message);
  if (plan.do === 'start') await start(parts, round, plan);
  return plan.untilNextMs === undefined ? DONE : { requeueAfterMs: plan.untilNextMs };
}

/** @throws StatusError if a Job could not be replaced or created */
async function start(parts: CronJobParts, round: Round, plan: Extract<RunPlan, { do: 'start' }>): Promise<void> {
  for (const { namespace = '', name = '' } of plan.replaces) await replace(parts, round, namespace, name);
  const job = await create(parts, round, plan);
  const active = round.cronJob.status?.active ?? [];
  const { uid, name, namespace, resourceVersion } = job?.metadata ?? {};
  if (!job || active.some((other) => other.uid === uid)) return;
  const reference = { apiVersion: 'batch/v1', kind: 'Job', name, namespace, uid, resourceVersion };
  setStatus(round, { active: [...active, reference], lastScheduleTime: timeText(plan.at) });
}

async function replace(parts: CronJobParts, round: Round, namespace: string, name: string): Promise<void> {
  let job: Live<Job>;
  try {
    job = await parts.env.client.get(parts.jobs.kind, { namespace, name });
  } catch (error) {
    round.event('Warning', 'FailedGet', `Get job: ${messageOf(error)}`);
    throw error;
  }
  if (!(await deleteJob(parts, round, job))) throw new Error(`could not replace job ${namespace}/${name}`);
}

/** Creates the Job of a run, or finds it. Resolves to undefined if another owns that name. */
async function create({ env, cronJobs, jobs }: CronJobParts, round: Round, plan: Extract<RunPlan, { do: 'start' }>): Promise<Live<Job> | undefined> {
  const wanted = jobOf(cronJobs.kind, round.cronJob, plan.name, plan.at);
  try {
    const job = await env.client.create(jobs.kind, wanted);
    creationSkew(env.registry).observe((Date.parse(job.metadata.creationTimestamp) - plan.at) / 1000);
    round.event('Normal', 'SuccessfulCreate', `Created job ${plan.name}`);
    return job;
  } catch (error) {
    if (isAlreadyExists(error)) {
      // Made in an earlier round whose status was not written.
      const job = await env.client.get(jobs.kind, { namespace: round.cronJob.metadata.namespace ?? '', name: plan.name });
      return controllerOf(job)?.uid === round.cronJob.metadata.uid ? job : undefined;
    }
    if (!isNamespaceTerminating(error)) round.event('Warning', 'FailedCreate', `Error creating job: ${messageOf(error)}`);
    throw error;
  }
}
