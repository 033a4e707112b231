import type { Kind } from '../../../api/definition/kind.ts';
import { apiVersionOf } from '../../../api/definition/kind.ts';
import type { Job, JobStatus } from '../../../api/kinds/batch/job/schema.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live, ObjectKey } from '../../../api/meta/object.ts';
import { keyText } from '../../../api/meta/object.ts';
import { selectorFrom } from '../../../api/selector/selector.ts';
import { claim } from '../../../runtime/control/claim.ts';
import type { Reconcile } from '../../../runtime/control/controller.ts';
import { controlledBy, orphansIn } from '../../../runtime/control/controller-ref.ts';
import { isDeleting } from '../../../runtime/control/deletion.ts';
import type { Result } from '../../../runtime/queue/result.ts';
import { DONE } from '../../../runtime/queue/result.ts';
import { semanticallyEqual } from '../../_shared/equality.ts';
import { unlessGone } from '../../_shared/refusals.ts';
import type { Assessment, Ending } from './assessment.ts';
import { assess, COMPLETIONS_REACHED } from './assessment.ts';
import { hasEnded } from './conditions.ts';
import type { Applied } from './execution.ts';
import { applyPods } from './execution.ts';
import { releasePod } from './finalizers.ts';
import { TRACKING_FINALIZER } from './job-pods.ts';
import type { SyncAction } from './metrics.ts';
import type { JobParts } from './parts.ts';
import { planPods } from './plan.ts';
import { foreignManagerOf } from './settings.ts';
import type { Round, Tracking } from './tracking.ts';
import { countReleased, finish, planTracking, suspensionBetween } from './tracking.ts';

/** Runs the pods of a Job to their end, and counts them. */
export function createJobReconcile(parts: JobParts): Reconcile {
  const { env, jobs, expectations, memory, metrics } = parts;
  return async (key) => {
    const found = jobs.get(key);
    if (!found || hasEnded(found)) {
      memory.forget(keyText(key));
      if (!found) expectations.forget(keyText(key));
      return DONE;
    }
    if (foreignManagerOf(found) !== undefined) return DONE;
    // The event of the write brings the key back.
    if (memory.isBehind(keyText(key), found)) return DONE;
    const job = typed(jobs.kind, found);
    const { completionMode = 'NonIndexed' } = job.spec ?? {};
    if (completionMode !== 'NonIndexed' && completionMode !== 'Indexed') {
      env.recorder.event(job, 'Warning', 'UnknownCompletionMode', 'Skipped Job sync because completion mode is unknown');
      return DONE;
    }
    const startedAt = env.clock.monotonic();
    let action: SyncAction = 'reconciling';
    let result: 'success' | 'error' = 'error';
    // Asked before the pods are read: objects observed by now are among those read next.
    const settled = expectations.satisfied(keyText(key));
    const assessment = assess(await observe(parts, job, key));
    try {
      const outcome = await manage(parts, assessment, settled, (done) => {
        action = done;
      });
      result = 'success';
      return outcome;
    } finally {
      metrics.synced(assessment.settings, result, action, (env.clock.monotonic() - startedAt) / 1000);
    }
  };
}

/** Events need the type of their object, which lists of a stock cluster leave out. */
const typed = (kind: Kind<Job>, job: Live<Job>): Live<Job> => ({ ...job, apiVersion: apiVersionOf(kind), kind: kind.kind });

/** @throws the first error of an adoption or a release */
async function observe({ env, jobs, pods, memory }: JobParts, job: Live<Job>, key: ObjectKey) {
  const selector = selectorFrom(job.spec?.selector);
  const candidates = [...controlledBy(pods, job.metadata.uid), ...orphansIn(pods, key.namespace)];
  const matches = (pod: Live<Pod>) => selector.matches(pod.metadata.labels);
  const claimed = await claim(env.client, jobs.kind, job, pods.kind, candidates, matches, TRACKING_FINALIZER);
  if (claimed.error !== undefined) throw claimed.error;
  const { failures, released } = memory.recall(keyText(key), job.metadata.uid, claimed.owned);
  return { job, pods: claimed.owned, released, failures, now: env.clock.now() };
}

/** Creates or deletes pods, and counts those that have ended. @throws the first error of the pods once the status is written */
async function manage(parts: JobParts, assessment: Assessment, settled: boolean, did: (action: SyncAction) => void): Promise<Result> {
  const { job } = assessment;
  const managed = !assessment.ending && settled && !isDeleting(job);
  const plan = planPods(assessment, managed);
  const applied = await applyPods(parts, assessment, plan, settled);
  if (plan.do === 'create' || plan.do === 'wait') did('pods_created');
  else if (plan.do === 'delete') did('pods_deleted');
  else if (managed) did('tracking');
  await track(parts, assessment, roundOf(assessment, applied, settled, managed));
  if (applied.error !== undefined) throw applied.error;
  const due = [plan.do === 'wait' ? plan.forMs : undefined, untilDeadline(assessment)].filter((ms) => ms !== undefined);
  return due.length === 0 ? DONE : { requeueAfterMs: Math.min(...due) };
}

