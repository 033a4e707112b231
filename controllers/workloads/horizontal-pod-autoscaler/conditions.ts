import type { HorizontalPodAutoscalerCondition } from '../../../api/kinds/autoscaling/horizontal-pod-autoscaler/schema.ts';
import { timeText } from '../../../base/clock.ts';

/** A condition as a round finds it. */
export interface Finding {
  readonly type: 'AbleToScale' | 'ScalingActive' | 'ScalingLimited';
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

export const finding = (type: Finding['type'], isTrue: boolean, reason: string, message: string): Finding => ({
  type,
  status: isTrue ? 'True' : 'False',
  reason,
  message,
});

/** Sets conditions, the later finding over the earlier: each keeps its place, and its time unless the status changes. */
export function withFindings(
  conditions: readonly HorizontalPodAutoscalerCondition[],
  findings: readonly Finding[],
  now: number,
): HorizontalPodAutoscalerCondition[] {
  const next = [...conditions];
  for (const { type, status, reason, message } of findings) {
    const at = next.findIndex((condition) => condition.type === type);
    const before = next[at];
    const lastTransitionTime = before?.status === status ? before.lastTransitionTime : timeText(now);
    const condition = { type, status, lastTransitionTime, reason, message };
    if (at < 0) next.push(condition);
    else next[at] = condition;
  }
  return next;
}
