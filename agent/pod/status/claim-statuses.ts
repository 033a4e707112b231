import type { PodStatus } from '../../../api/kinds/core/pod/index.ts';

type ClaimStatuses = Pick<PodStatus, 'resourceClaimStatuses' | 'extendedResourceClaimStatus'>;

/** Returns the fields of a pod's status that name its claims. Controller and scheduler write them; the node keeps them as they are. */
export const claimStatusesOf = (status: PodStatus | undefined): ClaimStatuses => ({
  ...(status?.resourceClaimStatuses ? { resourceClaimStatuses: status.resourceClaimStatuses } : {}),
  ...(status?.extendedResourceClaimStatus ? { extendedResourceClaimStatus: status.extendedResourceClaimStatus } : {}),
});
