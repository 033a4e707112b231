/** The fields that conditions of every kind have. */
export interface ConditionLike {
  readonly type: string;
  readonly status: string;
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
  readonly lastTransitionTime?: string | undefined;
}

export const conditionOf = <C extends ConditionLike>(conditions: readonly C[] | undefined, type: string): C | undefined =>
  conditions?.find((condition) => condition.type === type);

export const withoutCondition = <C extends ConditionLike>(conditions: readonly C[], type: string): C[] =>
  conditions.filter((condition) => condition.type !== type);

/**
 * Sets a condition as the workload controllers do: one with the same status and reason stays untouched,
 * and the transition time moves only with the status.
 */
export function withCondition<C extends ConditionLike>(conditions: readonly C[], next: C): C[] {
  const current = conditionOf(conditions, next.type);
  if (current && current.status === next.status && current.reason === next.reason) return [...conditions];
  const kept = current?.status === next.status ? { ...next, lastTransitionTime: current.lastTransitionTime } : next;
  return [...withoutCondition(conditions, next.type), kept];
}
