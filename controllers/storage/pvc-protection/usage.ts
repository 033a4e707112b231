import type { PersistentVolumeClaim } from '../../../api/kinds/core/persistent-volume-claim/index.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { ephemeralClaimName } from '../../../api/pod/volume/claim-name.ts';
import { controllerOf } from '../../../runtime/control/controller-ref.ts';
import { isDeleting } from '../../../runtime/control/deletion.ts';

/** Whether the kubelet is done with a terminating pod, or it was deleted by force: it waits for its finalizers alone. */
export const isShutDown = (pod: Live<Pod>): boolean => isDeleting(pod) && pod.metadata.deletionGracePeriodSeconds === 0;

/**
 * Whether a pod holds a claim. A pod that is not bound to a node does not: the kubelet starts none whose claim is terminating. A pod that has ended
 * does, for as long as it exists; but a claim made for an ephemeral volume does not wait for a pod that is shut down.
 */
export function usesClaim(pod: Live<Pod>, claim: Live<PersistentVolumeClaim>): boolean {
  if (!pod.spec?.nodeName || pod.metadata.namespace !== claim.metadata.namespace) return false;
  const { name } = claim.metadata;
  return (pod.spec.volumes ?? []).some(
    (volume) =>
      volume.persistentVolumeClaim?.claimName === name ||
      (volume.ephemeral !== undefined &&
        ephemeralClaimName(pod.metadata.name, volume.name) === name &&
        controllerOf(claim)?.uid === pod.metadata.uid &&
        !isShutDown(pod)),
  );
}
