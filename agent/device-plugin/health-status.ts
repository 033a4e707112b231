import type { ResourceStatus } from '../../api/pod/container/container-status.ts';
import type { Allocations } from './allocations.ts';
import { idsOf } from './allocations.ts';
import type { Inventory } from './inventory.ts';
import { HEALTHY } from './messages.ts';

/** Returns the health of a container's devices, one entry per resource. A device that is no longer listed counts as healthy, as in kubelet. */
export const healthStatus = (podUid: string, container: string, allocations: Allocations, inventory: Inventory): readonly ResourceStatus[] =>
  allocations.of(podUid, container).map(([resource, allocation]) => ({
    name: resource,
    resources: idsOf(allocation).map((resourceID) => {
      const { health = HEALTHY } = inventory.device(resource, resourceID) ?? {};
      return { resourceID, health: health === HEALTHY ? 'Healthy' : 'Unhealthy' };
    }),
  }));
