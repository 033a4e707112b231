/** Names the entry of a pod's `resourceClaims` that a claim was made for. */
export const POD_CLAIM_ANNOTATION = 'resource.kubernetes.io/pod-claim-name';

/** Is `true` on the claim that the scheduler makes for the extended resources of a pod. */
export const EXTENDED_RESOURCE_CLAIM_ANNOTATION = 'resource.kubernetes.io/extended-resource-claim';
