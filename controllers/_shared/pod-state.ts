import type { Pod, PodCondition } from '../../api/kinds/core/pod/index.ts';
import type { Live } from '../../api/meta/object.ts';
import { isDeleting } from '../../runtime/control/deletion.ts';

export const isTerminal = (pod: Pod): boolean => pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
/** Counts as a replica: it has not ended and is not being deleted. */
export const isActive = (pod: Pod): boolean => !isTerminal(pod) && !isDeleting(pod);

export const readyCondition = (pod: Pod): PodCondition | undefined => pod.status?.conditions?.find((condition) => condition.type === 'Ready');
export const isReady = (pod: Pod): boolean => readyCondition(pod)?.status === 'True';

/** Milliseconds since the epoch at which the pod became ready; undefined while it is not. */
export function readySince(pod: Pod): number | undefined {
  const condition = readyCondition(pod);
  if (condition?.status !== 'True' || condition.lastTransitionTime === undefined) return undefined;
  return Date.parse(condition.lastTransitionTime);
}

/** When a ready pod has been ready for `minReadySeconds`: the instant from which it counts as available. */
export function availableFrom(pod: Pod, minReadySeconds: number): number | undefined {
  if (!isReady(pod)) return undefined;
  if (minReadySeconds <= 0) return Number.NEGATIVE_INFINITY;
  const since = readySince(pod);
  return since === undefined ? undefined : since + minReadySeconds * 1000;
}

/** Whether a pod changed in a way that its owner's counts or choices depend on. Node assignment and restarts are read when needed. */
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

/** Equal maps of text; missing and empty are the same. */
export function sameText(a: Readonly<Record<string, string>> | undefined, b: Readonly<Record<string, string>> | undefined): boolean {
  if (a === b) return true;
  const keys = Object.keys(a ?? {});
  return keys.length === Object.keys(b ?? {}).length && keys.every((key) => a?.[key] === b?.[key]);
}
