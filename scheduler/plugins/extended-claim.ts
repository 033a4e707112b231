import type { ContainerExtendedResourceRequest, Pod } from '../../api/kinds/core/pod/index.ts';
import type { DeviceRequest } from '../../api/kinds/resource/device-claim.ts';
import type { Container } from '../../api/pod/container/container.ts';
import { valueOfQuantity } from '../../api/schema/quantity.ts';

/** The requests for devices that stand for a pod's extended resources. */
export interface ExtendedRequests {
  readonly requests: readonly DeviceRequest[];
  /** Which request stands for which container's resource. */
  readonly mappings: readonly ContainerExtendedResourceRequest[];
}

type Counted = DeviceRequest & {
  readonly exactly: { readonly deviceClassName: string; readonly allocationMode: 'ExactCount'; readonly count: number };
};

/** Writes the requests of containers for extended resources as requests for devices. @param classes the class that stands for each resource, by name */
export function extendedRequests({ spec }: Pod, classes: ReadonlyMap<string, string>): ExtendedRequests {
  const initContainers = spec?.initContainers ?? [];
  const containers = [...initContainers, ...(spec?.containers ?? [])];
  const isShortLived = (index: number) => index < initContainers.length && containers[index]?.restartPolicy !== 'Always';
  const requests: Counted[] = [];
  const mappings: ContainerExtendedResourceRequest[] = [];
  for (const resource of [...classes.keys()].sort()) {
    const className = classes.get(resource) ?? '';
    const longLived = containers.map((container, index) => (isShortLived(index) ? undefined : requestOf(container, index, resource, className, [])));
    for (const each of longLived) {
      if (each?.request) requests.push(each.request);
      mappings.push(...(each?.mappings ?? []));
    }
    // Init containers run before the containers after them, whose devices they may use; one more request serves them all in turn.
    const shortLived = containers.flatMap((container, index) => {
      if (!isShortLived(index)) return [];
      const reusable = longLived.slice(index).flatMap((each) => each?.request ?? []);
      return requestOf(container, index, resource, className, reusable) ?? [];
    });
    let largest: Counted | undefined;
    for (const { request } of shortLived) if (request && (!largest || request.exactly.count > largest.exactly.count)) largest = request;
    if (largest) requests.push(largest);
    for (const { request, mappings: own } of shortLived) {
      for (const mapping of own)
        mappings.push(largest && mapping.requestName === request?.name ? { ...mapping, requestName: largest.name } : mapping);
    }
  }
  return { requests: requests.sort((a, b) => (a.name < b.name ? -1 : 1)), mappings };
}

/** Returns undefined if the container does not ask for the resource; no `request` if those of others are enough. */
function requestOf(
  { name: containerName, resources }: Container,
  index: number,
  resourceName: string,
  deviceClassName: string,
  reusable: readonly Counted[],
): { readonly request: Counted | undefined; readonly mappings: readonly ContainerExtendedResourceRequest[] } | undefined {
  const { requests = {} } = resources ?? {};
  const wanted = Object.hasOwn(requests, resourceName) ? valueOfQuantity(requests[resourceName] ?? '0') : 0;
  if (wanted === 0) return undefined;
  const mappings: ContainerExtendedResourceRequest[] = [];
  let found = 0;
  for (const { name, exactly } of reusable) {
    found += exactly.count;
    mappings.push({ containerName, resourceName, requestName: name });
    if (found >= wanted) return { request: undefined, mappings };
  }
  const name = `container-${index}-request-${Object.keys(requests).sort().indexOf(resourceName)}`;
  mappings.push({ containerName, resourceName, requestName: name });
  return { request: { name, exactly: { deviceClassName, allocationMode: 'ExactCount', count: wanted - found } }, mappings };
}
