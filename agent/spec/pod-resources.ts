import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { ResourceRequirements } from '../../api/pod/resources/resources.ts';
import type { PodSpec } from '../../api/pod/spec/pod-spec.ts';
import { milliValueOfQuantity, valueOfQuantity } from '../../api/schema/quantity.ts';
import type { PodCgroup } from '../contract/cgroups.ts';
import { hasHugePages, hugePagesOf } from './huge-pages.ts';

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';

const MIN_SHARES = 2;
const MAX_SHARES = 262_144;
const SHARES_PER_CPU = 1024;
const PERIOD_MICROSECONDS = 100_000;
const MIN_QUOTA_MICROSECONDS = 1_000;

type Amounts = Readonly<Record<string, string>> | undefined;
export const milliCpu = (amounts: Amounts): number => (amounts?.cpu === undefined ? 0 : milliValueOfQuantity(amounts.cpu));
export const memoryBytes = (amounts: Amounts): number => (amounts?.memory === undefined ? 0 : valueOfQuantity(amounts.memory));

/** A request that is left out equals the limit, if there is one. */
export const requestsOf = (resources: ResourceRequirements | undefined): Record<string, string> => ({ ...resources?.limits, ...resources?.requests });

/** cgroup v1's weight for a CPU request; the runtime translates it for v2. */
export function cpuShares(milli: number): number {
  return milli === 0 ? MIN_SHARES : Math.min(MAX_SHARES, Math.max(MIN_SHARES, Math.floor((milli * SHARES_PER_CPU) / 1000)));
}

/** Returns a cgroup without limits: of many pods together, which weigh so much. */
export const weighedCgroup = (path: string, shares: number): PodCgroup => ({
  path,
  cpuShares: shares,
  cpuLimitMilli: 0,
  memoryLimitBytes: 0,
  pidsLimit: 0,
});

/** Microseconds of CPU in each period of 100 ms. */
export const cpuQuota = (milli: number): number => Math.max(MIN_QUOTA_MICROSECONDS, Math.floor((milli * PERIOD_MICROSECONDS) / 1000));
export const CPU_PERIOD = PERIOD_MICROSECONDS;

/** https://kubernetes.io/docs/concepts/workloads/pods/pod-qos/ */
export function qosClass(spec: PodSpec | undefined): QosClass {
  const containers = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])];
  const all = spec?.resources?.limits || spec?.resources?.requests ? [spec.resources] : containers.map((container) => container.resources);
  let anything = false;
  let guaranteed = true;
  for (const resources of all) {
    const requests = requestsOf(resources);
    for (const name of ['cpu', 'memory'] as const) {
      const amountOf = name === 'cpu' ? milliCpu : memoryBytes;
      const request = amountOf(requests);
      const limit = amountOf(resources?.limits);
      if (request > 0 || limit > 0) anything = true;
      if (limit === 0 || request !== limit) guaranteed = false;
    }
  }
  if (!anything) return 'BestEffort';
  return guaranteed ? 'Guaranteed' : 'Burstable';
}

/**
 * The cgroup of a pod, its RuntimeClass's overhead among its resources: limits that the pod has are raised by it.
 * @param pidsLimit the number of processes and threads that the pod may have; 0 for any
 */
export function podCgroup(pod: Pod, root: string, pidsLimit = 0): PodCgroup {
  const qos = qosClass(pod.spec);
  const parent = qos === 'Guaranteed' ? root : `${root}/${qos.toLowerCase()}`;
  const overheadOf = (amountOf: (amounts: Amounts) => number): number => amountOf(pod.spec?.overhead);
  const limitOf = (amountOf: (amounts: Amounts) => number): number =>
    qos !== 'BestEffort' && isBounded(pod, amountOf) ? podLimit(pod, amountOf) + overheadOf(amountOf) : 0;
  return {
    path: `${parent}/pod${pod.metadata?.uid ?? ''}`,
    cpuShares: cpuShares(qos === 'BestEffort' ? 0 : podCpuRequest(pod) + overheadOf(milliCpu)),
    cpuLimitMilli: limitOf(milliCpu),
    memoryLimitBytes: limitOf(memoryBytes),
    pidsLimit,
    hugePages: podHugePages(pod),
  };
}

