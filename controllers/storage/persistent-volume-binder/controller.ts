import { rm } from 'node:fs/promises';
import type { Kind } from '../../../api/definition/kind.ts';
import type { PersistentVolume } from '../../../api/kinds/core/persistent-volume/index.ts';
import type { PersistentVolumeClaim } from '../../../api/kinds/core/persistent-volume-claim/index.ts';
import { volumeClass } from '../../../api/kinds/core/persistent-volume-claim/volume-binding.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { StorageClass } from '../../../api/kinds/storage/storage-class.ts';
import { isDefaultClass } from '../../../api/kinds/storage/storage-class.ts';
import type { Live, ObjectKey } from '../../../api/meta/object.ts';
import { keyOf } from '../../../api/meta/object.ts';
import type { ControllerDefinition } from '../../../runtime/control/controller.ts';
import { primary } from '../../../runtime/control/primary.ts';
import { watched } from '../../../runtime/control/watched.ts';
import { isTerminal } from '../../_shared/pod-state.ts';
import { indexByClaim } from '../../_shared/pods-by-claim.ts';
import { createBindingMetrics } from './metrics.ts';
import type { BinderParts } from './parts.ts';
import { claimsNaming, indexBindings, isFree, unboundClaimsIn, volumesReservedFor } from './parts.ts';
import { createBinderReconcile } from './reconcile.ts';
import { recycledBy } from './recycler.ts';

export interface BinderKinds {
  readonly persistentVolumes: Kind<PersistentVolume>;
  readonly persistentVolumeClaims: Kind<PersistentVolumeClaim>;
  readonly storageClasses: Kind<StorageClass>;
  readonly pods: Kind<Pod>;
}

/** Binds volumes and claims, asks provisioners for volumes, and reclaims volumes whose claims are gone (pkg/controller/volume/persistentvolume). */
export function persistentVolumeBinderController(kinds: BinderKinds): ControllerDefinition {
  return {
    name: 'persistentvolume-binder-controller',
    component: 'persistentvolume-controller',
    concurrency: 10,
    setup(env) {
      const claims = env.informers.of(kinds.persistentVolumeClaims);
      const volumes = env.informers.of(kinds.persistentVolumes);
      const reservations = new Map<string, string>();
      const parts: BinderParts = {
        env,
        claims,
        volumes,
        storageClasses: env.informers.of(kinds.storageClasses),
        pods: env.informers.of(kinds.pods),
        reservations,
        metrics: createBindingMetrics(env.registry, { claims, volumes }),
        deleteDirectory: (path) => rm(path, { recursive: true, force: true }),
      };
      indexBindings(parts);
      indexByClaim(parts.pods);
      const settle = ({ metadata, spec }: Live<PersistentVolume>) => {
        if (spec?.claimRef) reservations.delete(metadata.name);
      };
      volumes.on({ add: settle, update: settle, delete: ({ metadata }) => void reservations.delete(metadata.name) });
      const waitingIn = (className: string): readonly ObjectKey[] => unboundClaimsIn(claims, className).map(keyOf);
      return {
        for: primary(kinds.persistentVolumeClaims),
        watches: [
          watched(kinds.persistentVolumes, {
            map: (volume) => [
              keyOf(volume),
              ...claimOf(volume),
              ...claimsNaming(claims, volume.metadata.name).map(keyOf),
              ...(isFree(volume) ? waitingIn(volumeClass(volume)) : []),
            ],
            moved: () => false,
          }),
          // A volume whose claim is gone, or has another volume, is reclaimed or free again.
          watched(kinds.persistentVolumeClaims, { map: (claim) => volumesReservedFor(volumes, keyOf(claim)).map(keyOf), moved: () => false }),
          watched(kinds.storageClasses, {
            when: { create: true, update: true },
            map: (storageClass) => [...waitingIn(storageClass.metadata.name), ...(isDefaultClass(storageClass) ? waitingIn('') : [])],
            moved: () => false,
          }),
          watched(kinds.pods, { when: { update: isTerminal, delete: true }, map: recycledBy, moved: () => false }),
        ],
        reconcile: createBinderReconcile(parts),
      };
    },
  };
}

function claimOf({ spec }: PersistentVolume): readonly ObjectKey[] {
  const { namespace = '', name = '' } = spec?.claimRef ?? {};
  return name === '' ? [] : [{ namespace, name }];
}
