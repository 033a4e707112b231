import type { JobStatus } from '../../../api/kinds/batch/job/schema.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { timeText } from '../../../base/clock.ts';
import { isDeleting } from '../../../runtime/control/deletion.ts';
import { defined, nonZero } from '../../_shared/status-fields.ts';
import type { Assessment, Ending } from './assessment.ts';
import { trueCondition, withJobCondition } from './conditions.ts';
import type { FailureAction } from './failure-policy.ts';
import { judgeFailure } from './failure-policy.ts';
import { countIndexes, indexesText } from './indexes.ts';
import { completionIndexOf, hasFailed, hasSucceeded, validIndexOf } from './job-pods.ts';

/** Limits the UIDs that a status carries, to about 20 kB; the rest follows in the next round. */
export const MAX_UNCOUNTED = 500;

/** The outcome of a round's creations and deletions. */
export interface Round {
  readonly active: number;
  readonly ready: number;
  readonly terminating: number;
  /** Undefined while the Job goes on, or while pods may exist that the cache does not show. */
  readonly ending: Ending | undefined;
  /** Whether the pods were managed in this round, so that the Job is seen to be suspended or not. */
  readonly managed: boolean;
}

/**
 * The first half of counting pods that have ended. The status with their UIDs is written before their finalizers are removed, and counts
 * them only after that: a crash in between neither loses nor doubles a pod.
 */
export interface Tracking {
  /** The status to write before the finalizers are removed. */
  readonly status: JobStatus;
  /** The pods whose finalizers are to be removed. */
  readonly releases: readonly Live<Pod>[];
  /** The UIDs that this round has entered into the status. */
  readonly entered: ReadonlySet<string>;
  /** The UIDs of the pods that carried the finalizer at the beginning of the round. */
  readonly tracked: ReadonlySet<string>;
  /** The actions that a failure policy took, one per failed pod. */
  readonly actions: readonly FailureAction[];
  /** Whether there are more pods to count than one status may hold. */
  readonly full: boolean;
}

export function planTracking(assessment: Assessment, round: Round): Tracking {
  const { job, indexes } = assessment;
  const tracked = new Set(assessment.tracked.map(({ metadata }) => metadata.uid));
  const { status, entered, ...rest } = enterUncounted(assessment, round, countReleased(job.status ?? {}, tracked));
  const next: JobStatus = {
    ...status,
    ...lifeOf(assessment, round),
    active: nonZero(round.active),
    ready: round.ready,
    terminating: round.terminating,
    ...(indexes && {
      succeeded: nonZero(countIndexes(indexes.succeeded)),
      completedIndexes: indexesText(indexes.succeeded) || undefined,
      failedIndexes: indexes.failed && indexesText(indexes.failed),
    }),
  };
  return { ...rest, status: defined(next), entered, tracked };
}

/** Moves the UIDs of pods that no longer carry the finalizer into the counters. Those in `dropped` leave without being counted. */
export function countReleased(status: JobStatus, tracked: ReadonlySet<string>, dropped: ReadonlySet<string> = new Set()): JobStatus {
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {};
  const left = (uids: readonly string[]) => uids.filter((uid) => tracked.has(uid) && !dropped.has(uid));
  const counted = (uids: readonly string[]) => uids.filter((uid) => !tracked.has(uid) && !dropped.has(uid)).length;
  return defined({
    ...status,
    succeeded: nonZero((status.succeeded ?? 0) + counted(succeeded)),
    failed: nonZero((status.failed ?? 0) + counted(failed)),
    uncountedTerminatedPods: uncounted(left(succeeded), left(failed)),
  });
}

const uncounted = (succeeded: string[], failed: string[]) => ({
  ...(succeeded.length > 0 ? { succeeded } : {}),
  ...(failed.length > 0 ? { failed } : {}),
});