const NO_PAGES: ReadonlyMap<number, number> = new Map();

/** The huge pages of a pod, by the bytes of a page: as many as it asks for, which are as many as it may use, and overhead. Most pods have none. */
function podHugePages(pod: Pod): ReadonlyMap<number, number> {
  const { spec } = pod;
  const holders = [{ resources: spec?.resources }, ...(spec?.containers ?? []), ...(spec?.initContainers ?? [])];
  if (!hasHugePages(spec?.overhead) && !holders.some(({ resources: r }) => hasHugePages(r?.requests) || hasHugePages(r?.limits))) return NO_PAGES;
  const asked = (resources: ResourceRequirements | undefined) => hugePagesOf(requestsOf(resources));
  const overhead = hugePagesOf(spec?.overhead);
  const sizes = new Set([...overhead.keys(), ...holders.flatMap(({ resources }) => [...asked(resources).keys()])]);
  const amountOf = (size: number) => effective(pod, (resources) => asked(resources).get(size) ?? 0) + (overhead.get(size) ?? 0);
  return new Map([...sizes].map((size) => [size, amountOf(size)]));
}

/** Whether a pod has a limit: as a whole, or by those of all its containers, init containers among them. */
function isBounded({ spec }: Pod, amountOf: (amounts: Amounts) => number): boolean {
  const hasLimit = (holder: { readonly resources?: ResourceRequirements } | undefined) => amountOf(holder?.resources?.limits) > 0;
  return hasLimit(spec) || [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].every(hasLimit);
}

/**
 * The amount of one resource that a pod takes at its peak: all containers with the sidecars, or an init container with the sidecars before it,
 * whichever is more; overhead comes on top
 * (https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/#resource-sharing-within-containers).
 */
export function peakOf(pod: Pod, amountOf: (resources: ResourceRequirements | undefined) => number): number {
  let sidecars = 0;
  let peak = 0;
  for (const container of pod.spec?.initContainers ?? []) {
    const value = amountOf(container.resources);
    if (container.restartPolicy === 'Always') sidecars += value;
    peak = Math.max(peak, sidecars + (container.restartPolicy === 'Always' ? 0 : value));
  }
  const total = (pod.spec?.containers ?? []).reduce((sum, container) => sum + amountOf(container.resources), sidecars);
  return Math.max(peak, total);
}

/** As `peakOf`, unless the pod as a whole has an amount of its own. */
function effective(pod: Pod, amountOf: (resources: ResourceRequirements | undefined) => number): number {
  const podLevel = pod.spec?.resources;
  return (podLevel && amountOf(podLevel)) || peakOf(pod, amountOf);
}

/** Thousandths of CPU that a pod asks for, without overhead. */
export const podCpuRequest = (pod: Pod): number => effective(pod, (resources) => milliCpu(requestsOf(resources)));

/** The limit of one resource that a pod has, without overhead: containers that have none of it do not count. */
export const podLimit = (pod: Pod, amountOf: (amounts: Amounts) => number): number => effective(pod, (resources) => amountOf(resources?.limits));

/** The names of the resources that a pod asks for: of its containers, as a whole, and as overhead. */
export function requestedResources({ spec }: Pod): ReadonlySet<string> {
  const holders = [spec, ...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
  return new Set([...holders.flatMap((holder) => Object.keys(requestsOf(holder?.resources))), ...Object.keys(spec?.overhead ?? {})]);
}

/** The amount of one resource that the scheduler counts for a pod: as `effective`, in the resource's base unit (CPU: millicores). */
export function podRequest(pod: Pod, resource: string): number {
  const amountOf = (amount: string | undefined) =>
    amount === undefined ? 0 : resource === 'cpu' ? milliValueOfQuantity(amount) : valueOfQuantity(amount);
  return effective(pod, (resources) => amountOf(requestsOf(resources)[resource])) + amountOf(pod.spec?.overhead?.[resource]);
}
