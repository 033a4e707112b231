import type { PersistentVolume } from '../../api/kinds/core/persistent-volume/index.ts';
import type { Volume } from '../../api/pod/volume/volume.ts';

/** Returns kubelet's name for the kind of a volume that a pod describes itself: `kubernetes.io/empty-dir`. */
export function pluginOfVolume(volume: Volume): string {
  if (volume.csi) return `kubernetes.io/csi:${volume.csi.driver}`;
  if (volume.emptyDir) return 'kubernetes.io/empty-dir';
  if (volume.hostPath) return 'kubernetes.io/host-path';
  if (volume.configMap) return 'kubernetes.io/configmap';
  if (volume.secret) return 'kubernetes.io/secret';
  if (volume.projected) return 'kubernetes.io/projected';
  if (volume.downwardAPI) return 'kubernetes.io/downward-api';
  if (volume.nfs) return 'kubernetes.io/nfs';
  return volume.image ? 'kubernetes.io/image' : UNKNOWN_PLUGIN;
}

/** Returns kubelet's name for the kind of a PersistentVolume. */
export function pluginOfPersistentVolume({ spec }: PersistentVolume): string {
  if (spec?.csi) return `kubernetes.io/csi:${spec.csi.driver}`;
  if (spec?.hostPath) return 'kubernetes.io/host-path';
  if (spec?.local) return 'kubernetes.io/local-volume';
  return spec?.nfs ? 'kubernetes.io/nfs' : UNKNOWN_PLUGIN;
}

export const UNKNOWN_PLUGIN = 'N/A';
