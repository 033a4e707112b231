import type { Kind } from '../../../api/definition/kind.ts';
import type { PersistentVolume } from '../../../api/kinds/core/persistent-volume/index.ts';
import type { PersistentVolumeClaim } from '../../../api/kinds/core/persistent-volume-claim/index.ts';
import { requestedStorage, storageOf } from '../../../api/kinds/core/persistent-volume-claim/volume-match.ts';
import type { Live } from '../../../api/meta/object.ts';
import { compareQuantities } from '../../../api/schema/quantity.ts';
import type { ControllerDefinition } from '../../../runtime/control/controller.ts';
import { primary } from '../../../runtime/control/primary.ts';
import { DONE } from '../../../runtime/queue/result.ts';

export interface VolumeExpandKinds {
  readonly persistentVolumes: Kind<PersistentVolume>;
  readonly persistentVolumeClaims: Kind<PersistentVolumeClaim>;
}

const asksForMore = (claim: PersistentVolumeClaim): boolean => compareQuantities(requestedStorage(claim), storageOf(claim.status?.capacity)) > 0;
const isBound = ({ status }: PersistentVolumeClaim): boolean => status?.phase === 'Bound';

/** Whether a claim asks for more than it did. */
const hasGrown = (claim: Live<PersistentVolumeClaim>, old: Live<PersistentVolumeClaim>): boolean =>
  isBound(claim) && compareQuantities(requestedStorage(claim), requestedStorage(old)) > 0;

/**
 * Says who makes a volume larger (pkg/controller/volume/expand). None of the volumes that upstream's own tree still has can grow by itself:
 * what provisioned it resizes it.
 */
export function volumeExpandController(kinds: VolumeExpandKinds): ControllerDefinition {
  return {
    name: 'persistentvolume-expander-controller',
    component: 'volume_expand',
    concurrency: 10,
    setup(env) {
      const claims = env.informers.of(kinds.persistentVolumeClaims);
      const volumes = env.informers.of(kinds.persistentVolumes);
      return {
        for: primary(kinds.persistentVolumeClaims, { when: { create: (claim) => isBound(claim) && asksForMore(claim), update: hasGrown } }),
        needs: [volumes],
        async reconcile(key) {
          const claim = claims.get(key);
          if (!claim?.spec?.volumeName || !isBound(claim) || !asksForMore(claim)) return DONE;
          const volume = volumes.get({ namespace: '', name: claim.spec.volumeName });
          if (volume?.spec?.claimRef?.uid !== claim.metadata.uid) {
            throw new Error(`persistent Volume is not bound to PVC being updated : ${key.namespace}/${key.name}`);
          }
          env.recorder.event(claim, 'Normal', 'ExternalExpanding', 'waiting for an external controller to expand this PVC');
          return DONE;
        },
      };
    },
  };
}
