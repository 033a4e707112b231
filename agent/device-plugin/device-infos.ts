import type { PluginDeviceInfo } from '../contract/pod-resources.ts';
import type { Allocations } from './allocations.ts';
import { idsOf, NO_NUMA_NODE } from './allocations.ts';
import type { Inventory } from './inventory.ts';

/** Returns the devices that a container has, as they were when it got them. */
export const heldDevices = (podUid: string, container: string, allocations: Allocations): readonly PluginDeviceInfo[] =>
  allocations.of(podUid, container).flatMap(([resource, allocation]) =>
    idsOf(allocation).map((id) => {
      const nodes = Object.keys(allocation.devices).filter((node) => node !== NO_NUMA_NODE && allocation.devices[node]?.includes(id));
      return { resource, id, numaNodes: nodes.map(Number) };
    }),
  );

/** Returns all devices that can be used. */
export const healthyDevices = (inventory: Inventory): readonly PluginDeviceInfo[] =>
  inventory.known().flatMap((resource) =>
    inventory.healthy(resource).map((id) => ({
      resource,
      id,
      numaNodes: inventory.device(resource, id)?.topology?.nodes.map(({ ID }) => ID) ?? [],
    })),
  );
