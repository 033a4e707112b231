import type { ResourceClaimConsumerReference } from '../../../api/kinds/resource/allocation.ts';
import type { ResourceClaim } from '../../../api/kinds/resource/index.ts';
import { isPodConsumer, isProtected } from '../../../api/kinds/resource/pod-claims.ts';
import type { Live } from '../../../api/meta/object.ts';
import { isDeleting } from '../../../runtime/control/deletion.ts';

export interface ObservedClaim {
  readonly claim: Live<ResourceClaim>;
  /** Whether the pod of a reservation has ended, was deleted or was replaced. Asked about pods alone. */
  isOver(consumer: ResourceClaimConsumerReference): boolean;
  /** Whether the claim was generated for a pod that is over. */
  readonly isOrphan: boolean;
}

export interface ClaimPlan {
  /** The status to write; undefined if it stays. */
  readonly status?: NonNullable<ResourceClaim['status']>;
  /** Whether the finalizer goes, after the status was written. */
  readonly release: boolean;
  /** Whether the claim is deleted, after all else. */
  readonly remove: boolean;
}

/**
 * Decides about a claim: reservations of pods that are over are dropped. With the last one the allocation goes, so that the next pod is not
 * bound to the node of the last. A claim that was allocated and never reserved stays allocated until it is deleted. Consumers other than pods
 * are kept: nobody can tell whether they are there.
 */
export function planClaim({ claim, isOver, isOrphan }: ObservedClaim): ClaimPlan {
  const { allocation, ...rest } = claim.status ?? {};
  const reservedFor = rest.reservedFor ?? [];
  const remaining = reservedFor.filter((consumer) => !isPodConsumer(consumer) || !isOver(consumer));
  const unused = remaining.length === 0;
  const held = isProtected(claim);
  const remove = unused && isOrphan;
  const dropped = remaining.length < reservedFor.length;
  const ends = held && unused && (dropped || isDeleting(claim));
  if (!dropped) {
    return ends ? { ...(allocation ? { status: rest } : {}), release: true, remove } : { release: false, remove };
  }
  // An allocation that was made without the finalizer is left to the one who made it.
  return { status: { ...rest, reservedFor: remaining, ...(allocation && !ends ? { allocation } : {}) }, release: ends, remove };
}
