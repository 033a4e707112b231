import type { KindGroup } from '../../definition/group.ts';
import { csiDrivers } from './csi-driver.ts';
import { csiNodes } from './csi-node.ts';
import { csiStorageCapacities } from './csi-storage-capacity.ts';
import { storageClasses } from './storage-class.ts';
import { volumeAttachments } from './volume-attachment.ts';
import { volumeAttributesClasses } from './volume-attributes-class.ts';

export const storageGroup: KindGroup = {
  name: 'storage.k8s.io',
  rank: 16800,
  kinds: [storageClasses, volumeAttributesClasses, volumeAttachments, csiDrivers, csiNodes, csiStorageCapacities],
};

export { CSIDriver, csiDrivers } from './csi-driver.ts';
export { CSINode, csiNodes } from './csi-node.ts';
export { CSIStorageCapacity, csiStorageCapacities } from './csi-storage-capacity.ts';
export { StorageClass, storageClasses } from './storage-class.ts';
export { VolumeAttachment, volumeAttachments } from './volume-attachment.ts';
export { VolumeAttributesClass, volumeAttributesClasses } from './volume-attributes-class.ts';
