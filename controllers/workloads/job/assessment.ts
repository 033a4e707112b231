import type { Job } from '../../../api/kinds/batch/job/schema.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { isDeleting } from '../../../runtime/control/deletion.ts';
import { isActive, isReady, isTerminal } from '../../_shared/pod-state.ts';
import type { FailureRun } from './backoff.ts';
import { withEnded } from './backoff.ts';
import { trueCondition } from './conditions.ts';
import { judgeFailure } from './failure-policy.ts';
import type { IndexState } from './index-state.ts';
import { indexStateOf } from './index-state.ts';
import { countIndexes } from './indexes.ts';
import { activeRestarts, hasFailed, hasSucceeded, isTracked, validIndexOf } from './job-pods.ts';
import type { JobSettings } from './settings.ts';
import { settingsOf } from './settings.ts';
import { metRule } from './success-policy.ts';

/** A Job and its pods at one moment, as the caches show them. */
export interface Observation {
  readonly job: Live<Job>;
  /** All pods that the Job controls, ended and terminating ones too. */
  readonly pods: readonly Live<Pod>[];
  /** UIDs of pods whose finalizer this process has removed and the cache still shows. */
  readonly released: ReadonlySet<string>;
  /** The failures that were counted before. */
  readonly failures: FailureRun;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The way in which a Job ends: its interim condition (FailureTarget or SuccessCriteriaMet) and its last one share reason and message. */
export interface Ending {
  readonly result: 'failed' | 'succeeded';
  readonly reason: string;
  readonly message: string;
}

/** The facts that follow from an observation, before anything is done. */
export interface Assessment extends Observation {
  readonly settings: JobSettings;
  readonly active: readonly Live<Pod>[];
  readonly ready: number;
  readonly terminating: number;
  /** Pods that carry the finalizer and were not dealt with before. */
  readonly tracked: readonly Live<Pod>[];
  readonly succeeded: number;
  readonly failed: number;
  /** The failures with those of pods that ended since. */
  readonly run: FailureRun;
  /** Undefined unless the Job is indexed. */
  readonly indexes: IndexState | undefined;
  /** Undefined while the Job goes on. */
  readonly ending: Ending | undefined;
  /** Milliseconds since the epoch; undefined while the Job has not started. */
  readonly startedAt: number | undefined;
}

export function assess(observation: Observation): Assessment {
  const { job, pods, released, now } = observation;
  const settings = settingsOf(job);
  const active = pods.filter(isActive);
  const tracked = pods.filter((pod) => isTracked(pod) && !released.has(pod.metadata.uid));
  const { status = {} } = job;
  const counted = status.uncountedTerminatedPods;
  const fresh = (uids: readonly string[] | undefined, has: (pod: Live<Pod>) => boolean) =>
    tracked.filter((pod) => !uids?.includes(pod.metadata.uid) && (!settings.indexed || validIndexOf(pod, settings) !== undefined) && has(pod));
  const newlySucceeded = fresh(counted?.succeeded, hasSucceeded);
  const newlyFailed = fresh(counted?.failed, (pod) => hasFailed(pod, settings));
  const failed =
    (status.failed ?? 0) + newlyFailed.filter((pod) => judgeFailure(settings.failurePolicy, pod).counts).length + (counted?.failed?.length ?? 0);
  const indexes = settings.indexed ? indexStateOf(observation, settings, active, tracked) : undefined;
  const startedAt = status.startTime ? Date.parse(status.startTime) : settings.suspended ? undefined : now;
  const facts = {
    ...observation,
    settings,
    active,
    ready: active.filter(isReady).length,
    terminating: pods.filter((pod) => isDeleting(pod) && !isTerminal(pod)).length,
    tracked,
    succeeded: indexes ? countIndexes(indexes.succeeded) : (status.succeeded ?? 0) + newlySucceeded.length + (counted?.succeeded?.length ?? 0),
    failed,
    run: withEnded(observation.failures, newlySucceeded, newlyFailed),
    indexes,
    startedAt,
  };
  return { ...facts, ending: endingOf(facts) };
}

type Facts = Omit<Assessment, 'ending'>;

const failure = (reason: string, message: string): Ending => ({ result: 'failed', reason, message });

/** Finds what ends the Job. What an earlier round has decided stands: counters and policies are not asked again. */
function endingOf(facts: Facts): Ending | undefined {
  const { job } = facts;
  const met = trueCondition(job, 'SuccessCriteriaMet');
  if (met) return { result: 'succeeded', reason: met.reason ?? '', message: met.message ?? '' };
  const target = trueCondition(job, 'FailureTarget');
  if (target) return failure(target.reason ?? '', target.message ?? '');
  return failureOf(facts) ?? indexFailureOf(facts) ?? successOf(facts);
}

function failureOf({ settings, pods, failed, startedAt, now }: Facts): Ending | undefined {
  const { failurePolicy, backoffLimit, deadlineMs, suspended } = settings;
  if (failurePolicy) {
    for (const pod of pods) {
      const message = hasFailed(pod, settings) ? judgeFailure(failurePolicy, pod).message : undefined;
      if (message !== undefined) return failure('PodFailurePolicy', message);
    }
  }
  if (failed > backoffLimit || restartsExceed(settings, pods)) {
    return failure('BackoffLimitExceeded', 'Job has reached the specified backoff limit');
  }
  if (deadlineMs !== undefined && startedAt !== undefined && !suspended && now - startedAt >= deadlineMs) {
    return failure('DeadlineExceeded', 'Job was active longer than specified deadline');
  }
  return undefined;
}

/** Whether the kubelet has restarted containers as often as pods may fail. */
function restartsExceed({ restartsContainers, backoffLimit }: JobSettings, pods: readonly Live<Pod>[]): boolean {
  if (!restartsContainers) return false;
  const restarts = activeRestarts(pods);
  return backoffLimit === 0 ? restarts > 0 : restarts >= backoffLimit;
}

function indexFailureOf({ settings, indexes }: Facts): Ending | undefined {
  if (!indexes?.failed) return undefined;
  const failed = countIndexes(indexes.failed);
  if (settings.maxFailedIndexes !== undefined && failed > settings.maxFailedIndexes) {
    return failure('MaxFailedIndexesExceeded', 'Job has exceeded the specified maximal number of failed indexes');
  }
  if (failed > 0 && failed + countIndexes(indexes.succeeded) >= (settings.completions ?? 0))
    return failure('FailedIndexes', 'Job has failed indexes');
  return undefined;
}

function successOf({ settings, indexes }: Facts): Ending | undefined {
  const message = indexes && metRule(settings.successPolicy, settings.completions ?? 0, indexes.succeeded);
  return message === undefined ? undefined : { result: 'succeeded', reason: 'SuccessPolicy', message };
}

/** The end of a Job whose pods have done what they should. */
export const COMPLETIONS_REACHED: Ending = {
  result: 'succeeded',
  reason: 'CompletionsReached',
  message: 'Reached expected number of succeeded pods',
};
