import type { ResourceRequirements } from '../../../pod/resources/resources.ts';
import type { PodSpec } from '../../../pod/spec/pod-spec.ts';
import { compareQuantities, signOfQuantity } from '../../../schema/quantity.ts';
import type { Pod } from './schema.ts';

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';

const COMPUTE = ['cpu', 'memory'] as const;

/** Returns whether a holder of resources asks for CPU or memory, and whether its requests equal its limits. */
function judge(resources: ResourceRequirements | undefined): { asks: boolean; guaranteed: boolean } {
  let asks = false;
  let guaranteed = true;
  for (const name of COMPUTE) {
    const request = resources?.requests?.[name];
    const limit = resources?.limits?.[name];
    const hasRequest = request !== undefined && signOfQuantity(request) > 0;
    const hasLimit = limit !== undefined && signOfQuantity(limit) > 0;
    asks ||= hasRequest || hasLimit;
    guaranteed &&= hasLimit && (!hasRequest || compareQuantities(request, limit) === 0);
  }
  return { asks, guaranteed };
}

/**
 * Returns the quality of service of a pod by its spec (https://kubernetes.io/docs/concepts/workloads/pods/pod-qos/).
 * Ephemeral containers do not count. Resources of the pod as a whole go before those of its containers.
 */
export function qosClassOf(spec: PodSpec | undefined): QosClass {
  const ofPod = spec?.resources;
  const podLevel = Object.keys(ofPod?.requests ?? {}).length + Object.keys(ofPod?.limits ?? {}).length > 0;
  const holders = podLevel ? [ofPod] : [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].map((container) => container.resources);
  let asks = false;
  let guaranteed = true;
  for (const holder of holders) {
    const one = judge(holder);
    asks ||= one.asks;
    guaranteed &&= one.guaranteed;
  }
  if (!asks) return 'BestEffort';
  return guaranteed ? 'Guaranteed' : 'Burstable';
}

/** Returns the class that was recorded when the pod was created; otherwise the one of its spec. */
export const qosClassOfPod = (pod: Pod): string => pod.status?.qosClass || qosClassOf(pod.spec);
