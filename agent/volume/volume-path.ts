import { join } from 'node:path';
import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Live } from '../../api/meta/object.ts';
import type { Volume } from '../../api/pod/volume/volume.ts';
import { toOwnPath } from '../contract/kubelet-directory.ts';
import type { PodDirectories } from '../contract/pod-directories.ts';
import { MountError } from '../contract/pod-volumes.ts';
import { VOLUME_PLUGINS } from './volume-plugin.ts';

/**
 * The directory of a volume on the host.
 * @param memoryDir a directory on tmpfs, for content from Secrets and tokens.
 * @throws MountError if the node does not support the volume's kind.
 */
export function volumePath(pod: Live<Pod>, volume: Volume, directories: PodDirectories, memoryDir: string): string {
  const { uid } = pod.metadata;
  if (volume.hostPath) return toOwnPath(volume.hostPath.path, directories.root);
  if (volume.csi) return join(directories.volume(uid, VOLUME_PLUGINS.csi, volume.name), 'mount');
  if (volume.emptyDir) return directories.volume(uid, VOLUME_PLUGINS.emptyDir, volume.name);
  if (volume.configMap) return directories.volume(uid, VOLUME_PLUGINS.configMap, volume.name);
  if (volume.downwardAPI) return directories.volume(uid, VOLUME_PLUGINS.downwardAPI, volume.name);
  if (volume.nfs) return directories.volume(uid, VOLUME_PLUGINS.nfs, volume.name);
  if (volume.secret) return join(memoryDir, uid, 'secret', volume.name);
  if (volume.projected) return join(memoryDir, uid, 'projected', volume.name);
  throw new MountError(`Unable to attach or mount volumes: volume "${volume.name}" is of a kind that this node does not support`);
}
