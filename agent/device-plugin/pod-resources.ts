import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Container } from '../../api/pod/container/container.ts';
import { isExtendedResource } from '../../api/pod/resources/resource-names.ts';
import { valueOfQuantity } from '../../api/schema/quantity.ts';
import type { Allocations } from './allocations.ts';

/** The containers of a pod that may have devices, in the order in which they get them. */
export const deviceContainers = ({ spec }: Pod): readonly Container[] => [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];

/**
 * Returns the extended resources that a container asks for, in the order of their names; those that ResourceClaims stand behind are left out. Limits
 * are looked at alone: requests of extended resources equal them.
 */
export function extendedLimits({ status }: Pod, { name, resources }: Container): readonly (readonly [resource: string, amount: number])[] {
  const claimed = status?.extendedResourceClaimStatus?.requestMappings ?? [];
  return Object.entries(resources?.limits ?? {})
    .filter(([resource]) => isExtendedResource(resource))
    .filter(([resource]) => !claimed.some((mapping) => mapping.containerName === name && mapping.resourceName === resource))
    .map(([resource, amount]) => [resource, valueOfQuantity(amount)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

/**
 * Returns the devices that a container may share with containers before it: those of init containers that have ended by then, unless a later
 * container has taken them.
 */
export function reusableDevices(
  pod: Pod & { metadata: { uid: string } },
  before: Container,
  resource: string,
  allocations: Allocations,
): readonly string[] {
  const reusable = new Set<string>();
  for (const container of deviceContainers(pod)) {
    if (container.name === before.name) break;
    const ends = pod.spec?.initContainers?.includes(container) && container.restartPolicy !== 'Always';
    for (const id of allocations.devices(pod.metadata.uid, container.name, resource) ?? []) {
      if (ends) reusable.add(id);
      else reusable.delete(id);
    }
  }
  return [...reusable].sort();
}
