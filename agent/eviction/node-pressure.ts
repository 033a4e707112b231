import type { Clock } from '../../base/clock.ts';
import type { Observations, PressureState } from './pressure.ts';
import { conditionsOf, NO_PRESSURE, observe } from './pressure.ts';
import type { PressureCondition, Threshold } from './threshold.ts';

/** The settings of evictions, under the names of kubelet's configuration. */
export interface EvictionSettings {
  readonly thresholds: readonly Threshold[];
  /** The time for which a condition is shown after the shortage is over. */
  readonly pressureTransitionMs: number;
  /** The most time that a pod is given to end at a soft threshold. */
  readonly maxPodGraceSeconds: number;
}

/** The shortages of the node, as they are known: by them it shows conditions and refuses pods. */
export interface NodePressure {
  /** Takes an observation; returns the thresholds that pods are to be evicted for. */
  observe(observations: Observations): readonly Threshold[];
  conditions(): readonly PressureCondition[];
}

export function createNodePressure({ thresholds, pressureTransitionMs }: EvictionSettings, clock: Clock): NodePressure {
  let state: PressureState = NO_PRESSURE;
  return {
    observe(observations) {
      state = observe(state, thresholds, observations, clock.monotonic());
      return state.met;
    },
    conditions: () => conditionsOf(state, pressureTransitionMs, clock.monotonic()),
  };
}
