import type { PersistentVolume } from '../../api/kinds/core/persistent-volume/index.ts';
import type { PersistentVolumeClaim } from '../../api/kinds/core/persistent-volume-claim/index.ts';
import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Live } from '../../api/meta/object.ts';
import type { CSIVolumeSource } from '../../api/pod/volume/volume.ts';
import type { VolumeStatsSource } from './volume-stats.ts';

/** The volume of a CSI driver that a pod is to have: one that is bound to a claim, or one that stands in the pod itself. */
export interface CsiWish {
  readonly pod: Live<Pod>;
  /** The volume's name in the pod. */
  readonly name: string;
  readonly source:
    | { readonly type: 'bound'; readonly volume: Live<PersistentVolume>; readonly claim: Live<PersistentVolumeClaim>; readonly readOnly: boolean }
    | { readonly type: 'inline'; readonly csi: CSIVolumeSource };
}

/** Volumes of CSI drivers on this node. */
export interface CsiVolumes extends VolumeStatsSource {
  /**
   * Makes a volume available to a pod once it is attached; safe to repeat. Resolves with the path of its mount, or of its device.
   * @param ending ends the wait for the attachment
   * @throws MountError in kubelet's words
   */
  setUp(wish: CsiWish, ending: AbortSignal): Promise<string>;
  /** Looks after a volume that a pod has: it is grown with its claim, and mounted again and again if its driver asks for that. */
  follow(podUid: string, name: string, wish: () => Promise<CsiWish>): void;
  /** Takes all volumes of drivers from a pod, and from the node those that no pod has any more. @throws Error if a driver does not do it */
  tearDown(podUid: string): Promise<void>;
  /** Volumes that must not be detached from the node, by kubelet's unique names. Undefined until that is known. */
  inUse(): readonly string[] | undefined;
}
