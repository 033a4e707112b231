import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import { podRequests } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { isSidecar } from '../../../api/pod/container/sidecar.ts';
import { isPodLevelResource } from '../../../api/pod/resources/resource-names.ts';
import { milliValueOfQuantity } from '../../../api/schema/quantity.ts';
import { isDeleting } from '../../../runtime/control/deletion.ts';
import { readyCondition } from '../../_shared/pod-state.ts';
import type { AutoscalerSettings } from './settings.ts';

/** A pod's value of a metric, in thousandths. */
export interface PodMetric {
  readonly value: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly windowMs: number;
}

/** By the names of the pods. */
export type PodValues = ReadonlyMap<string, PodMetric>;

/** The pods of an autoscaler's target, by what their metrics say. Names of pods. */
export interface PodGroups {
  readonly ready: number;
  /** Their metrics do not count; they are assumed to use nothing when there are to be more pods. */
  readonly unready: ReadonlySet<string>;
  readonly missing: ReadonlySet<string>;
  /** They end: they do not count at all. */
  readonly ignored: ReadonlySet<string>;
}

type Delays = Pick<AutoscalerSettings, 'cpuInitializationPeriodMs' | 'initialReadinessDelayMs'>;

/** Whether a running pod's use of CPU says nothing yet about its load: it may still be starting. */
function isStarting(pod: Pod, metric: PodMetric, { cpuInitializationPeriodMs, initialReadinessDelayMs }: Delays, now: number): boolean {
  const condition = readyCondition(pod);
  const { startTime } = pod.status ?? {};
  if (!condition || startTime === undefined) return true;
  const started = Date.parse(startTime);
  const changed = condition.lastTransitionTime === undefined ? 0 : Date.parse(condition.lastTransitionTime);
  const isUnready = condition.status === 'False';
  // Of a pod that has just become ready, the metric must be of the time since.
  if (started + cpuInitializationPeriodMs > now) return isUnready || metric.time < changed + metric.windowMs;
  return isUnready && started + initialReadinessDelayMs > changed;
}

/** Sorts pods by what their metrics are worth (upstream's groupPods). `resource`: the one that the metric is of, if it is one. */
export function groupPods(pods: readonly Live<Pod>[], metrics: PodValues, resource: string | undefined, delays: Delays, now: number): PodGroups {
  const unready = new Set<string>();
  const missing = new Set<string>();
  const ignored = new Set<string>();
  let ready = 0;
  for (const pod of pods) {
    const { name } = pod.metadata;
    const metric = metrics.get(name);
    if (isDeleting(pod) || pod.status?.phase === 'Failed') ignored.add(name);
    else if (pod.status?.phase === 'Pending') unready.add(name);
    else if (!metric) missing.add(name);
    else if (resource === 'cpu' && isStarting(pod, metric, delays, now)) unready.add(name);
    else ready++;
  }
  return { ready, unready, missing, ignored };
}

function requestOfContainers({ metadata, spec }: Live<Pod>, resource: string, container: string): number {
  const running = [...(spec?.containers ?? []), ...(spec?.initContainers ?? []).filter(isSidecar)];
  const counted = container === '' ? running : running.filter(({ name }) => name === container);
  if (container !== '' && counted.length === 0) throw new Error(`container ${container} not found in Pod ${metadata.name}`);
  let request = 0;
  for (const { name, resources } of counted) {
    const own = resources?.requests?.[resource];
    if (own === undefined) throw new Error(`missing request for ${resource} in container ${name} of Pod ${metadata.name}`);
    request += milliValueOfQuantity(own);
  }
  return request;
}

function requestOf(pod: Live<Pod>, resource: string, container: string): number {
  const isPodLevel = container === '' && Object.keys(pod.spec?.resources?.requests ?? {}).some(isPodLevelResource);
  if (!isPodLevel) return requestOfContainers(pod, resource, container);
  const request = podRequests(pod)[resource];
  if (request === undefined) throw new Error(`missing pod-level request for ${resource} in Pod ${pod.metadata.name}`);
  return milliValueOfQuantity(request);
}

/**
 * Returns the requests of pods for a resource by their names, in thousandths (upstream's calculateRequests).
 * @param container the container whose request counts; empty for the whole pod
 * @throws Error if a pod does not request the resource, or has no such container
 */
export const requestsOf = (pods: readonly Live<Pod>[], resource: string, container: string): ReadonlyMap<string, number> =>
  new Map(pods.map((pod) => [pod.metadata.name, requestOf(pod, resource, container)]));
