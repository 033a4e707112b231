import type { MetricStatus } from '../../../api/kinds/autoscaling/horizontal-pod-autoscaler/metrics.ts';
import type {
  HorizontalPodAutoscalerBehavior,
  HorizontalPodAutoscalerSpec,
  HPAScalingRules,
} from '../../../api/kinds/autoscaling/horizontal-pod-autoscaler/schema.ts';
import { parseQuantity } from '../../../api/schema/quantity.ts';
import type { Finding } from './conditions.ts';
import { finding } from './conditions.ts';
import type { Limited, Wanted } from './limits.ts';
import { limitByBehavior, limitByRules } from './limits.ts';
import type { AutoscalerMemory } from './memory.ts';
import type { MetricFailure, MetricOutcome } from './proposals.ts';
import type { Tolerances } from './replica-calculator.ts';
import type { AutoscalerSettings } from './settings.ts';
import type { Stabilized } from './stabilization.ts';
import { stabilize, stabilizeByBehavior } from './stabilization.ts';

/** The bounds of an autoscaler. */
export const leastOf = ({ minReplicas = 1 }: HorizontalPodAutoscalerSpec): number => minReplicas;

/** The part of a round that needs no metrics. */
export type Situation =
  /** Somebody has scaled the target to zero: it stays there. */
  | { readonly kind: 'disabled' }
  /** The number of pods is out of bounds. */
  | { readonly kind: 'outside'; readonly desired: number; readonly reason: string }
  | { readonly kind: 'measured' };

export function situationOf(spec: HorizontalPodAutoscalerSpec, current: number): Situation {
  const least = leastOf(spec);
  if (current === 0 && least !== 0) return { kind: 'disabled' };
  if (current > spec.maxReplicas) return { kind: 'outside', desired: spec.maxReplicas, reason: 'Current number of replicas above Spec.MaxReplicas' };
  if (current < least) return { kind: 'outside', desired: least, reason: 'Current number of replicas below Spec.MinReplicas' };
  return { kind: 'measured' };
}

export const DISABLED: Finding = finding(
  'ScalingActive',
  false,
  'ScalingDisabled',
  'scaling is disabled since the replica count of the target is zero',
);

export function tolerancesOf({ behavior }: HorizontalPodAutoscalerSpec, { tolerance }: Pick<AutoscalerSettings, 'tolerance'>): Tolerances {
  const of = (rules: HPAScalingRules | undefined) =>
    rules?.tolerance === undefined ? tolerance : Number(parseQuantity(rules.tolerance).nanos) / 1e9;
  return { up: of(behavior?.scaleUp), down: of(behavior?.scaleDown) };
}

/** The number of pods that all metrics together ask for. */
export type Combined =
  | {
      readonly ok: true;
      readonly replicas: number;
      /** Name of the metric that asks for the most. */
      readonly name: string;
      /** The failure of some metrics, which does not hold the others up; undefined without any. */
      readonly fault: Fault | undefined;
      readonly finding: Finding;
    }
  | { readonly ok: false; readonly fault: Fault; readonly finding: Finding };

/** A failure of a round. */
export interface Fault {
  readonly message: string;
  readonly ofSpec: boolean;
}

/** Metrics that could not be read leave a place without type in the status, as upstream's do. */
export const statusesOf = (outcomes: readonly MetricOutcome[]): MetricStatus[] => outcomes.map((one) => (one.ok ? one.status : { type: '' }));

/** Takes the largest number of pods; a metric that fails keeps the target from being scaled down (upstream's computeReplicasForMetrics). */
export function combine(outcomes: readonly MetricOutcome[], current: number): Combined {
  let best: { readonly replicas: number; readonly name: string } = { replicas: 0, name: '' };
  const failures: MetricFailure[] = [];
  for (const outcome of outcomes) {
    if (!outcome.ok) failures.push(outcome.failure);
    else if (best.replicas === 0 || outcome.replicas > best.replicas) best = outcome;
  }
  const [first] = failures;
  const count = failures.length;
  const message = `invalid metrics (${count} invalid out of ${outcomes.length}), first error is: ${first?.summary}`;
  const fault = first && { message, ofSpec: false };
  if (first && fault && (count === outcomes.length || best.replicas < current)) {
    const why = `the HPA was unable to compute the replica count: ${first.message}`;
    return { ok: false, fault, finding: finding('ScalingActive', false, first.reason, why) };
  }
  const words = `the HPA was able to successfully calculate a replica count from ${best.name}`;
  return { ok: true, replicas: best.replicas, name: best.name, fault, finding: finding('ScalingActive', true, 'ValidMetricFound', words) };
}

/** The number of pods after stabilization and limits. */
export interface Normalized {
  readonly desired: number;
  readonly findings: readonly Finding[];
  readonly memory: AutoscalerMemory;
}

export interface NormalizeInput {
  readonly spec: HorizontalPodAutoscalerSpec;
  readonly current: number;
  /** The number of pods that metrics ask for. */
  readonly recommended: number;
  readonly memory: AutoscalerMemory;
  readonly settings: Pick<AutoscalerSettings, 'downscaleStabilizationMs'>;
  readonly now: number;
}

function bothDirections({ scaleUp, scaleDown }: HorizontalPodAutoscalerBehavior) {
  return { scaleUp: scaleUp ?? {}, scaleDown: scaleDown ?? {} };
}

/** Brings a recommendation within the windows and limits of an autoscaler (upstream's normalizeDesiredReplicas). */
export function normalize({ spec, current, recommended, memory, settings, now }: NormalizeInput): Normalized {
  const { behavior, maxReplicas: max } = spec;
  const wanted = (desired: number): Wanted => ({ current, desired, min: leastOf(spec), max });
  let stabilized: Stabilized;
  let limited: Limited;
  if (behavior) {
    const rules = bothDirections(behavior);
    const { stabilizationWindowSeconds: up = 0 } = rules.scaleUp;
    const { stabilizationWindowSeconds: down } = rules.scaleDown;
    const windows = { upMs: up * 1000, downMs: down === undefined ? settings.downscaleStabilizationMs : down * 1000 };
    stabilized = stabilizeByBehavior(memory, { current, desired: recommended }, windows, now);
    limited = limitByBehavior(wanted(stabilized.replicas), rules, memory, now);
  } else {
    stabilized = stabilize(memory, recommended, settings.downscaleStabilizationMs, now);
    limited = limitByRules(wanted(stabilized.replicas));
  }
  return {
    desired: limited.replicas,
    findings: [
      finding('AbleToScale', true, stabilized.reason, stabilized.message),
      finding('ScalingLimited', limited.replicas !== stabilized.replicas, limited.reason, limited.message),
    ],
    memory: stabilized.memory,
  };
}

/** Returns why the number of pods changes, as the event SuccessfulRescale says it: by what metrics ask for, before limits. */
export function rescaleReason(recommended: number, current: number, metric: string): string {
  if (recommended > current) return `${metric} above target`;
  return recommended < current ? 'All metrics below target' : '';
}
