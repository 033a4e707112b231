import type { Kind } from '../../../api/definition/kind.ts';
import type { PersistentVolume } from '../../../api/kinds/core/persistent-volume/index.ts';
import type { PersistentVolumeClaim } from '../../../api/kinds/core/persistent-volume-claim/index.ts';
import type { VolumeAttributesClass } from '../../../api/kinds/storage/volume-attributes-class.ts';
import { VAC_PROTECTION_FINALIZER } from '../../../api/kinds/storage/volume-attributes-class.ts';
import type { ObjectKey } from '../../../api/meta/object.ts';
import type { ControllerDefinition } from '../../../runtime/control/controller.ts';
import { isDeleting } from '../../../runtime/control/deletion.ts';
import { watched } from '../../../runtime/control/watched.ts';
import { DONE } from '../../../runtime/queue/result.ts';
import { protectedObjects, reconcileProtection } from '../../_shared/protection.ts';
import { classesOfClaim, classesOfVolume, classUse } from './references.ts';

const NAME = 'volumeattributesclass-protection-controller';

export interface VacProtectionKinds {
  readonly volumeAttributesClasses: Kind<VolumeAttributesClass>;
  readonly persistentVolumeClaims: Kind<PersistentVolumeClaim>;
  readonly persistentVolumes: Kind<PersistentVolume>;
}

/** Keeps terminating VolumeAttributesClasses while a claim or a volume names them (upstream's pkg/controller/volume/vacprotection). */
export function vacProtectionController(kinds: VacProtectionKinds): ControllerDefinition {
  const protection = { kind: kinds.volumeAttributesClasses, finalizer: VAC_PROTECTION_FINALIZER };
  return {
    name: NAME,
    component: NAME,
    concurrency: 1,
    setup(env) {
      const classes = env.informers.of(kinds.volumeAttributesClasses);
      const isUsed = classUse(env.informers.of(kinds.persistentVolumeClaims), env.informers.of(kinds.persistentVolumes));
      // Only the end of a use matters, and only to classes that wait for it.
      const when = { update: true, delete: true } as const;
      const waiting = (names: readonly string[]): readonly ObjectKey[] =>
        names.flatMap((name) => {
          const key = { namespace: '', name };
          const found = classes.get(key);
          return found && isDeleting(found) ? [key] : [];
        });
      return {
        for: protectedObjects(protection),
        watches: [
          watched(kinds.persistentVolumeClaims, { when, map: (claim) => waiting(classesOfClaim(claim)) }),
          watched(kinds.persistentVolumes, { when, map: (volume) => waiting(classesOfVolume(volume)) }),
        ],
        reconcile: reconcileProtection(env, protection, ({ metadata }) => (isUsed(metadata.name) ? DONE : undefined)),
      };
    },
  };
}
