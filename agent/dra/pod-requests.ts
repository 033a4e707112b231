import type { Pod } from '../../api/kinds/core/pod/index.ts';
import { podClaimName } from '../../api/kinds/resource/pod-claims.ts';
import type { Live } from '../../api/meta/object.ts';
import type { Container } from '../../api/pod/container/container.ts';
import { isDeviceResource } from '../../api/pod/resources/resource-names.ts';
import { valueOfQuantity } from '../../api/schema/quantity.ts';
import { DynamicResourcesError } from '../contract/dynamic-resources.ts';

/** A claim of a pod by its name. */
export interface PodClaim {
  readonly name: string;
  /** It was made from a template: it serves the pod only if the pod owns it. */
  readonly isGenerated: boolean;
}

/** Returns the claims of a pod, with the one behind its extended resources. @throws DynamicResourcesError if one is still to be made */
export function claimsOf(pod: Live<Pod>): readonly PodClaim[] {
  const claims = (pod.spec?.resourceClaims ?? []).flatMap((entry): readonly PodClaim[] => {
    const found = podClaimName(pod, entry);
    if (found.state === 'missing') throw new DynamicResourcesError(found.message);
    return found.state === 'named' ? [{ name: found.name, isGenerated: found.generated }] : [];
  });
  const extended = pod.status?.extendedResourceClaimStatus;
  return extended ? [...claims, { name: extended.resourceClaimName, isGenerated: false }] : claims;
}

/** A use of a claim by a container: of one request, or of all of them. */
export interface UsedRequest {
  readonly claim: string;
  /** Undefined for all requests. */
  readonly request: string | undefined;
}

/** Returns what a container uses of the pod's claims. @throws DynamicResourcesError if one is still to be made */
export function requestsOf(pod: Live<Pod>, container: Container): readonly UsedRequest[] {
  const uses = container.resources?.claims ?? [];
  const ofClaims = (pod.spec?.resourceClaims ?? []).flatMap((entry) => {
    const ofEntry = uses.filter(({ name }) => name === entry.name);
    if (ofEntry.length === 0) return [];
    const found = podClaimName(pod, entry);
    if (found.state === 'missing') throw new DynamicResourcesError(found.message);
    return found.state === 'named' ? ofEntry.map(({ request }) => ({ claim: found.name, request: request || undefined })) : [];
  });
  return [...ofClaims, ...extendedRequests(pod, container)];
}

/** Returns the requests behind the extended resources of a container. */
function extendedRequests({ status }: Live<Pod>, { name, resources }: Container): readonly UsedRequest[] {
  const extended = status?.extendedResourceClaimStatus;
  if (!extended) return [];
  const isAskedFor = (resource: string) => isDeviceResource(resource) && valueOfQuantity(resources?.requests?.[resource] ?? '0') > 0;
  return extended.requestMappings
    .filter(({ containerName, resourceName }) => containerName === name && isAskedFor(resourceName))
    .map(({ requestName }) => ({ claim: extended.resourceClaimName, request: requestName }));
}
