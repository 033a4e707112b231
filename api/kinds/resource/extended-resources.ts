import type { Live } from '../../meta/object.ts';
import { DEVICE_CLASS_RESOURCE } from '../../pod/resources/resource-names.ts';
import { EXTENDED_RESOURCE_CLAIM_ANNOTATION } from './annotations.ts';
import type { DeviceClass } from './device-class.ts';
import { owningPod } from './pod-claims.ts';
import type { ResourceClaim } from './resource-claim.ts';

/** Returns the resources by which pods ask for devices of a class. */
export const resourcesOfClass = ({ metadata, spec }: Live<DeviceClass>): readonly string[] => [
  `${DEVICE_CLASS_RESOURCE}${metadata.name}`,
  ...(spec.extendedResourceName === undefined ? [] : [spec.extendedResourceName]),
];

/** Compares classes that stand for one extended resource: the newest counts, of the same age the first by name. */
export function byPreference(a: Live<DeviceClass>, b: Live<DeviceClass>): number {
  const [older, newer] = [a.metadata.creationTimestamp, b.metadata.creationTimestamp];
  if (older !== newer) return older > newer ? -1 : 1;
  return a.metadata.name < b.metadata.name ? -1 : 1;
}

/** Returns the reference to the pod for whose extended resources a claim was made; undefined for other claims. */
export const extendedClaimPod = (claim: Live<ResourceClaim>): ReturnType<typeof owningPod> =>
  claim.metadata.annotations?.[EXTENDED_RESOURCE_CLAIM_ANNOTATION] === 'true' ? owningPod(claim) : undefined;