/** Enters the UIDs of pods that have ended and are not counted, and collects the pods that may go. */
function enterUncounted(
  { job, settings, tracked, indexes }: Assessment,
  { ending }: Round,
  status: JobStatus,
): Pick<Tracking, 'status' | 'releases' | 'entered' | 'actions' | 'full'> {
  const before = job.status?.uncountedTerminatedPods;
  const known = { succeeded: new Set(before?.succeeded), failed: new Set(before?.failed) };
  const succeeded = [...(status.uncountedTerminatedPods?.succeeded ?? [])];
  const failed = [...(status.uncountedTerminatedPods?.failed ?? [])];
  const releases: Live<Pod>[] = [];
  const entered = new Set<string>();
  const actions: FailureAction[] = [];
  let newIndexes = 0;
  let full = false;
  const enter = (list: string[], uid: string) => {
    list.push(uid);
    entered.add(uid);
  };
  const fail = (pod: Live<Pod>) => {
    const verdict = judgeFailure(settings.failurePolicy, pod);
    if (verdict.action) actions.push(verdict.action);
    if (verdict.counts) enter(failed, pod.metadata.uid);
  };
  const ordered = settings.indexed ? [...tracked].sort((a, b) => (completionIndexOf(a) ?? -1) - (completionIndexOf(b) ?? -1)) : tracked;
  for (const pod of ordered) {
    const { uid } = pod.metadata;
    const isFailed = hasFailed(pod, settings);
    const awaited = isFailed && indexes?.awaitingReplacement.get(completionIndexOf(pod) ?? -1)?.metadata.uid === uid;
    if (!isDeleting(job) && !ending && !hasSucceeded(pod) && (!isFailed || awaited)) continue;
    releases.push(pod);
    const index = validIndexOf(pod, settings);
    if (hasSucceeded(pod) && !known.failed.has(uid)) {
      // The index is enough not to count the pod twice.
      if (settings.indexed) newIndexes += index !== undefined ? 1 : 0;
      else if (!known.succeeded.has(uid)) enter(succeeded, uid);
    } else if ((isFailed || ending?.result === 'failed') && !known.failed.has(uid) && (!settings.indexed || index !== undefined)) {
      fail(pod);
    }
    full = newIndexes + succeeded.length + failed.length >= MAX_UNCOUNTED;
    if (full) break;
  }
  return { status: { ...status, uncountedTerminatedPods: uncounted(succeeded, failed) }, releases, entered, actions, full };
}

/** Returns the conditions and the start of a Job that goes on, is suspended or resumed, or is about to end. */
function lifeOf({ job, settings, startedAt, now }: Assessment, { ending, managed }: Round): Pick<JobStatus, 'conditions' | 'startTime'> {
  const conditions = job.status?.conditions ?? [];
  const startTime = startedAt === undefined ? undefined : timeText(startedAt);
  if (ending) {
    const type = ending.result === 'failed' ? 'FailureTarget' : 'SuccessCriteriaMet';
    // A Job that is suspended has no start, one that ends must have one.
    return { ...listed(withJobCondition(conditions, { ...ofEnding(ending), type }, now)), startTime: startTime ?? timeText(now) };
  }
  if (!managed) return { ...listed(conditions), startTime };
  const next = withJobCondition(conditions, settings.suspended ? SUSPENDED : RESUMED, now);
  if (settings.suspended) return { ...listed(next), startTime: undefined };
  return { ...listed(next), startTime: next === conditions ? startTime : timeText(now) };
}

const SUSPENDED = { type: 'Suspended', status: 'True', reason: 'JobSuspended', message: 'Job suspended' } as const;
const RESUMED = { type: 'Suspended', status: 'False', reason: 'JobResumed', message: 'Job resumed' } as const;

const ofEnding = ({ reason, message }: Ending) => ({ status: 'True', reason, message }) as const;
const listed = (conditions: NonNullable<JobStatus['conditions']> | readonly NonNullable<JobStatus['conditions']>[number][]) => ({
  conditions: conditions.length === 0 ? undefined : [...conditions],
});

/** Adds the last condition to the status of a Job that ends, once all of its pods are gone and counted. Returns undefined before. */
export function finish(status: JobStatus, ending: Ending, now: number): JobStatus | undefined {
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {};
  if (succeeded.length + failed.length > 0 || (status.terminating ?? 0) > 0 || (status.active ?? 0) > 0) return undefined;
  const type = ending.result === 'failed' ? 'Failed' : 'Complete';
  const conditions = withJobCondition(status.conditions ?? [], { ...ofEnding(ending), type }, now);
  return { ...status, ...listed(conditions), ...(type === 'Complete' ? { completionTime: timeText(now) } : {}) };
}

/** Returns the change of the Suspended condition between two statuses; undefined if there is none. */
export function suspensionBetween(before: JobStatus | undefined, after: JobStatus): 'Suspended' | 'Resumed' | undefined {
  const was = trueCondition({ status: before }, 'Suspended') !== undefined;
  const is = trueCondition({ status: after }, 'Suspended') !== undefined;
  return was === is ? undefined : is ? 'Suspended' : 'Resumed';
}
