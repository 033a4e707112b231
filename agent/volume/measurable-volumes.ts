import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Live } from '../../api/meta/object.ts';
import { claimNameOf } from '../../api/pod/volume/claim-name.ts';
import type { Volume } from '../../api/pod/volume/volume.ts';
import type { PodDirectories } from '../contract/pod-directories.ts';
import type { MeasurableVolume } from '../contract/volume-stats.ts';
import type { PersistentMount } from './persistent-mount.ts';
import { volumePath } from './volume-path.ts';
import { isPayloadVolume } from './volume-payload.ts';

/**
 * Lists the volumes of a pod that the node can measure, each by the way of kubelet's plugin for it (its MetricsProvider). A hostPath and an image
 * have none there either; CSI drivers measure their own.
 * @param claimed the pod's volumes of claims that are available, by name
 */
export function measurableVolumes(
  pod: Live<Pod>,
  claimed: ReadonlyMap<string, PersistentMount>,
  directories: PodDirectories,
  memoryDir: string,
): readonly MeasurableVolume[] {
  const { uid: podUid, name: podName, namespace = '' } = pod.metadata;
  return (pod.spec?.volumes ?? []).flatMap((volume): MeasurableVolume[] => {
    const { name } = volume;
    const claimName = claimNameOf(podName, volume);
    if (claimName !== undefined) {
      const mount = claimed.get(name);
      if (!mount || mount.csi || mount.hostPath) return [];
      return [{ podUid, name, claim: { namespace, name: claimName }, path: mount.path, by: mount.device ? 'device' : 'filesystem' }];
    }
    const by = inlineMeasure(volume);
    return by ? [{ podUid, name, claim: undefined, path: volumePath(pod, volume, directories, memoryDir), by }] : [];
  });
}

/** An emptyDir in memory is a file system of its own, which knows what kubelet adds up from files. */
function inlineMeasure(volume: Volume): 'files' | 'filesystem' | undefined {
  if (volume.nfs || volume.emptyDir?.medium === 'Memory') return 'filesystem';
  return volume.emptyDir || isPayloadVolume(volume) ? 'files' : undefined;
}
