import type { Live } from '../../meta/object.ts';
import type { OwnerReference } from '../../meta/object-meta.ts';
import type { PodResourceClaim } from '../../pod/spec/pod-spec.ts';
import type { Pod } from '../core/pod/schema.ts';
import type { ResourceClaimConsumerReference } from './allocation.ts';
import type { ResourceClaim } from './resource-claim.ts';

/** The claim behind an entry of a pod's `resourceClaims`. */
export type PodClaimName =
  /** `generated`: it was made from a template, so it serves the pod only if the pod owns it (`foreignClaim`). */
  | { readonly state: 'named'; readonly name: string; readonly generated: boolean }
  /** The pod turned out to need none. */
  | { readonly state: 'unneeded' }
  /** It is still to be made from its template, or the entry names neither claim nor template; `message` says so in upstream's words. */
  | { readonly state: 'missing'; readonly message: string };

/** Finds the claim of an entry: the one it names, or the one that the pod's status names for it (upstream's resourceclaim.Name). */
export function podClaimName(
  { metadata, status }: Live<Pod>,
  { name, resourceClaimName, resourceClaimTemplateName }: PodResourceClaim,
): PodClaimName {
  if (resourceClaimName !== undefined) return { state: 'named', name: resourceClaimName, generated: false };
  const pod = `pod "${metadata.namespace}/${metadata.name}"`;
  if (resourceClaimTemplateName === undefined) {
    return { state: 'missing', message: `${pod}, spec.resourceClaim "${name}": none of the supported fields are set` };
  }
  const made = status?.resourceClaimStatuses?.find((entry) => entry.name === name);
  if (!made) return { state: 'missing', message: `${pod}: ResourceClaim not created yet` };
  if (made.resourceClaimName === undefined) return { state: 'unneeded' };
  return { state: 'named', name: made.resourceClaimName, generated: true };
}

/** Returns the names of the claims that a pod uses, as far as they are known. */
export function claimNamesOf(pod: Live<Pod>): readonly string[] {
  return (pod.spec?.resourceClaims ?? []).flatMap((entry) => {
    const known = podClaimName(pod, entry);
    return known.state === 'named' ? [known.name] : [];
  });
}

/** Returns why a generated claim does not serve the pod, in upstream's words: another object owns it. Undefined if the pod owns it. */
export function foreignClaim(pod: Live<Pod>, { metadata }: Live<ResourceClaim>): string | undefined {
  if (metadata.ownerReferences?.some(({ controller, uid }) => controller === true && uid === pod.metadata.uid)) return undefined;
  const { namespace, name } = metadata;
  return `ResourceClaim ${namespace}/${name} was not created for Pod ${pod.metadata.namespace}/${pod.metadata.name} (Pod is not owner)`;
}

/** Returns the reference to the pod that a claim was generated for; undefined if it was made by a user. */
export const owningPod = ({ metadata }: Live<ResourceClaim>): OwnerReference | undefined =>
  metadata.ownerReferences?.find(({ controller, apiVersion, kind }) => controller === true && apiVersion === 'v1' && kind === 'Pod');

/** Whether the claim is reserved for the pod. */
export function isReservedFor({ metadata: { uid } }: Live<Pod>, { status }: ResourceClaim): boolean {
  return status?.reservedFor?.some((consumer) => consumer.uid === uid) ?? false;
}

/** Returns the entry of `reservedFor` by which a pod reserves a claim. */
export const consumerOf = ({ metadata: { name, uid } }: Live<Pod>): ResourceClaimConsumerReference => ({ resource: 'pods', name, uid });

/** Whether a reservation is a pod's. */
export const isPodConsumer = ({ apiGroup = '', resource }: ResourceClaimConsumerReference): boolean => apiGroup === '' && resource === 'pods';

/** Returns the request of a reference: itself, or the request whose alternative it is (`request/alternative`). */
export const requestOf = (reference: string): string => reference.split('/', 1)[0] ?? reference;

/** Whether a configuration or constraint with these `requests` is for the request, or for the request whose alternative it is; none means all. */
export const isForRequest = (requests: readonly string[] | undefined, reference: string): boolean =>
  !requests?.length || requests.includes(reference) || requests.includes(requestOf(reference));

/** The finalizer that keeps a claim while it is allocated. */
export const CLAIM_FINALIZER = 'resource.kubernetes.io/delete-protection';

/** Whether the finalizer keeps a claim. */
export const isProtected = ({ metadata }: Live<ResourceClaim>): boolean => metadata.finalizers?.includes(CLAIM_FINALIZER) ?? false;

/** Returns a claim with the finalizer; the same one if it has it. */
export const protectedClaim = (claim: Live<ResourceClaim>): Live<ResourceClaim> =>
  isProtected(claim) ? claim : { ...claim, metadata: { ...claim.metadata, finalizers: [...(claim.metadata.finalizers ?? []), CLAIM_FINALIZER] } };

/** Returns a claim without the finalizer. */
export const unprotectedClaim = ({ metadata, ...claim }: Live<ResourceClaim>): Live<ResourceClaim> => ({
  ...claim,
  metadata: { ...metadata, finalizers: metadata.finalizers?.filter((finalizer) => finalizer !== CLAIM_FINALIZER) },
});
