import type { Pod, PodCondition } from '../../api/kinds/core/pod/index.ts';
import type { Live } from '../../api/meta/object.ts';
import { isDeleting } from '../../runtime/control/deletion.ts';

export const isTerminal = (pod: Pod): boolean => pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
/** Whether the pod counts as a replica: it has not ended and is not terminating. */
export const isActive = (pod: Pod): boolean => !isTerminal(pod) && !isDeleting(pod);

export const readyCondition = (pod: Pod): PodCondition | undefined => pod.status?.conditions?.find((condition) => condition.type === 'Ready');
export const isReady = (pod: Pod): boolean => readyCondition(pod)?.status === 'True';

/** Returns the time at which the pod became ready, in milliseconds since the epoch; undefined while it is not. */
export function readySince(pod: Pod): number | undefined {
  const condition = readyCondition(pod);
  if (condition?.status !== 'True' || condition.lastTransitionTime === undefined) return undefined;
  return Date.parse(condition.lastTransitionTime);
}

/** Returns the time from which a ready pod counts as available, after `minReadySeconds`; undefined for a pod that is not ready. */
export function availableFrom(pod: Pod, minReadySeconds: number): number | undefined {
  if (!isReady(pod)) return undefined;
  if (minReadySeconds <= 0) return Number.NEGATIVE_INFINITY;
  const since = readySince(pod);
  return since === undefined ? undefined : since + minReadySeconds * 1000;
}

/** Whether a change of a pod affects its owner's counts or choices. Node assignment and restarts do not count: they are read when needed. */
export function countsDiffer(pod: Live<Pod>, old: Live<Pod>): boolean {
  if (pod.status?.phase !== old.status?.phase || isDeleting(pod) !== isDeleting(old)) return true;
  if (pod.metadata.uid !== old.metadata.uid) return true;
  const ready = readyCondition(pod);
  const readyBefore = readyCondition(old);
  return (
    ready?.status !== readyBefore?.status ||
    ready?.lastTransitionTime !== readyBefore?.lastTransitionTime ||
    !sameText(pod.metadata.labels, old.metadata.labels)
  );
}

/** Whether two maps of text are equal; a missing one equals an empty one. */
export function sameText(a: Readonly<Record<string, string>> | undefined, b: Readonly<Record<string, string>> | undefined): boolean {
  if (a === b) return true;
  let excess = 0;
  for (const key in a) {
    if (b?.[key] !== a[key]) return false;
    excess++;
  }
  for (const _ in b) excess--;
  return excess === 0;
}
