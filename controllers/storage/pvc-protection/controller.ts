import type { Kind } from '../../../api/definition/kind.ts';
import type { PersistentVolumeClaim } from '../../../api/kinds/core/persistent-volume-claim/index.ts';
import { PVC_PROTECTION_FINALIZER } from '../../../api/kinds/core/persistent-volume-claim/index.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live, ObjectKey } from '../../../api/meta/object.ts';
import { keyOf } from '../../../api/meta/object.ts';
import type { ControllerDefinition } from '../../../runtime/control/controller.ts';
import { isDeleting } from '../../../runtime/control/deletion.ts';
import { watched } from '../../../runtime/control/watched.ts';
import type { Result } from '../../../runtime/queue/result.ts';
import { DONE } from '../../../runtime/queue/result.ts';
import { claimKeys, indexByClaim, podsOfClaim } from '../../_shared/pods-by-claim.ts';
import { protectedObjects, reconcileProtection } from '../../_shared/protection.ts';
import { livePods } from './live-pods.ts';
import { isShutDown, usesClaim } from './usage.ts';

const NAME = 'persistentvolumeclaim-protection-controller';
/** Delays the next look at a claim whose user the informer has not shown: it may be gone before its events come. */
const UNSEEN_USER_MS = 5_000;

export interface PvcProtectionKinds {
  readonly persistentVolumeClaims: Kind<PersistentVolumeClaim>;
  readonly pods: Kind<Pod>;
}

const isOther = (pod: Live<Pod>, old: Live<Pod>): boolean => pod.metadata.uid !== old.metadata.uid;

/** Keeps terminating claims while pods on nodes use them (upstream's pkg/controller/volume/pvcprotection). */
export function pvcProtectionController(kinds: PvcProtectionKinds): ControllerDefinition {
  const protection = { kind: kinds.persistentVolumeClaims, finalizer: PVC_PROTECTION_FINALIZER };
  return {
    name: NAME,
    component: NAME,
    concurrency: 10,
    setup(env) {
      const claims = env.informers.of(kinds.persistentVolumeClaims);
      const pods = env.informers.of(kinds.pods);
      indexByClaim(pods);
      const live = livePods(env.client, kinds.pods);
      const isWaiting = (key: ObjectKey) => {
        const claim = claims.get(key);
        return claim !== undefined && isDeleting(claim);
      };
      async function use(claim: Live<PersistentVolumeClaim>): Promise<Result | undefined> {
        const key = keyOf(claim);
        if (podsOfClaim(pods, key).some((pod) => usesClaim(pod, claim))) return DONE;
        const users = (await live(key.namespace)).get(key.name) ?? [];
        return users.some((pod) => usesClaim(pod, claim)) ? { requeueAfterMs: UNSEEN_USER_MS } : undefined;
      }
      return {
        for: protectedObjects(protection),
        watches: [
          // A bound pod stops to use a claim only by these.
          watched(kinds.pods, {
            when: { update: (pod, old) => isShutDown(pod) || isOther(pod, old), delete: true },
            map: (pod) => claimKeys(pod).filter(isWaiting),
            moved: isOther,
          }),
        ],
        reconcile: reconcileProtection(env, protection, use),
      };
    },
  };
}
