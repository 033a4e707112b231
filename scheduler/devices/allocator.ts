import type { AllocationResult } from '../../api/kinds/resource/allocation.ts';
import type { SelectableNode } from '../../api/pod/placement/node-affinity.ts';
import type { Steps } from '../../base/steps.ts';
import { allocationResult } from './allocation-result.ts';
import { createCounterStock } from './counters.ts';
import type { Pool } from './pool.ts';
import type { Claim, ClaimPlan, PlanningInput } from './request-plan.ts';
import { planClaim } from './request-plan.ts';
import { searchDevices } from './search.ts';

export interface AllocatorInput extends Pick<PlanningInput, 'classes' | 'selections' | 'allocated'> {
  readonly newShareId: () => string;
}

/** The outcome for one node. */
export type Allocation =
  /** In the order of the claims. */
  | { readonly type: 'allocated'; readonly results: readonly AllocationResult[] }
  | { readonly type: 'none' }
  /** There is no solution, and pools of the node are invalid. */
  | { readonly type: 'invalid pools' };

/**
 * Decides about devices for claims on one node after the other (k8s.io/dynamic-resource-allocation/structured). What is allocated must not
 * change meanwhile.
 */
export interface Allocator {
  /** @throws Error in upstream's words if something is wrong with a claim or class, so that no other node needs to be asked */
  allocate(claims: readonly Claim[], node: SelectableNode, pools: readonly Pool[]): Steps<Allocation>;
}

export function createAllocator({ newShareId, ...input }: AllocatorInput): Allocator {
  const stock = createCounterStock(input.allocated);
  return {
    *allocate(claims, node, pools) {
      const plans: ClaimPlan[] = [];
      for (const claim of claims) plans.push(yield* planClaim(claim, { ...input, node, pools }));
      const chosen = yield* searchDevices({ claims: plans, pools, allocated: input.allocated, counters: stock.open() });
      if (!chosen) return { type: pools.some(({ state }) => state === 'invalid') ? 'invalid pools' : 'none' };
      return { type: 'allocated', results: plans.map((plan, index) => allocationResult(plan, chosen[index] ?? [], node.name, newShareId)) };
    },
  };
}
