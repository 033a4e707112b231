import type { Pod } from '../../api/kinds/core/pod/index.ts';
import { milliValueOfQuantity, valueOfQuantity } from '../../api/schema/quantity.ts';
import { podRequest } from './pod-resources.ts';

/** A resource of which a node has too little for a pod, in kubelet's words (pkg/kubelet/lifecycle/predicate.go). */
export interface Shortage {
  readonly reason: string;
  readonly message: string;
  readonly resource: string;
  /** In the resource's base unit (CPU: millicores). */
  readonly missing: number;
}

export const outOf = (resource: string, requested: number, used: number, capacity: number): Shortage => ({
  reason: `OutOf${resource}`,
  message: `Node didn't have enough resource: ${resource}, requested: ${requested}, used: ${used}, capacity: ${capacity}`,
  resource,
  missing: requested - (capacity - used),
});

/** Returns what the node lacks of one resource for a pod beside `others`; undefined if it has room. */
export function shortageOf(pod: Pod, resource: string, others: readonly Pod[], allocatable: Readonly<Record<string, string>>): Shortage | undefined {
  const requested = podRequest(pod, resource);
  if (requested === 0) return undefined;
  const capacity = (resource === 'cpu' ? milliValueOfQuantity : valueOfQuantity)(allocatable[resource] ?? '0');
  const used = others.reduce((sum, other) => sum + podRequest(other, resource), 0);
  return used + requested > capacity ? outOf(resource, requested, used, capacity) : undefined;
}
