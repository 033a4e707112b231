import { isLong } from '../../../../base/json/long-values.ts';
import { own } from '../../../../base/json.ts';
import type { Container } from '../../../pod/container/container.ts';
import type { ContainerStatus } from '../../../pod/container/container-status.ts';
import { isSidecar } from '../../../pod/container/sidecar.ts';
import { isPodLevelResource } from '../../../pod/resources/resource-names.ts';
import { aggregateContainers } from '../../../pod/spec/container-requests.ts';
import { addQuantities } from '../../../schema/quantity.ts';
import type { ResourceList } from '../../../schema/resource-list.ts';
import { addResources, maxResources } from '../../../schema/resource-list.ts';
import type { Pod } from './schema.ts';

type Of = (container: Container) => ResourceList;

const aggregate = ({ spec }: Pod, of: Of): Record<string, string> => (spec ? aggregateContainers(spec, of) : {});

/** Returns whether the node has refused a resize for good. */
const cannotBeResized = (pod: Pod): boolean =>
  pod.status?.conditions?.some(({ type, status, reason }) => type === 'PodResizePending' && status === 'True' && reason === 'Infeasible') ?? false;

/** Tells the containers of which the status counts: not init containers that end. */
function holdersOf({ spec }: Pod): (name: string) => boolean {
  if (!spec?.initContainers?.length) return () => true;
  const passing = new Set(spec.initContainers.filter((container) => !isSidecar(container)).map(({ name }) => name));
  return (name) => !passing.has(name);
}

/** Returns what each container asks for or, during a resize, still holds: the larger of both. Of an infeasible resize only what it holds counts. */
function askedOrHeld(pod: Pod, asked: Of, heldBy: (status: ContainerStatus) => ResourceList): Of {
  const held = new Map<string, ResourceList>();
  const isHolder = holdersOf(pod);
  for (const status of [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])]) {
    const resources = heldBy(status);
    if (Object.keys(resources).length > 0 && isHolder(status.name)) held.set(status.name, resources);
  }
  const infeasible = held.size > 0 && cannotBeResized(pod);
  return (container) => {
    const holds = held.get(container.name);
    return holds === undefined ? asked(container) : infeasible ? holds : maxResources(asked(container), holds);
  };
}

/** Returns the requests of each container, with what a resize has not released yet (k8s.io/component-helpers/resource, determineContainerReqs). */
export const requestsOf = (pod: Pod): Of =>
  askedOrHeld(
    pod,
    (container) => container.resources?.requests ?? {},
    ({ resources, allocatedResources }) => maxResources(resources?.requests ?? {}, allocatedResources ?? {}),
  );

/**
 * Returns the requests of the pod as a whole, of the resources that they may be of: during a resize, with what the node has not released yet.
 * Returns undefined if there are none.
 */
export function podLevelRequests(pod: Pod): ResourceList | undefined {
  const { spec, status } = pod;
  const names = Object.keys(spec?.resources?.requests ?? {}).filter(isPodLevelResource);
  if (names.length === 0) return undefined;
  const asked = spec?.resources?.requests ?? {};
  const held = status?.resources && maxResources(status.resources.requests ?? {}, status.allocatedResources ?? {});
  const all = held === undefined ? asked : cannotBeResized(pod) ? held : maxResources(asked, held);
  return Object.fromEntries(names.map((name) => [name, own(all, name) ?? '0']));
}

/** As requestsOf, for limits. */
const limitsOf = (pod: Pod): Of =>
  askedOrHeld(
    pod,
    (container) => container.resources?.limits ?? {},
    ({ resources }) => resources?.limits ?? {},
  );

/** Returns amounts with those alone whose names are given, at a cost in proportion to the shorter of both. */
function ofNames(of: Of, names: ReadonlySet<string> | undefined): Of {
  if (!names) return of;
  return (container) => {
    const list = of(container);
    const wanted = isLong(list) ? [...names] : Object.keys(list).filter((name) => names.has(name));
    return Object.fromEntries(wanted.flatMap((name) => (Object.hasOwn(list, name) ? [[name, list[name] ?? '0'] as const] : [])));
  };
}

/**
 * Returns the requests of a whole pod: containers, init containers, sidecars, pod-level resources and overhead. Of what containers ask for, which may
 * be long, only `names` are looked at if they are given.
 */
export function podRequests(pod: Pod, names?: ReadonlySet<string>): Record<string, string> {
  const requests = aggregate(pod, ofNames(requestsOf(pod), names));
  const whole = pod.spec?.resources;
  for (const name in whole?.requests) if (isPodLevelResource(name)) requests[name] = whole.requests[name] ?? '0';
  return pod.spec?.overhead ? addResources(requests, pod.spec.overhead) : requests;
}

/** Returns the limits of a whole pod; `names` as for podRequests. Overhead is added to existing limits only. */
export function podLimits(pod: Pod, names?: ReadonlySet<string>): Record<string, string> {
  const limits = aggregate(pod, ofNames(limitsOf(pod), names));
  const whole = pod.spec?.resources;
  for (const name in whole?.limits) if (isPodLevelResource(name)) limits[name] = whole.limits[name] ?? '0';
  for (const [name, quantity] of Object.entries(pod.spec?.overhead ?? {})) {
    const limit = own(limits, name);
    if (limit !== undefined) limits[name] = addQuantities(limit, quantity);
  }
  return limits;
}
