import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { isDeleting } from '../../../runtime/control/deletion.ts';
import { readyCondition } from '../../_shared/pod-state.ts';
import type { JobSettings } from './settings.ts';

/** Keeps a pod until the Job has counted it. */
export const TRACKING_FINALIZER = 'batch.kubernetes.io/job-tracking';
/** Both an annotation and a label. */
export const COMPLETION_INDEX = 'batch.kubernetes.io/job-completion-index';
export const INDEX_FAILURES = 'batch.kubernetes.io/job-index-failure-count';
export const INDEX_IGNORED_FAILURES = 'batch.kubernetes.io/job-index-ignored-failure-count';

const MAX_INT32 = 2 ** 31 - 1;

/** Whether the pod carries the finalizer: it is not fully counted yet. */
export const isTracked = ({ metadata }: Live<Pod>): boolean => metadata.finalizers?.includes(TRACKING_FINALIZER) ?? false;

function countIn({ metadata }: Live<Pod>, annotation: string): number | undefined {
  const text = metadata.annotations?.[annotation];
  if (text === undefined || !/^\+?\d+$/.test(text)) return undefined;
  const count = Number(text);
  return count <= MAX_INT32 ? count : undefined;
}

/** Returns the pod's completion index; undefined if the annotation is missing or no such number. */
export const completionIndexOf = (pod: Live<Pod>): number | undefined => countIn(pod, COMPLETION_INDEX);

/** Returns the pod's completion index if it is one of the Job's. */
export function validIndexOf(pod: Live<Pod>, { completions = 0 }: JobSettings): number | undefined {
  const index = completionIndexOf(pod);
  return index !== undefined && index < completions ? index : undefined;
}

/** Returns the failures of the index before this pod that count towards the limit per index. */
export const failuresBefore = (pod: Live<Pod>): number => countIn(pod, INDEX_FAILURES) ?? 0;

/** Returns the failures of the index before this pod that a failure policy ignored. */
export const ignoredFailuresBefore = (pod: Live<Pod>): number => countIn(pod, INDEX_IGNORED_FAILURES) ?? 0;

export const hasSucceeded = (pod: Pod): boolean => pod.status?.phase === 'Succeeded';

/** Whether the pod counts as failed. A terminating pod does, unless the Job waits for its end: an orphan may never reach a phase. */
export function hasFailed(pod: Live<Pod>, { replacesFailedOnly }: JobSettings): boolean {
  if (pod.status?.phase === 'Failed') return true;
  return !replacesFailedOnly && isDeleting(pod) && !hasSucceeded(pod);
}

interface Finishing {
  readonly name: string;
  readonly state?: { readonly terminated?: { readonly finishedAt?: string | null | undefined } | undefined } | undefined;
}

/** Returns the latest end; undefined if there is no container, or one that has not ended. */
function latestEnd(statuses: readonly Finishing[], from: number | undefined): { readonly at: number | undefined } | undefined {
  let latest = from;
  for (const { state } of statuses) {
    const finishedAt = state?.terminated?.finishedAt;
    if (!finishedAt) return undefined;
    latest = Math.max(latest ?? Number.NEGATIVE_INFINITY, Date.parse(finishedAt));
  }
  return { at: latest };
}

function containersEnd({ spec, status }: Pod): number | undefined {
  const sidecars = new Set((spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always').map(({ name }) => name));
  const main = latestEnd(status?.containerStatuses ?? [], undefined);
  return latestEnd(
    (status?.initContainerStatuses ?? []).filter(({ name }) => sidecars.has(name)),
    main?.at,
  )?.at;
}

/**
 * Returns the time at which a pod ended, in milliseconds since the epoch: that of its last container, of its Ready condition, of its
 * deletion, or of its creation; the first that is known.
 */
export function finishedAt(pod: Live<Pod>): number {
  const end = containersEnd(pod);
  if (end !== undefined) return end;
  const ready = readyCondition(pod);
  if (ready?.status === 'False' && ready.lastTransitionTime) return Date.parse(ready.lastTransitionTime);
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, creationTimestamp } = pod.metadata;
  if (deletionTimestamp) return Date.parse(deletionTimestamp) - deletionGracePeriodSeconds * 1000;
  return Date.parse(creationTimestamp);
}

const restartsOf = ({ status }: Pod): number =>
  [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].reduce((sum, { restartCount }) => sum + restartCount, 0);

/** Returns the restarts of the containers of all pods that run or are about to. */
export const activeRestarts = (pods: readonly Live<Pod>[]): number =>
  pods.reduce((sum, pod) => (pod.status?.phase === 'Running' || pod.status?.phase === 'Pending' ? sum + restartsOf(pod) : sum), 0);

/** Whether a change of a pod that leaves its phase, readiness, labels and deletion alone concerns its Job all the same. */
export function concernsJob(pod: Live<Pod>, old: Live<Pod>): boolean {
  const tracked = isTracked(pod);
  if (tracked !== isTracked(old)) return true;
  if (pod.metadata.annotations?.[COMPLETION_INDEX] !== old.metadata.annotations?.[COMPLETION_INDEX]) return true;
  // The exit codes and conditions that a failure policy looks at may follow the phase.
  if (tracked && pod.status?.phase === 'Failed') return true;
  return pod.spec?.restartPolicy === 'OnFailure' && restartsOf(pod) !== restartsOf(old);
}
