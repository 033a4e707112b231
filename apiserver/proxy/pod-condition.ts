import type { Pod } from '../../api/kinds/core/pod/index.ts';

type Condition = NonNullable<NonNullable<Pod['status']>['conditions']>[number];

/** Returns the conditions of a pod with one set, for its generation of now; the time of transition moves when the status does. */
export function withCondition(pod: Pod, condition: Condition, now: string): Condition[] {
  const conditions = pod.status?.conditions ?? [];
  const before = conditions.find(({ type }) => type === condition.type);
  const lastTransitionTime = before?.status === condition.status ? before.lastTransitionTime : now;
  const generation = pod.metadata?.generation;
  const observed = generation === undefined ? {} : { observedGeneration: generation };
  return [...conditions.filter(({ type }) => type !== condition.type), { ...condition, ...observed, lastTransitionTime }];
}
