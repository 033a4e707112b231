import type { CSINode } from '../../api/kinds/storage/csi-node.ts';
import type { CSIStorageCapacity } from '../../api/kinds/storage/csi-storage-capacity.ts';
import { keyOf, keyText } from '../../api/meta/object.ts';
import { valueOfQuantity } from '../../api/schema/quantity.ts';
import type { SchedulingQueue } from '../queue/queue.ts';
import type { VolumeInformers } from '../state/volume-cache.ts';

/** Wakes pods that a change of claims, volumes or classes could help. */
export function followVolumes(informers: VolumeInformers, queue: Pick<SchedulingQueue, 'wake'>): void {
  const { claims, volumes, storageClasses, csiDrivers, csiNodes, csiCapacities, attachments } = informers;
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
  csiDrivers.on({
    add: () => queue.wake({ name: 'CSIDriverAdd' }),
    update: ({ spec }, old) => {
      // Pods no longer wait for what a driver says of its capacity.
      if (old.spec.storageCapacity && !spec.storageCapacity) queue.wake({ name: 'CSIDriverUpdate' });
    },
  });
  csiNodes.on({
    add: () => queue.wake({ name: 'CSINodeAdd' }),
    update: (csiNode, old) => queue.wake({ name: 'CSINodeUpdate', takesMore: takesMore(csiNode, old) }),
  });
  csiCapacities.on({
    add: () => queue.wake({ name: 'CSIStorageCapacityAdd' }),
    update: (capacity, old) => {
      if (amountOf(capacity) > amountOf(old)) queue.wake({ name: 'CSIStorageCapacityUpdate' });
    },
  });
  attachments.on({ delete: () => queue.wake({ name: 'VolumeAttachmentDelete' }) });
}

/** Whether a node takes more volumes of some driver than before. */
function takesMore({ spec }: CSINode, old: CSINode): boolean {
  const before = new Map((old.spec.drivers ?? []).map(({ name, allocatable }) => [name, allocatable?.count ?? 0]));
  return (spec.drivers ?? []).some(({ name, allocatable }) => (allocatable?.count ?? 0) > (before.get(name) ?? 0));
}

const amountOf = ({ capacity, maximumVolumeSize }: CSIStorageCapacity): number => valueOfQuantity(maximumVolumeSize ?? capacity ?? '0');
