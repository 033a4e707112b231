import type { PersistentVolume } from '../../api/kinds/core/persistent-volume/index.ts';
import type { PersistentVolumeClaim } from '../../api/kinds/core/persistent-volume-claim/index.ts';
import type { CSIDriver } from '../../api/kinds/storage/csi-driver.ts';
import type { CSINode } from '../../api/kinds/storage/csi-node.ts';
import type { CSIStorageCapacity } from '../../api/kinds/storage/csi-storage-capacity.ts';
import type { StorageClass } from '../../api/kinds/storage/storage-class.ts';
import type { VolumeAttachment } from '../../api/kinds/storage/volume-attachment.ts';
import type { Live } from '../../api/meta/object.ts';

export type Claim = Live<PersistentVolumeClaim>;
export type Volume = Live<PersistentVolume>;

/** Claims, volumes and classes as decisions see them: with what earlier decisions will write. */
export interface VolumeView {
  claim(namespace: string, name: string): Claim | undefined;
  volume(name: string): Volume | undefined;
  /** The volumes that might be bound to a claim: those that are reserved for it, and the free ones of its class. */
  candidates(claim: Claim): readonly Volume[];
  storageClass(name: string): Live<StorageClass> | undefined;
  csiDriver(name: string): Live<CSIDriver> | undefined;
  /** The CSI drivers on a node. */
  csiNode(nodeName: string): Live<CSINode> | undefined;
  attachmentsOn(nodeName: string): readonly Live<VolumeAttachment>[];
  /** The storage that is left for volumes of a class. */
  capacitiesOf(className: string): readonly Live<CSIStorageCapacity>[];
}
