import type { PressureCondition, Signal, StarvedResource, Threshold } from './threshold.ts';
import { amountOf, SIGNALS } from './threshold.ts';

/** The free amount of a resource, and the whole. */
export interface Observation {
  readonly available: number;
  readonly capacity: number;
}

export type Observations = ReadonlyMap<Signal, Observation>;

/** The shortages of a node over time. A value: each observation makes a new one. Times in milliseconds of a monotonic clock. */
export interface PressureState {
  /** When each threshold was crossed. */
  readonly crossedAt: ReadonlyMap<Threshold, number>;
  /** When each condition was last seen. */
  readonly seenAt: ReadonlyMap<PressureCondition, number>;
  /** Thresholds that pods are evicted for, until enough is free again. */
  readonly met: readonly Threshold[];
}

export const NO_PRESSURE: PressureState = { crossedAt: new Map(), seenAt: new Map(), met: [] };

const CONDITIONS: readonly PressureCondition[] = ['MemoryPressure', 'DiskPressure', 'PIDPressure'];

/** Whether less is free than the threshold says; with `reclaiming`, than is to be freed. */
export function isCrossed({ signal, amount, minReclaim }: Threshold, observations: Observations, reclaiming = false): boolean {
  const observed = observations.get(signal);
  if (!observed) return false;
  const extra = reclaiming && minReclaim ? amountOf(minReclaim, observed.capacity) : 0;
  return observed.available < amountOf(amount, observed.capacity) + extra;
}

/** Takes an observation; pure (pkg/kubelet/eviction/eviction_manager.go, synchronize). */
export function observe(state: PressureState, thresholds: readonly Threshold[], observations: Observations, now: number): PressureState {
  const crossed = thresholds.filter(
    (threshold) => isCrossed(threshold, observations) || (state.met.includes(threshold) && isCrossed(threshold, observations, true)),
  );
  const crossedAt = new Map(crossed.map((threshold) => [threshold, state.crossedAt.get(threshold) ?? now]));
  const seenAt = new Map(state.seenAt);
  for (const { signal } of crossed) seenAt.set(SIGNALS[signal].condition, now);
  return { crossedAt, seenAt, met: crossed.filter((threshold) => now - (crossedAt.get(threshold) ?? now) >= threshold.graceMs) };
}

/** The conditions that the node shows: those seen within the transition period, so that a node on the edge does not go back and forth. */
export const conditionsOf = ({ seenAt }: PressureState, transitionMs: number, now: number): readonly PressureCondition[] =>
  CONDITIONS.filter((condition) => {
    const at = seenAt.get(condition);
    return at !== undefined && now - at < transitionMs;
  });

/** The threshold to act on first: that of memory, then in the order of the configuration. */
export const mostUrgent = (met: readonly Threshold[]): Threshold | undefined => met.find((threshold) => resourceOf(threshold) === 'memory') ?? met[0];

export const resourceOf = ({ signal }: Threshold): StarvedResource => SIGNALS[signal].resource;
