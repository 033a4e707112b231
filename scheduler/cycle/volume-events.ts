import { keyOf, keyText } from '../../api/meta/object.ts';
import type { SchedulingQueue } from '../queue/queue.ts';
import type { VolumeInformers } from '../state/volume-cache.ts';

/** Wakes pods that a change of claims, volumes or classes could help. */
export function followVolumes({ claims, volumes, storageClasses }: VolumeInformers, queue: Pick<SchedulingQueue, 'wake'>): void {
  claims.on({
    add: (claim) => queue.wake({ name: 'PersistentVolumeClaimAdd', claim: keyText(keyOf(claim)) }),
    update: (claim) => queue.wake({ name: 'PersistentVolumeClaimUpdate', claim: keyText(keyOf(claim)) }),
  });
  volumes.on({
    add: () => queue.wake({ name: 'PersistentVolumeAdd' }),
    update: () => queue.wake({ name: 'PersistentVolumeUpdate' }),
  });
  storageClasses.on({
    add: () => queue.wake({ name: 'StorageClassAdd' }),
    update: (storageClass, old) => queue.wake({ name: 'StorageClassUpdate', storageClass, old }),
  });
}
