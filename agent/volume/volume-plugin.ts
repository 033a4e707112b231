import type { PersistentVolume } from '../../api/kinds/core/persistent-volume/index.ts';
import type { Volume } from '../../api/pod/volume/volume.ts';

/** kubelet's names for the kinds of volumes, by the field that describes the volume. Directories of pods and metrics have them. */
export const VOLUME_PLUGINS = {
  csi: 'kubernetes.io/csi',
  emptyDir: 'kubernetes.io/empty-dir',
  hostPath: 'kubernetes.io/host-path',
  local: 'kubernetes.io/local-volume',
  configMap: 'kubernetes.io/configmap',
  secret: 'kubernetes.io/secret',
  projected: 'kubernetes.io/projected',
  downwardAPI: 'kubernetes.io/downward-api',
  nfs: 'kubernetes.io/nfs',
  image: 'kubernetes.io/image',
} as const;

export const UNKNOWN_PLUGIN = 'N/A';

/** Returns kubelet's name for the volumes of a CSI driver. */
export const pluginOfDriver = (driver: string): string => `${VOLUME_PLUGINS.csi}:${driver}`;

type Field = keyof typeof VOLUME_PLUGINS;

const FIELDS = Object.keys(VOLUME_PLUGINS) as readonly Field[];

/** Returns kubelet's name for the kind of a volume that a pod describes itself: `kubernetes.io/empty-dir`. */
export const pluginOfVolume = (volume: Volume): string => pluginOf(volume);

/** Returns kubelet's name for the kind of a PersistentVolume. */
export const pluginOfPersistentVolume = ({ spec = {} }: PersistentVolume): string => pluginOf(spec);

function pluginOf(source: { readonly [field in Field]?: unknown } & Pick<Volume, 'csi'>): string {
  if (source.csi) return pluginOfDriver(source.csi.driver);
  const field = FIELDS.find((each) => source[each]);
  return field ? VOLUME_PLUGINS[field] : UNKNOWN_PLUGIN;
}
