import type { HorizontalPodAutoscalerBehavior, HPAScalingRules } from '../../../api/kinds/autoscaling/horizontal-pod-autoscaler/schema.ts';

/** A number of pods that metrics asked for, before any limit. Times are in milliseconds since the epoch. */
export interface Recommendation {
  readonly replicas: number;
  readonly at: number;
}

/** A change of the number of pods, as a positive number. */
export interface ScaleEvent {
  readonly change: number;
  readonly at: number;
}

/** The past of an autoscaler, kept in memory alone: after a start it begins with the present number of pods. */
export interface AutoscalerMemory {
  readonly recommendations: readonly Recommendation[];
  readonly scaleUps: readonly ScaleEvent[];
  readonly scaleDowns: readonly ScaleEvent[];
}

export const firstMemory = (replicas: number, now: number): AutoscalerMemory => ({
  recommendations: [{ replicas, at: now }],
  scaleUps: [],
  scaleDowns: [],
});

/** Adds a recommendation, and drops those before `since`. */
export const withRecommendation = (memory: AutoscalerMemory, replicas: number, now: number, since: number): AutoscalerMemory => ({
  ...memory,
  recommendations: [...memory.recommendations.filter(({ at }) => at >= since), { replicas, at: now }],
});

const longestPeriodMs = ({ policies = [] }: HPAScalingRules): number => 1000 * Math.max(0, ...policies.map(({ periodSeconds }) => periodSeconds));

function added(events: readonly ScaleEvent[], rules: HPAScalingRules | undefined, change: number, now: number): ScaleEvent[] {
  const since = now - longestPeriodMs(rules ?? {});
  return [...events.filter(({ at }) => at >= since), { change, at: now }];
}

/** Adds a change of the number of pods. Without a behavior nobody asks for it, and it is not kept. */
export function withScaleEvent(
  memory: AutoscalerMemory,
  behavior: HorizontalPodAutoscalerBehavior | undefined,
  from: number,
  to: number,
  now: number,
): AutoscalerMemory {
  if (!behavior) return memory;
  if (to > from) return { ...memory, scaleUps: added(memory.scaleUps, behavior.scaleUp, to - from, now) };
  return { ...memory, scaleDowns: added(memory.scaleDowns, behavior.scaleDown, from - to, now) };
}

/** Returns the sum of the changes within a period that ends now. */
export function changeWithin(events: readonly ScaleEvent[], periodSeconds: number, now: number): number {
  const since = now - periodSeconds * 1000;
  return events.reduce((sum, { change, at }) => (at > since ? sum + change : sum), 0);
}
