import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Live } from '../../api/meta/object.ts';
import type { ContainerStatus } from '../../api/pod/container/container-status.ts';
import type { ResourceRequirements } from '../../api/pod/resources/resources.ts';
import { milliValueOfQuantity, valueOfQuantity } from '../../api/schema/quantity.ts';
import { podRequest } from './pod-resources.ts';
import { resizableContainers, withResources } from './resize.ts';

/** A change of a pod's resources that the node has not agreed to, in the terms of the condition PodResizePending. */
export interface PendingResize {
  readonly reason: 'Infeasible' | 'Deferred';
  readonly message: string;
}

/** The resources that the node has given to a pod's containers, by name: its spec may ask for others meanwhile. */
export type Allocation = ReadonlyMap<string, ResourceRequirements>;

export const allocationOf = (pod: Pod): Allocation => new Map(resizableContainers(pod).map(({ name, resources }) => [name, resources ?? {}]));

/**
 * The allocation that an agent finds when it starts: that of the spec, unless a change of it was pending. Then containers have what their
 * statuses say.
 */
export function allocationFound(pod: Live<Pod>): Allocation {
  const isPending = pod.status?.conditions?.some(({ type, status }) => type === 'PodResizePending' && status === 'True');
  if (!isPending) return allocationOf(pod);
  const statuses = new Map(
    [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])].map((status) => [status.name, status]),
  );
  return new Map(resizableContainers(pod).map(({ name, resources }) => [name, heldBy(statuses.get(name)) ?? resources ?? {}]));
}

const heldBy = (status: ContainerStatus | undefined): ResourceRequirements | undefined =>
  status?.resources && { ...status.resources, ...(status.allocatedResources ? { requests: status.allocatedResources } : {}) };

/**
 * Decides whether the node can give a pod the resources that it asks for now, beside what `others` have been given. Texts are kubelet's
 * (pkg/kubelet/kubelet.go, canResizePod). Returns undefined if it can.
 */
export function refuseResize(pod: Pod, others: readonly Pod[], allocatable: Readonly<Record<string, string>>): PendingResize | undefined {
  const of = (resource: 'cpu' | 'memory') => ({
    resource,
    requested: podRequest(pod, resource),
    capacity: (resource === 'cpu' ? milliValueOfQuantity : valueOfQuantity)(allocatable[resource] ?? '0'),
  });
  const tooMuch = [of('memory'), of('cpu')].find(({ requested, capacity }) => requested > capacity);
  if (tooMuch) {
    const { resource, requested, capacity } = tooMuch;
    return { reason: 'Infeasible', message: `Node didn't have enough capacity: ${resource}, requested: ${requested}, capacity: ${capacity}` };
  }
  for (const { resource, requested, capacity } of [of('cpu'), of('memory')]) {
    const used = others.reduce((sum, other) => sum + podRequest(other, resource), 0);
    if (requested + used <= capacity) continue;
    return {
      reason: 'Deferred',
      message: `Node didn't have enough resource: ${resource}, requested: ${requested}, used: ${used}, capacity: ${capacity}`,
    };
  }
  return undefined;
}

/** The part that a node can give of what a pod asks for. */
export interface Given {
  /** The pod with the resources that it has been given. */
  readonly pod: Live<Pod>;
  readonly pending: PendingResize | undefined;
}

/** A pod as the node runs it. */
export interface Allocated extends Given {
  readonly allocation: Allocation;
}

/** Takes a newer version of a pod: gives it what it asks for if the node can, otherwise it keeps what it has. Pure. */
export function allocate(pod: Live<Pod>, held: Allocation, others: () => readonly Pod[], allocatable: Readonly<Record<string, string>>): Allocated {
  const kept = withResources(pod, held);
  if (kept === pod) return { pod, allocation: held, pending: undefined };
  const pending = refuseResize(pod, others(), allocatable);
  return pending ? { pod: kept, allocation: held, pending } : { pod, allocation: allocationOf(pod), pending: undefined };
}
