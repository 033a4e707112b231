import type { Pod } from '../kinds/core/pod/index.ts';
import type { Container } from '../pod/container/container.ts';
import type { ContainerStatus } from '../pod/container/container-status.ts';
import { addQuantities, compareQuantities } from '../schema/quantity.ts';

/** Resource name → quantity, as in `resources.requests`. */
export type ResourceList = Readonly<Record<string, string>>;

/** The sum of two lists, name by name. */
export function addResources(a: ResourceList, b: ResourceList): Record<string, string> {
  const sum: Record<string, string> = { ...a };
  for (const [name, quantity] of Object.entries(b)) {
    const there = sum[name];
    sum[name] = there === undefined ? quantity : addQuantities(there, quantity);
  }
  return sum;
}

/** The larger of two lists, name by name. */
export function maxResources(a: ResourceList, b: ResourceList): Record<string, string> {
  const max: Record<string, string> = { ...a };
  for (const [name, quantity] of Object.entries(b)) {
    const there = max[name];
    if (there === undefined || compareQuantities(quantity, there) > 0) max[name] = quantity;
  }
  return max;
}

/** Whether a resource can be asked for the pod as a whole. */
export const isPodLevel = (resource: string): boolean => resource === 'cpu' || resource === 'memory' || resource.startsWith('hugepages-');

type Of = (container: Container) => ResourceList;

/**
 * What a pod's containers need at once: all of them together with their sidecars, or the hungriest moment of initialisation,
 * whichever is more (https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/#resource-sharing-within-containers).
 */
function aggregate(pod: Pod, of: Of): Record<string, string> {
  let running: Record<string, string> = {};
  for (const container of pod.spec?.containers ?? []) running = addResources(running, of(container));
  let sidecars: Record<string, string> = {};
  let initialising: Record<string, string> = {};
  for (const container of pod.spec?.initContainers ?? []) {
    const own = of(container);
    if (container.restartPolicy === 'Always') {
      running = addResources(running, own);
      sidecars = addResources(sidecars, own);
      initialising = maxResources(initialising, sidecars);
    } else {
      initialising = maxResources(initialising, addResources(sidecars, own));
    }
  }
  return maxResources(running, initialising);
}

/** The node said that it will never have the room for what is asked now. */
const cannotBeResized = (pod: Pod): boolean =>
  pod.status?.conditions?.some(({ type, status, reason }) => type === 'PodResizePending' && status === 'True' && reason === 'Infeasible') ?? false;

/** What each container asks for, or holds while a resize is under way: the larger; of a resize that cannot be, only what it holds. */
function askedOrHeld(pod: Pod, asked: Of, heldBy: (status: ContainerStatus) => ResourceList): Of {
  const held = new Map<string, ResourceList>();
  for (const status of [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])]) {
    const resources = heldBy(status);
    if (Object.keys(resources).length > 0) held.set(status.name, resources);
  }
  const infeasible = held.size > 0 && cannotBeResized(pod);
  return (container) => {
    const holds = held.get(container.name);
    return holds === undefined ? asked(container) : infeasible ? holds : maxResources(asked(container), holds);
  };
}

/** The requests of each container, what a resize has not released yet included (k8s.io/component-helpers/resource, determineContainerReqs). */
export const requestsOf = (pod: Pod): Of =>
  askedOrHeld(
    pod,
    (container) => container.resources?.requests ?? {},
    ({ resources, allocatedResources }) => maxResources(resources?.requests ?? {}, allocatedResources ?? {}),
  );

/** The same for limits. */
const limitsOf = (pod: Pod): Of =>
  askedOrHeld(
    pod,
    (container) => container.resources?.limits ?? {},
    ({ resources }) => resources?.limits ?? {},
  );

/** The requests of a whole pod: containers, init containers, sidecars, pod-level resources and overhead. */
export function podRequests(pod: Pod): Record<string, string> {
  const requests = aggregate(pod, requestsOf(pod));
  for (const [name, quantity] of Object.entries(pod.spec?.resources?.requests ?? {})) if (isPodLevel(name)) requests[name] = quantity;
  return pod.spec?.overhead ? addResources(requests, pod.spec.overhead) : requests;
}

/** The limits of a whole pod; overhead is added only where there is a limit. */
export function podLimits(pod: Pod): Record<string, string> {
  const limits = aggregate(pod, limitsOf(pod));
  for (const [name, quantity] of Object.entries(pod.spec?.resources?.limits ?? {})) if (isPodLevel(name)) limits[name] = quantity;
  for (const [name, quantity] of Object.entries(pod.spec?.overhead ?? {})) {
    const limit = limits[name];
    if (limit !== undefined) limits[name] = addQuantities(limit, quantity);
  }
  return limits;
}
