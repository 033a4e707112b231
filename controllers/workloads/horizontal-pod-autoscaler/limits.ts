import type { HPAScalingRules } from '../../../api/kinds/autoscaling/horizontal-pod-autoscaler/schema.ts';
import type { AutoscalerMemory } from './memory.ts';
import { changeWithin } from './memory.ts';

/** A number of pods with the reason why it is that, as the condition ScalingLimited shows it. */
export interface Limited {
  readonly replicas: number;
  readonly reason: 'DesiredWithinRange' | 'ScaleUpLimit' | 'ScaleDownLimit' | 'TooManyReplicas' | 'TooFewReplicas';
  readonly message: string;
}

/** The number of pods that is wanted, and the bounds that the autoscaler sets. */
export interface Wanted {
  readonly current: number;
  readonly desired: number;
  readonly min: number;
  readonly max: number;
}

const withinRange = (replicas: number): Limited => ({
  replicas,
  reason: 'DesiredWithinRange',
  message: 'the desired count is within the acceptable range',
});
const tooFast = (replicas: number): Limited => ({
  replicas,
  reason: 'ScaleUpLimit',
  message: 'the desired replica count is increasing faster than the maximum scale rate',
});
const tooFastDown = (replicas: number): Limited => ({
  replicas,
  reason: 'ScaleDownLimit',
  message: 'the desired replica count is decreasing faster than the maximum scale rate',
});
const tooMany = (replicas: number): Limited => ({
  replicas,
  reason: 'TooManyReplicas',
  message: 'the desired replica count is more than the maximum replica count',
});
const tooFew = (replicas: number): Limited => ({
  replicas,
  reason: 'TooFewReplicas',
  message: 'the desired replica count is less than the minimum replica count',
});

/** Without a behavior the number of pods at most doubles in a round; up to four are always allowed. */
const SCALE_UP_FACTOR = 2;
const SCALE_UP_LEAST = 4;

/** Limits a number of pods where the autoscaler has no behavior (upstream's convertDesiredReplicasWithRules). */
export function limitByRules({ current, desired, min, max }: Wanted): Limited {
  if (desired < min) return tooFew(min);
  const fastest = Math.max(SCALE_UP_FACTOR * current, SCALE_UP_LEAST);
  if (desired <= Math.min(max, fastest)) return withinRange(desired);
  return max > fastest ? tooFast(fastest) : tooMany(max);
}

/** The number of pods at the beginning of a period that ends now. */
const atPeriodStart = (current: number, { scaleUps, scaleDowns }: AutoscalerMemory, periodSeconds: number, now: number): number =>
  current - changeWithin(scaleUps, periodSeconds, now) + changeWithin(scaleDowns, periodSeconds, now);

/** Returns the largest number of pods that the rules allow now. */
export function scaleUpLimit(current: number, rules: HPAScalingRules, memory: AutoscalerMemory, now: number): number {
  const { selectPolicy, policies = [] } = rules;
  if (selectPolicy === 'Disabled') return current;
  const limits = policies.map(({ type, value, periodSeconds }) => {
    const start = atPeriodStart(current, memory, periodSeconds, now);
    // Rounded up: a small percentage of few pods would never allow one more.
    return type === 'Pods' ? start + value : Math.ceil(start * (1 + value / 100));
  });
  return selectPolicy === 'Min' ? Math.min(...limits) : Math.max(...limits);
}

/** Returns the smallest number of pods that the rules allow now. */
export function scaleDownLimit(current: number, rules: HPAScalingRules, memory: AutoscalerMemory, now: number): number {
  const { selectPolicy, policies = [] } = rules;
  if (selectPolicy === 'Disabled') return current;
  const limits = policies.map(({ type, value, periodSeconds }) => {
    const start = atPeriodStart(current, memory, periodSeconds, now);
    return type === 'Pods' ? start - value : Math.trunc(start * (1 - value / 100));
  });
  return selectPolicy === 'Min' ? Math.max(...limits) : Math.min(...limits);
}

/** Limits a number of pods by the rules of a behavior (upstream's convertDesiredReplicasWithBehaviorRate). */
export function limitByBehavior(
  { current, desired, min, max }: Wanted,
  behavior: { readonly scaleUp: HPAScalingRules; readonly scaleDown: HPAScalingRules },
  memory: AutoscalerMemory,
  now: number,
): Limited {
  if (desired > current) {
    const fastest = Math.max(current, scaleUpLimit(current, behavior.scaleUp, memory, now));
    if (desired > Math.min(max, fastest)) return max > fastest ? tooFast(fastest) : tooMany(max);
  } else if (desired < current) {
    const fastest = Math.min(current, scaleDownLimit(current, behavior.scaleDown, memory, now));
    if (desired < Math.max(min, fastest)) return min < fastest ? tooFastDown(fastest) : tooFew(min);
  }
  return withinRange(desired);
}
