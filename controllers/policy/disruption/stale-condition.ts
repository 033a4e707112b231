import type { Pod, PodCondition } from '../../../api/kinds/core/pod/index.ts';
import type { Live, ObjectKey } from '../../../api/meta/object.ts';
import { timeText } from '../../../base/clock.ts';
import { isDeleting } from '../../../runtime/control/deletion.ts';
import { conditionOf } from '../../_shared/conditions.ts';
import { isTerminal } from '../../_shared/pod-state.ts';

/** A pod that is not terminating after this time was spared: its condition no longer holds. */
const STALE_AFTER_MS = 2 * 60_000;
const TYPE = 'DisruptionTarget';

/** Keys of pods share the lane with those of budgets; no name of a budget has a slash. */
const PREFIX = 'pods/';

export const podLaneKey = ({ metadata }: Live<Pod>): ObjectKey => ({ namespace: metadata.namespace ?? '', name: `${PREFIX}${metadata.name}` });

/** Returns the key of the pod that a key of the lane stands for; undefined if it is a budget's. */
export const podKeyOf = ({ namespace, name }: ObjectKey): ObjectKey | undefined =>
  name.startsWith(PREFIX) ? { namespace, name: name.slice(PREFIX.length) } : undefined;

/** Returns the condition by which a pod is to be disrupted and is not. The kubelet's own announcements may take as long as they like. */
function unfulfilled(pod: Live<Pod>): PodCondition | undefined {
  if (isDeleting(pod) || isTerminal(pod)) return undefined;
  const condition = conditionOf(pod.status?.conditions, TYPE);
  return condition?.status === 'True' && condition.reason !== 'TerminationByKubelet' ? condition : undefined;
}

export const awaitsDisruption = (pod: Live<Pod>): boolean => unfulfilled(pod) !== undefined;

/** Returns the time until the pod's condition is stale, in milliseconds, 0 if it is; undefined without one. */
export function staleAfterMs(pod: Live<Pod>, now: number): number | undefined {
  const condition = unfulfilled(pod);
  if (!condition) return undefined;
  const since = condition.lastTransitionTime === undefined ? Number.NEGATIVE_INFINITY : Date.parse(condition.lastTransitionTime);
  return Math.max(0, since + STALE_AFTER_MS - now);
}

/** Returns the pod's status with the condition taken back. */
export function withoutDisruption({ metadata, status }: Live<Pod>, now: number): NonNullable<Pod['status']> {
  const { generation } = metadata;
  const observed = generation === undefined ? {} : { observedGeneration: generation };
  const reset: PodCondition = { type: TYPE, status: 'False', lastTransitionTime: timeText(now), ...observed };
  return { ...status, conditions: (status?.conditions ?? []).map((one) => (one.type === TYPE ? reset : one)) };
}
