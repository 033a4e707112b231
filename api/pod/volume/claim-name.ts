import type { Volume } from './volume.ts';

/** Returns the name of the claim that a volume of a pod refers to, in the pod's namespace; undefined for volumes without a claim. */
export function claimNameOf(podName: string, { name, persistentVolumeClaim, ephemeral }: Volume): string | undefined {
  if (persistentVolumeClaim) return persistentVolumeClaim.claimName;
  return ephemeral && ephemeralClaimName(podName, name);
}

/** Returns the name of the claim that is made for a generic ephemeral volume (k8s.io/component-helpers/storage/ephemeral). */
export const ephemeralClaimName = (podName: string, volumeName: string): string => `${podName}-${volumeName}`;
