import type { Kind } from '../../../api/definition/kind.ts';
import type { Node } from '../../../api/kinds/core/node/index.ts';
import type { PersistentVolume } from '../../../api/kinds/core/persistent-volume/index.ts';
import { claimClass } from '../../../api/kinds/core/persistent-volume-claim/class.ts';
import type { PersistentVolumeClaim } from '../../../api/kinds/core/persistent-volume-claim/index.ts';
import { STORAGE_PROVISIONER } from '../../../api/kinds/core/persistent-volume-claim/volume-binding.ts';
import type { StorageClass } from '../../../api/kinds/storage/storage-class.ts';
import type { ControllerDefinition } from '../../../runtime/control/controller.ts';
import { primary } from '../../../runtime/control/primary.ts';
import { watched } from '../../../runtime/control/watched.ts';
import { DONE } from '../../../runtime/queue/result.ts';
import { isOurs, planClaim, provisionedName } from './claim-plan.ts';
import { PROVISIONER } from './names.ts';
import { nodeDirectories } from './node-directories.ts';
import type { ProvisionerParts } from './provisioning.ts';
import { performClaimPlan, performVolumePlan } from './provisioning.ts';
import { planVolume } from './volume-plan.ts';

export interface LocalPathKinds {
  readonly persistentVolumes: Kind<PersistentVolume>;
  readonly persistentVolumeClaims: Kind<PersistentVolumeClaim>;
  readonly storageClasses: Kind<StorageClass>;
  readonly nodes: Kind<Node>;
}

const asksHere = ({ metadata }: PersistentVolumeClaim): boolean => metadata?.annotations?.[STORAGE_PROVISIONER] === PROVISIONER;

/**
 * Provisions volumes that are directories on nodes: an outside provisioner to the binder, with a finalizer of its own on its volumes. A key
 * with a namespace is a claim's, one without is a volume's.
 */
export function localPathProvisionerController(kinds: LocalPathKinds): ControllerDefinition {
  return {
    name: 'local-path-provisioner-controller',
    component: PROVISIONER,
    concurrency: 10,
    setup(env) {
      const parts: ProvisionerParts = {
        env,
        claims: env.informers.of(kinds.persistentVolumeClaims),
        volumes: env.informers.of(kinds.persistentVolumes),
        storageClasses: env.informers.of(kinds.storageClasses),
        nodes: env.informers.of(kinds.nodes),
        directories: nodeDirectories(env.client, kinds.nodes, env.clock),
      };
      const { claims, volumes, storageClasses, nodes } = parts;
      return {
        for: primary(kinds.persistentVolumeClaims, { when: { create: asksHere, update: asksHere } }),
        watches: [
          watched(kinds.persistentVolumes, {
            when: { create: isOurs, update: isOurs },
            map: ({ metadata }) => ({ namespace: '', name: metadata.name }),
            moved: () => false,
          }),
        ],
        needs: [storageClasses, nodes],
        async reconcile(key) {
          if (key.namespace === '') {
            const volume = volumes.get(key);
            if (volume) await performVolumePlan(parts, volume, planVolume(volume));
            return DONE;
          }
          const claim = claims.get(key);
          if (!claim) return DONE;
          const plan = planClaim({
            claim,
            storageClass: storageClasses.get({ namespace: '', name: claimClass(claim) }),
            volume: volumes.get({ namespace: '', name: claim.spec?.volumeName || provisionedName(claim) }),
            node: (name) => nodes.get({ namespace: '', name }),
          });
          await performClaimPlan(parts, claim, plan);
          return DONE;
        },
      };
    },
  };
}
