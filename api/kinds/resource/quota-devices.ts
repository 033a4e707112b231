import type { QuotaDevices } from '../../definition/quota-rule.ts';
import type { KubeObject, Live } from '../../meta/object.ts';
import { isDeviceResource } from '../../pod/resources/resource-names.ts';
import type { ResourceList } from '../../schema/resource-list.ts';
import { podQuota } from '../core/pod/quota.ts';
import type { Pod } from '../core/pod/schema.ts';
import type { DeviceClass } from './device-class.ts';
import { extendedClaimPod, resourcesOfClass } from './extended-resources.ts';
import type { ResourceClaim } from './resource-claim.ts';

const REQUESTS = 'requests.';
const NOTHING: ResourceList = {};

/** Whether a quota limits a resource that devices may stand for. No other quota needs to know of devices. */
export const limitsDeviceResources = (hard: ResourceList = {}): boolean =>
  Object.keys(hard).some((name) => name.startsWith(REQUESTS) && isDeviceResource(name.slice(REQUESTS.length)));

/** The objects that `quotaDevices` looks at. */
export interface QuotaDeviceSources {
  readonly classes: readonly Live<DeviceClass>[];
  /** Returns the pod of a name in the namespace of the quota. */
  pod(name: string): Live<Pod> | undefined;
  /** Lists the claims of the namespace of the quota. */
  claims(): readonly Live<ResourceClaim>[];
}

/** Shows quota rules the device classes as they are now, and the pods and claims of a namespace. For one count or charge: claims are listed once. */
export function quotaDevices({ classes, pod: podOf, claims }: QuotaDeviceSources): QuotaDevices {
  const byClass = new Map(classes.map((deviceClass) => [deviceClass.metadata.name, resourcesOfClass(deviceClass)]));
  const backed = new Set([...byClass.values()].flat());
  let firsts: ReadonlyMap<string, Live<ResourceClaim>> | undefined;
  return {
    isBacked: (resource) => backed.has(resource),
    resourcesOf: (deviceClass) => byClass.get(deviceClass) ?? [],
    paidByPod(object, now) {
      const claim = object as Live<ResourceClaim>;
      const owner = extendedClaimPod(claim);
      const pod = owner && podOf(owner.name);
      if (!pod || pod.metadata.uid !== owner.uid) return NOTHING;
      const named = pod.status?.extendedResourceClaimStatus?.resourceClaimName;
      if (named !== undefined) return named === claim.metadata.name ? podQuota.usage(pod, now) : NOTHING;
      // The pod does not name its claim yet: the first that was made for it counts.
      firsts ??= firstClaims(claims());
      const first = firsts.get(owner.uid);
      return first && isBefore(first, claim) ? NOTHING : podQuota.usage(pod, now);
    },
  };
}

const isBefore = ({ metadata: a }: KubeObject, { metadata: b }: KubeObject): boolean => {
  const [older = '', newer = ''] = [a?.creationTimestamp, b?.creationTimestamp];
  return older === newer ? (a?.name ?? '') < (b?.name ?? '') : older < newer;
};

/** Returns for each pod the first claim that was made for its extended resources, by the UID of the pod. */
function firstClaims(claims: readonly Live<ResourceClaim>[]): ReadonlyMap<string, Live<ResourceClaim>> {
  const firsts = new Map<string, Live<ResourceClaim>>();
  for (const claim of claims) {
    const owner = extendedClaimPod(claim);
    const known = owner && firsts.get(owner.uid);
    if (owner && (!known || isBefore(claim, known))) firsts.set(owner.uid, claim);
  }
  return firsts;
}
