import type { Job } from '../../../api/kinds/batch/job/schema.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { judgeFailure } from './failure-policy.ts';
import type { Indexes } from './indexes.ts';
import { hasIndex, indexesOf, mergeIndexes, parseIndexes } from './indexes.ts';
import {
  completionIndexOf,
  failuresBefore,
  finishedAt,
  hasFailed,
  hasSucceeded,
  ignoredFailuresBefore,
  isTracked,
  validIndexOf,
} from './job-pods.ts';
import type { JobSettings } from './settings.ts';

/** The indexes of a Job that have ended, and the pods that await a replacement. */
export interface IndexState {
  /** Those that the status shows already. */
  readonly counted: Indexes;
  /** Those with the ones that have succeeded since. */
  readonly succeeded: Indexes;
  /** Undefined unless failures are limited per index. */
  readonly failed: Indexes | undefined;
  /**
   * By index, the failed pod that is kept until its replacement exists, because the replacement inherits its number of failures. Empty unless
   * failures are limited per index.
   */
  readonly awaitingReplacement: ReadonlyMap<number, Live<Pod>>;
}

export function indexStateOf(
  { job, pods }: { readonly job: Live<Job>; readonly pods: readonly Live<Pod>[] },
  settings: JobSettings,
  active: readonly Live<Pod>[],
  tracked: readonly Live<Pod>[],
): IndexState {
  const { completions = 0, limitPerIndex } = settings;
  const counted = parseIndexes(job.status?.completedIndexes, completions);
  const indexesWhere = (has: (pod: Live<Pod>) => boolean) =>
    indexesOf(pods.filter((pod) => isTracked(pod) && has(pod)).flatMap((pod) => validIndexOf(pod, settings) ?? []));
  const succeeded = mergeIndexes(counted, indexesWhere(hasSucceeded));
  if (limitPerIndex === undefined) return { counted, succeeded, failed: undefined, awaitingReplacement: new Map() };
  const before = parseIndexes(job.status?.failedIndexes, completions);
  const failed = withoutIndexes(
    mergeIndexes(
      before,
      indexesWhere((pod) => failsIndex(pod, settings, limitPerIndex)),
    ),
    succeeded,
  );
  return { counted, succeeded, failed, awaitingReplacement: awaitingReplacement(settings, active, tracked, [succeeded, failed]) };
}

/** Whether the pod's failure is the last one that its index may have, or one that a policy calls final. */
function failsIndex(pod: Live<Pod>, settings: JobSettings, limit: number): boolean {
  if (!hasFailed(pod, settings)) return false;
  const { action, counts } = judgeFailure(settings.failurePolicy, pod);
  return action === 'FailIndex' || (counts && failuresBefore(pod) >= limit);
}

/** An index that has succeeded never counts as failed: of two pods with one index one may fail. The API refuses the overlap. */
function withoutIndexes(indexes: Indexes, others: Indexes): Indexes {
  if (!indexes.some(([first, last]) => others.some((other) => other[0] <= last && first <= other[1]))) return indexes;
  const left: number[] = [];
  for (const [first, last] of indexes) for (let index = first; index <= last; index++) if (!hasIndex(others, index)) left.push(index);
  return indexesOf(left);
}

function awaitingReplacement(
  settings: JobSettings,
  active: readonly Live<Pod>[],
  tracked: readonly Live<Pod>[],
  ended: readonly Indexes[],
): ReadonlyMap<number, Live<Pod>> {
  const running = new Set(active.map(completionIndexOf));
  const last = new Map<number, Live<Pod>>();
  for (const pod of tracked) {
    const index = validIndexOf(pod, settings);
    if (index === undefined || !hasFailed(pod, settings) || running.has(index) || ended.some((indexes) => hasIndex(indexes, index))) continue;
    const other = last.get(index);
    if (!other || isLaterFailure(pod, other)) last.set(index, pod);
  }
  return last;
}

const failuresUpTo = (pod: Live<Pod>): number => failuresBefore(pod) + ignoredFailuresBefore(pod);

const isLaterFailure = (pod: Live<Pod>, other: Live<Pod>): boolean =>
  failuresUpTo(pod) >= failuresUpTo(other) && finishedAt(pod) >= finishedAt(other);
