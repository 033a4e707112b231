import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { isReady } from '../../_shared/pod-state.ts';
import type { PodGroups, PodValues } from './pod-groups.ts';
import { groupPods, requestsOf } from './pod-groups.ts';
import type { AutoscalerSettings } from './settings.ts';

/** The deviations from 1 of the ratio of usage to target within which nothing is scaled. */
export interface Tolerances {
  readonly up: number;
  readonly down: number;
}

/** The state that numbers of pods are computed from. */
export interface CalculatorInput {
  /** The present number of pods, as the target's spec says. */
  readonly current: number;
  /** The pods that the target's selector matches. */
  readonly pods: readonly Live<Pod>[];
  readonly tolerances: Tolerances;
  readonly settings: Pick<AutoscalerSettings, 'cpuInitializationPeriodMs' | 'initialReadinessDelayMs'>;
  readonly now: number;
}

/** The number of pods that a metric asks for, with its present value in thousandths. */
export interface Calculated {
  readonly replicas: number;
  readonly usage: number;
}

const MOST_REPLICAS = 2 ** 31 - 1;
const ceiling = (value: number): number => Math.min(Math.ceil(value), MOST_REPLICAS);
const isWithin = ({ up, down }: Tolerances, ratio: number): boolean => 1 - down <= ratio && ratio <= 1 + up;

/** The usage of some pods, compared with the target. */
interface Measure {
  readonly ratio: number;
  /** Per pod, in thousandths. */
  readonly usage: number;
}

/** The way that a kind of metric measures pods. Values are in thousandths, by the names of the pods. */
interface Measuring<M extends Measure> {
  readonly resource: string | undefined;
  /** @throws Error if the values say nothing */
  measure(values: ReadonlyMap<string, number>): M;
  /** The value that a pod without one is assumed to have when there are to be fewer pods. */
  assumed(pod: string): number;
}

const NO_PODS = 'no pods returned by selector while calculating replica count';

/**
 * Computes a number of pods from a metric of each (upstream's GetResourceReplicas and calcPlainMetricReplicas): pods without metrics, and those
 * that start, are assumed to be such that less is scaled.
 */
function replicasByPods<M extends Measure>(input: CalculatorInput, metrics: PodValues, { resource, measure, assumed }: Measuring<M>): [number, M] {
  const { current, pods, tolerances, settings, now } = input;
  if (pods.length === 0) throw new Error(NO_PODS);
  const groups: PodGroups = groupPods(pods, metrics, resource, settings, now);
  const values = new Map<string, number>();
  for (const [name, { value }] of metrics) if (!groups.ignored.has(name) && !groups.unready.has(name)) values.set(name, value);
  if (values.size === 0) throw new Error('did not receive metrics for targeted pods (pods might be unready)');
  const measured = measure(values);
  const { ratio } = measured;
  const countsUnready = groups.unready.size > 0 && ratio > 1;
  if (!countsUnready && groups.missing.size === 0) return [isWithin(tolerances, ratio) ? current : ceiling(ratio * groups.ready), measured];
  if (ratio < 1) for (const name of groups.missing) values.set(name, assumed(name));
  else if (ratio > 1) for (const name of groups.missing) values.set(name, 0);
  if (countsUnready) for (const name of groups.unready) values.set(name, 0);
  const again = measure(values).ratio;
  const turns = (ratio < 1 && again > 1) || (ratio > 1 && again < 1);
  if (turns || isWithin(tolerances, again)) return [current, measured];
  const replicas = ceiling(again * values.size);
  // The number of pods that were considered may be another than the present one.
  const isOpposite = (again < 1 && replicas > current) || (again > 1 && replicas < current);
  return [isOpposite ? current : replicas, measured];
}

/** The number of pods that a resource asks for, with its use as a percentage of what is requested. */
export interface CalculatedUtilization extends Calculated {
  readonly utilization: number;
}

/** Computes the number of pods that brings the use of a resource to a percentage of its requests. @throws Error if it cannot be told */
export function replicasByUtilization(
  input: CalculatorInput,
  metrics: PodValues,
  target: { readonly resource: string; readonly container: string; readonly utilization: number },
): CalculatedUtilization {
  const { resource, container } = target;
  let requests: ReadonlyMap<string, number> | undefined;
  const requestOf = (pod: string) => {
    // Not before there are metrics: that there are none is the fault that is told first.
    requests ??= requestsOf(input.pods, resource, container);
    return requests.get(pod);
  };
  const [replicas, { usage, utilization }] = replicasByPods<Measure & { readonly utilization: number }>(input, metrics, {
    resource,
    measure(values) {
      let [used, requested, count] = [0, 0, 0];
      for (const [pod, value] of values) {
        const request = requestOf(pod);
        if (request === undefined) continue;
        used += value;
        requested += request;
        count++;
      }
      if (requested === 0) throw new Error('no metrics returned matched known pods');
      const utilization = Math.trunc((used * 100) / requested);
      return { ratio: utilization / target.utilization, usage: Math.trunc(used / count), utilization };
    },
    assumed: (pod) => Math.trunc(((requestOf(pod) ?? 0) * Math.max(100, target.utilization)) / 100),
  });
  return { replicas, usage, utilization };
}

/** Computes the number of pods that brings the average of a metric over them to a target in thousandths. @throws Error if it cannot be told */
export function replicasByAverage(input: CalculatorInput, metrics: PodValues, target: number, resource?: string): Calculated {
  const [replicas, { usage }] = replicasByPods(input, metrics, {
    resource,
    measure(values) {
      let sum = 0;
      for (const value of values.values()) sum += value;
      const usage = Math.trunc(sum / values.size);
      return { ratio: usage / target, usage };
    },
    assumed: () => target,
  });
  return { replicas, usage };
}

/** Computes the number of pods that brings a metric of something else to a target; all in thousandths. @throws Error if there are no pods */
export function replicasByValue({ current, pods, tolerances }: CalculatorInput, usage: number, target: number): Calculated {
  const ratio = usage / target;
  // From zero, the number of ready pods says nothing.
  if (current === 0) return { replicas: ceiling(ratio), usage };
  if (isWithin(tolerances, ratio)) return { replicas: current, usage };
  if (pods.length === 0) throw new Error(`unable to calculate ready pods: ${NO_PODS}`);
  const ready = pods.filter((pod) => pod.status?.phase === 'Running' && isReady(pod)).length;
  return { replicas: ceiling(ratio * ready), usage };
}

/**
 * Computes the number of pods that brings a metric of something else, divided by the pods, to a target; all in thousandths.
 * @param existing the pods that there are, as the target's status says
 */
export function replicasByShare(existing: number, tolerances: Tolerances, usage: number, target: number): Calculated {
  const replicas = isWithin(tolerances, usage / (target * existing)) ? existing : ceiling(usage / target);
  return { replicas, usage: existing === 0 ? usage : Math.ceil(usage / existing) };
}
