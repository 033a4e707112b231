import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { isDeleting } from '../../../runtime/control/deletion.ts';
import { groupBy } from '../../_shared/group-by.ts';
import { isTerminal } from '../../_shared/pod-state.ts';
import { podsToDelete } from '../../_shared/replicas/ranking.ts';
import type { Assessment } from './assessment.ts';
import { remainingMs, remainingMsOfIndex } from './backoff.ts';
import { firstFree, indexesOf, mergeIndexes } from './indexes.ts';
import { completionIndexOf } from './job-pods.ts';

/** Limits the pods that one round creates or deletes; the rest follows in the next. */
export const BURST = 500;

/** The pods that a round creates or deletes: never both at once. */
export type PodsPlan =
  | { readonly do: 'nothing' }
  /** The next pod may be created after so many milliseconds. */
  | { readonly do: 'wait'; readonly forMs: number }
  /** `indexes` are those of the pods, for an indexed Job. */
  | { readonly do: 'create'; readonly count: number; readonly indexes: readonly number[] | undefined }
  /** The pods are surplus, or the Job is suspended: they are deleted and do not count. */
  | { readonly do: 'delete'; readonly pods: readonly Live<Pod>[] }
  /** The Job has ended: its active pods are deleted, and counted. */
  | { readonly do: 'end'; readonly pods: readonly Live<Pod>[] };

/**
 * Plans the pods.
 * @param managed whether pods may be created and deleted: the cache shows all earlier writes, and the Job is not terminating
 */
export function planPods(assessment: Assessment, managed: boolean): PodsPlan {
  const { active, settings, ending } = assessment;
  if (ending) return active.length === 0 ? { do: 'nothing' } : { do: 'end', pods: active };
  if (!managed) return { do: 'nothing' };
  if (settings.suspended) return active.length === 0 ? { do: 'nothing' } : { do: 'delete', pods: active };
  const wanted = wantedActive(assessment);
  const surplus = podsForRemoval(assessment, Math.max(0, active.length - wanted));
  if (surplus.length > 0) return { do: 'delete', pods: surplus.slice(0, BURST) };
  const missing = wanted - active.length - (settings.replacesFailedOnly ? assessment.terminating : 0);
  return missing > 0 ? planCreation(assessment, Math.min(missing, BURST)) : { do: 'nothing' };
}

function wantedActive({ settings, succeeded, active }: Assessment): number {
  const { completions, parallelism } = settings;
  // Once any pod has succeeded those that run are the last ones.
  if (completions === undefined) return succeeded > 0 ? active.length : parallelism;
  return Math.max(0, Math.min(parallelism, completions - succeeded));
}

function planCreation(assessment: Assessment, count: number): PodsPlan {
  const { settings, indexes, run, now } = assessment;
  if (settings.limitPerIndex === undefined) {
    const forMs = remainingMs(run, now);
    if (forMs > 0) return { do: 'wait', forMs };
  }
  if (!indexes) return { do: 'create', count, indexes: undefined };
  const free = freeIndexes(assessment, count);
  if (settings.limitPerIndex === undefined) return free.length === 0 ? { do: 'nothing' } : { do: 'create', count: free.length, indexes: free };
  const waits = free.map((index) => remainingMsOfIndex(indexes.awaitingReplacement.get(index), now));
  const due = free.filter((_, at) => waits[at] === 0);
  if (due.length > 0) return { do: 'create', count: due.length, indexes: due };
  return waits.length === 0 ? { do: 'nothing' } : { do: 'wait', forMs: Math.min(...waits) };
}

/** Returns the first indexes that have neither ended nor a pod. */
function freeIndexes({ settings, indexes, active, pods }: Assessment, count: number): number[] {
  const terminating = settings.replacesFailedOnly ? pods.filter((pod) => isDeleting(pod) && !isTerminal(pod)) : [];
  const running = indexesOf([...active, ...terminating].flatMap((pod) => completionIndexOf(pod) ?? []));
  const ended = mergeIndexes(indexes?.succeeded ?? [], indexes?.failed ?? []);
  return firstFree(mergeIndexes(ended, running), count, settings.completions ?? 0);
}

/** Returns at least `count` active pods: of an indexed Job first those without a valid index, and all but one pod of each index. */
function podsForRemoval({ settings, active, now }: Assessment, count: number): readonly Live<Pod>[] {
  if (!settings.indexed) return count === 0 ? [] : podsToDelete(active, [], count, now);
  const removed: Live<Pod>[] = [];
  const left: Live<Pod>[] = [];
  for (const same of groupBy(active, (pod) => String(completionIndexOf(pod))).values()) {
    const index = same[0] && completionIndexOf(same[0]);
    if (index === undefined || index >= (settings.completions ?? 0)) removed.push(...same);
    else {
      const doubles = same.length > 1 ? podsToDelete(same, [], same.length - 1, now) : [];
      removed.push(...doubles);
      left.push(...same.filter((pod) => !doubles.includes(pod)));
    }
  }
  const more = count - removed.length;
  return more > 0 ? [...removed, ...podsToDelete(left, [], more, now)] : removed;
}
