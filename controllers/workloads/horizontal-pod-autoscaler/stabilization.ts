import type { AutoscalerMemory } from './memory.ts';
import { withRecommendation } from './memory.ts';

/** A number of pods after past recommendations were considered, as the condition AbleToScale shows it. */
export interface Stabilized {
  readonly replicas: number;
  readonly reason: 'ReadyForNewScale' | 'ScaleUpStabilized' | 'ScaleDownStabilized';
  readonly message: string;
  readonly memory: AutoscalerMemory;
}

const READY = { reason: 'ReadyForNewScale', message: 'recommended size matches current size' } as const;
const SLOWED_UP = {
  reason: 'ScaleUpStabilized',
  message: 'recent recommendations were lower than current one, applying the lowest recent recommendation',
} as const;
const SLOWED_DOWN = {
  reason: 'ScaleDownStabilized',
  message: 'recent recommendations were higher than current one, applying the highest recent recommendation',
} as const;

/** Applies the highest recommendation of the window, where the autoscaler has no behavior (upstream's stabilizeRecommendation). */
export function stabilize(memory: AutoscalerMemory, desired: number, windowMs: number, now: number): Stabilized {
  const since = now - windowMs;
  const recent = memory.recommendations.filter(({ at }) => at >= since).map(({ replicas }) => replicas);
  const replicas = Math.max(desired, ...recent);
  return { replicas, ...(replicas === desired ? READY : SLOWED_DOWN), memory: withRecommendation(memory, desired, now, since) };
}

/**
 * Keeps the number of pods unless all recommendations of the window agree on a change, and then applies the least change of them (upstream's
 * stabilizeRecommendationWithBehaviors).
 */
export function stabilizeByBehavior(
  memory: AutoscalerMemory,
  { current, desired }: { readonly current: number; readonly desired: number },
  windows: { readonly upMs: number; readonly downMs: number },
  now: number,
): Stabilized {
  const within = (windowMs: number) => memory.recommendations.filter(({ at }) => at > now - windowMs).map(({ replicas }) => replicas);
  const up = Math.min(desired, ...within(windows.upMs));
  const down = Math.max(desired, ...within(windows.downMs));
  const replicas = Math.min(Math.max(current, up), down);
  const slowed = desired >= current ? SLOWED_UP : SLOWED_DOWN;
  const since = now - Math.max(windows.upMs, windows.downMs);
  return { replicas, ...(replicas === desired ? READY : slowed), memory: withRecommendation(memory, desired, now, since) };
}
