import type { ContainerResponse } from './endpoint.ts';

/** The devices of one resource that a container has, and the answer of the plugin for them. */
export interface Allocation {
  /** Device IDs by NUMA node; `-1` for devices without one. A device that is near several nodes is in several lists. */
  readonly devices: Readonly<Record<string, readonly string[]>>;
  readonly response: ContainerResponse;
}

/** One allocation, and to what it belongs. */
export interface AllocationEntry extends Allocation {
  readonly podUid: string;
  readonly container: string;
  readonly resource: string;
}

/** The devices that the containers of this node have. */
export interface Allocations {
  /** The allocations of a container by resource, in the order of their names. */
  of(podUid: string, container: string): readonly (readonly [resource: string, allocation: Allocation])[];
  /** The IDs of the devices that a container has. Undefined if it has no allocation of the resource. */
  devices(podUid: string, container: string, resource: string): readonly string[] | undefined;
  put(entry: AllocationEntry): void;
  /** Whether a container has an allocation of the resource. */
  isAllocated(resource: string): boolean;
  inUse(resource: string): ReadonlySet<string>;
  /** The pods that have one of the devices. */
  users(resource: string, devices: ReadonlySet<string>): ReadonlySet<string>;
  /** Takes their devices from all pods that hold none any more. */
  keepOnly(isHolder: (podUid: string) => boolean): void;
  all(): readonly AllocationEntry[];
}

/** The NUMA node of devices that are near none. */
export const NO_NUMA_NODE = '-1';

export const idsOf = ({ devices }: Allocation): readonly string[] => [...new Set(Object.values(devices).flat())].sort();

export function createAllocations(entries: Iterable<AllocationEntry>): Allocations {
  const pods = new Map<string, Map<string, Map<string, Allocation>>>();
  const put = ({ podUid, container, resource, devices, response }: AllocationEntry): void => {
    const containers = pods.get(podUid) ?? new Map<string, Map<string, Allocation>>();
    const resources = containers.get(container) ?? new Map<string, Allocation>();
    pods.set(podUid, containers.set(container, resources.set(resource, { devices, response })));
  };
  for (const entry of entries) put(entry);

  const all = (): readonly AllocationEntry[] =>
    [...pods].flatMap(([podUid, containers]) =>
      [...containers].flatMap(([container, resources]) =>
        [...resources].map(([resource, allocation]) => ({ podUid, container, resource, ...allocation })),
      ),
    );
  const ofResource = (resource: string) => all().filter((entry) => entry.resource === resource);

  return {
    of: (podUid, container) => [...(pods.get(podUid)?.get(container) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1)),
    devices(podUid, container, resource) {
      const allocation = pods.get(podUid)?.get(container)?.get(resource);
      return allocation && idsOf(allocation);
    },
    put,
    isAllocated: (resource) => ofResource(resource).length > 0,
    inUse: (resource) => new Set(ofResource(resource).flatMap(idsOf)),
    users(resource, devices) {
      const using = ofResource(resource).filter((entry) => idsOf(entry).some((id) => devices.has(id)));
      return new Set(using.map(({ podUid }) => podUid));
    },
    keepOnly(isHolder) {
      for (const podUid of [...pods.keys()]) if (!isHolder(podUid)) pods.delete(podUid);
    },
    all,
  };
}