function untilDeadline({ settings, startedAt, ending, now }: Assessment): number | undefined {
  if (settings.deadlineMs === undefined || startedAt === undefined || settings.suspended || ending) return undefined;
  return Math.max(0, startedAt + settings.deadlineMs - now);
}

function roundOf(assessment: Assessment, applied: Applied, settled: boolean, managed: boolean): Round {
  const { ending, terminating, ready } = assessment;
  const active = assessment.active.length + applied.created - applied.deleted;
  return {
    active,
    ready: ready - applied.deletedReady,
    terminating: terminating + applied.deleted,
    // Pods that could not be deleted, or that the cache does not show yet, may still have to be counted.
    ending: ending ? (active === 0 && settled ? ending : undefined) : isComplete(assessment, active) ? COMPLETIONS_REACHED : undefined,
    managed,
  };
}

function isComplete({ settings, succeeded }: Assessment, active: number): boolean {
  if (active > 0) return false;
  return settings.completions === undefined ? succeeded > 0 : succeeded >= settings.completions;
}

/** Writes the status, removes finalizers, and writes the status again with what is counted by then. */
async function track(parts: JobParts, assessment: Assessment, round: Round): Promise<void> {
  const { env, jobs, memory, metrics } = parts;
  const { job, settings } = assessment;
  const key = keyText(keyFrom(job));
  const tracking = planTracking(assessment, round);
  const first = await writeStatus(parts, job, tracking.status);
  if (!first) return;
  memory.remember(key, assessment.run);
  metrics.counted(settings, job.status, tracking.status);
  const suspension = suspensionBetween(job.status, tracking.status);
  if (suspension) env.recorder.event(job, 'Normal', suspension, `Job ${suspension.toLowerCase()}`);
  metrics.policyActions(tracking.actions);
  const { tracked, dropped, error } = await release(parts, key, tracking);
  const counted = countReleased(tracking.status, tracked, dropped);
  const last = round.ending && !tracking.full && error === undefined ? finish(counted, round.ending, env.clock.now()) : undefined;
  const status = last ?? counted;
  const second = await writeStatus(parts, first, status);
  if (!second) return;
  metrics.counted(settings, tracking.status, status);
  if (last && round.ending) reportEnd(parts, typed(jobs.kind, second), assessment, round.ending);
  if (error !== undefined) throw error;
}

const keyFrom = ({ metadata }: Live<Job>): ObjectKey => ({ namespace: metadata.namespace ?? '', name: metadata.name });

/** Resolves to the Job as it is after the write, or as it was if it had the status; to undefined if it is gone. */
async function writeStatus({ env, jobs, memory }: JobParts, job: Live<Job>, status: JobStatus): Promise<Live<Job> | undefined> {
  if (semanticallyEqual(job.status, status)) return job;
  const written = await unlessGone(env.client.update(jobs.kind, { ...job, status }, { subresource: 'status' }));
  if (written) memory.wrote(keyText(keyFrom(written)), written);
  return written;
}

interface Released {
  /** UIDs of the pods that still carry the finalizer. */
  readonly tracked: ReadonlySet<string>;
  /** UIDs that this round entered, of pods whose finalizer another removed: they are counted there. */
  readonly dropped: ReadonlySet<string>;
  /** The first error; every other pod was released. */
  readonly error: unknown;
}

async function release({ env, pods, memory, turn }: JobParts, key: string, tracking: Tracking): Promise<Released> {
  const tracked = new Set(tracking.tracked);
  const dropped = new Set<string>();
  let error: unknown;
  await Promise.all(
    tracking.releases.map((pod) =>
      turn(async () => {
        const { uid } = pod.metadata;
        memory.expectRelease(key, uid);
        try {
          const outcome = await releasePod(env.client, pods.kind, pod);
          tracked.delete(uid);
          if (outcome === 'absent' && tracking.entered.has(uid)) dropped.add(uid);
        } catch (caught) {
          memory.releaseFailed(key, uid);
          error ??= caught;
        }
      }),
    ),
  );
  return { tracked, dropped, error };
}

function reportEnd({ env, metrics }: JobParts, job: Live<Job>, { settings }: Assessment, ending: Ending): void {
  const event = (type: 'Normal' | 'Warning', reason: string, message: string) => env.recorder.event(job, type, reason, message);
  metrics.finished(settings, ending);
  if (ending.result === 'failed') {
    event('Warning', ending.reason, ending.message);
    return;
  }
  if (settings.completions !== undefined && (job.status?.succeeded ?? 0) > settings.completions) {
    event('Warning', 'TooManySucceededPods', 'Too many succeeded pods running after completion count reached');
  }
  event('Normal', 'Completed', 'Job completed');
}
