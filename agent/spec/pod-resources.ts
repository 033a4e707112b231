import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Container } from '../../api/pod/container/container.ts';
import type { ResourceRequirements } from '../../api/pod/resources/resources.ts';
import type { PodSpec } from '../../api/pod/spec/pod-spec.ts';
import { milliValueOfQuantity, valueOfQuantity } from '../../api/schema/quantity.ts';
import type { PodCgroup } from '../contract/cgroups.ts';
import type { LinuxContainerResources } from '../contract/runtime-config.ts';

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

const SYSTEM_CRITICAL_PRIORITY = 2_000_000_000;

/** The container's oom_score_adj: the kernel kills those with the highest first when memory runs out (pkg/kubelet/qos/policy.go). */
export function oomScore(pod: Pod, container: Container, memoryCapacity: number): number {
  if ((pod.spec?.priority ?? 0) >= SYSTEM_CRITICAL_PRIORITY) return -997;
  const qos = qosClass(pod.spec);
  if (qos === 'Guaranteed') return -997;
  if (qos === 'BestEffort') return 1000;
  const score = Math.floor(1000 - (1000 * memoryBytes(requestsOf(container.resources))) / Math.max(1, memoryCapacity));
  return Math.min(999, Math.max(3, score));
}

export function containerResources(pod: Pod, container: Container, memoryCapacity: number): LinuxContainerResources {
  const limits = container.resources?.limits;
  const cpuLimit = milliCpu(limits);
  return {
    cpu_shares: cpuShares(milliCpu(requestsOf(container.resources))),
    ...(cpuLimit > 0 ? { cpu_quota: cpuQuota(cpuLimit), cpu_period: CPU_PERIOD } : {}),
    ...(memoryBytes(limits) > 0 ? { memory_limit_in_bytes: memoryBytes(limits) } : {}),
    oom_score_adj: oomScore(pod, container, memoryCapacity),
  };
}

/** @param pidsLimit the number of processes and threads that the pod may have; 0 for any */
export function podCgroup(pod: Pod, root: string, pidsLimit = 0): PodCgroup {
  const qos = qosClass(pod.spec);
  const parent = qos === 'Guaranteed' ? root : `${root}/${qos.toLowerCase()}`;
  const sidecars = (pod.spec?.initContainers ?? []).filter((container) => container.restartPolicy === 'Always');
  const running = [...(pod.spec?.containers ?? []), ...sidecars];
  const limitsOf = (amountOf: (amounts: Amounts) => number): number =>
    running.every((container) => amountOf(container.resources?.limits) > 0) ? effective(pod, (r) => amountOf(r?.limits)) : 0;
  return {
    path: `${parent}/pod${pod.metadata?.uid ?? ''}`,
    cpuShares: cpuShares(effective(pod, (r) => milliCpu(requestsOf(r)))),
    cpuLimitMilli: qos === 'BestEffort' ? 0 : limitsOf(milliCpu),
    memoryLimitBytes: qos === 'BestEffort' ? 0 : limitsOf(memoryBytes),
    pidsLimit,
  };
}

/**
 * The amount of one resource that a pod takes at its peak: all containers with the sidecars, or an init container with the sidecars before it,
 * whichever is more; overhead comes on top
 * (https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/#resource-sharing-within-containers).
 */
function effective(pod: Pod, amountOf: (resources: ResourceRequirements | undefined) => number): number {
  const podLevel = pod.spec?.resources;
  if (podLevel && amountOf(podLevel) > 0) return amountOf(podLevel);
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

/** The amount of one resource that the scheduler counts for a pod: as `effective`, in the resource's base unit (CPU: millicores). */
export function podRequest(pod: Pod, resource: string): number {
  const amountOf = (amount: string | undefined) =>
    amount === undefined ? 0 : resource === 'cpu' ? milliValueOfQuantity(amount) : valueOfQuantity(amount);
  return effective(pod, (resources) => amountOf(requestsOf(resources)[resource])) + amountOf(pod.spec?.overhead?.[resource]);
}
