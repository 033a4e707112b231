import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Live } from '../../api/meta/object.ts';
import type { Container } from '../../api/pod/container/container.ts';
import type { ContainerStatus } from '../../api/pod/container/container-status.ts';
import type { ResourceRequirements } from '../../api/pod/resources/resources.ts';
import { shortageOf } from './node-room.ts';
import { specContainers } from './pod-containers.ts';
import { inForce, sameResources } from './resize.ts';

/** A change of a pod's resources that the node has not agreed to, in the terms of the condition PodResizePending. */
export interface PendingResize {
  readonly reason: 'Deferred';
  readonly message: string;
  /** The reason for which the node would refuse such a pod. */
  readonly cause: string;
  /** The pod's metadata.generation. */
  readonly generation: number | undefined;
}

/** The resources that the node has given to a pod, whose spec may ask for others meanwhile. */
export interface Allocation {
  /** By name. */
  readonly containers: ReadonlyMap<string, ResourceRequirements>;
  /** Those of the pod as a whole. */
  readonly pod: ResourceRequirements | undefined;
}

export const allocationOf = (pod: Pod): Allocation => ({
  containers: new Map(specContainers(pod).map(({ name, resources }) => [name, resources ?? {}])),
  pod: pod.spec?.resources,
});

/** Whether two versions of a pod ask for the same, as far as it can be changed. */
export function asksTheSame(a: Pod, b: Pod): boolean {
  if (a.spec === b.spec) return true;
  const others = new Map(specContainers(b).map(({ name, resources }) => [name, resources]));
  return (
    sameResources(a.spec?.resources, b.spec?.resources) &&
    specContainers(a).every(({ name, resources }) => sameResources(resources, others.get(name)))
  );
}

/** Returns the pod with other resources; containers that are not named stay. The same pod if nothing differs. */
export function withAllocation<T extends Pod>(pod: T, { containers, pod: whole }: Allocation): T {
  const { spec } = pod;
  if (!spec) return pod;
  const other = ({ name, resources }: Container): ResourceRequirements | undefined => {
    const given = containers.get(name);
    return given && !sameResources(resources, given) ? given : undefined;
  };
  const sameWhole = sameResources(spec.resources, whole);
  if (sameWhole && !specContainers(pod).some((container) => other(container) !== undefined)) return pod;
  const replaced = (container: Container): Container => {
    const resources = other(container);
    return resources ? { ...container, resources } : container;
  };
  return {
    ...pod,
    spec: {
      ...spec,
      ...(sameWhole ? {} : { resources: whole }),
      containers: spec.containers.map(replaced),
      ...(spec.initContainers ? { initContainers: spec.initContainers.map(replaced) } : {}),
    },
  };
}

const isTrue = ({ status }: Pod, condition: string): boolean =>
  status?.conditions?.some(({ type, status: value }) => type === condition && value === 'True') ?? false;

/** The allocation that an agent finds when it starts: that of the spec, unless a change of it was pending. Then the status tells it. */
export function allocationFound(pod: Live<Pod>): Allocation {
  if (!isTrue(pod, 'PodResizePending')) return allocationOf(pod);
  const { allocatedResources: requests } = pod.status ?? {};
  return resourcesTold(
    pod,
    (status) => status.resources && { ...status.resources, ...(status.allocatedResources ? { requests: status.allocatedResources } : {}) },
    pod.status?.resources && { ...pod.status.resources, requests },
  );
}

/** The pod with the resources that were in force when an earlier agent stopped while it changed them. Returns undefined if none was at that. */
export const resizingFound = (pod: Live<Pod>): Live<Pod> | undefined =>
  isTrue(pod, 'PodResizeInProgress')
    ? withAllocation(
        pod,
        resourcesTold(pod, ({ resources }) => resources, pod.status?.resources),
      )
    : undefined;

/** Resources by the pod's status, with those of the spec where that tells none. */
function resourcesTold(
  pod: Live<Pod>,
  told: (status: ContainerStatus) => ResourceRequirements | undefined,
  whole: ResourceRequirements | undefined,
): Allocation {
  const all = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  const statuses = new Map(all.map((status) => [status.name, told(status)]));
  const { resources } = pod.spec ?? {};
  return {
    containers: new Map(specContainers(pod).map((container) => [container.name, statuses.get(container.name) ?? container.resources ?? {}])),
    // The status tells the sum of the containers of what the pod as a whole does not ask for.
    pod: resources && whole ? inForce(resources, whole) : resources,
  };
}

/**
 * Decides whether the node can give a pod the resources that it asks for now, beside what `others` have been given. Texts are kubelet's
 * (pkg/kubelet/lifecycle/predicate.go). Returns undefined if it can.
 */
export function refuseResize(pod: Pod, others: readonly Pod[], allocatable: Readonly<Record<string, string>>): PendingResize | undefined {
  for (const resource of ['cpu', 'memory'] as const) {
    const shortage = shortageOf(pod, resource, others, allocatable);
    if (shortage) return { reason: 'Deferred', message: shortage.message, cause: shortage.reason, generation: pod.metadata?.generation };
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
  const kept = withAllocation(pod, held);
  if (kept === pod) return { pod, allocation: held, pending: undefined };
  const pending = refuseResize(pod, others(), allocatable);
  return pending ? { pod: kept, allocation: held, pending } : { pod, allocation: allocationOf(pod), pending: undefined };
}
