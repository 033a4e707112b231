import { mkdir, realpath, stat } from 'node:fs/promises';
import type { PersistentVolume } from '../../api/kinds/core/persistent-volume/index.ts';
import { volumeModeOf } from '../../api/kinds/core/persistent-volume-claim/volume-match.ts';
import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Live } from '../../api/meta/object.ts';
import type { NFSVolumeSource } from '../../api/pod/volume/volume-network.ts';
import type { PodDirectories } from '../contract/pod-directories.ts';
import { MountError } from '../contract/pod-volumes.ts';
import { mountDevice } from './device-mount.ts';
import { prepareHostPath } from './host-path.ts';
import { bindWithOptions, isMountPoint, mountNfs } from './mount-command.ts';
import { giveToGroup } from './ownership.ts';
import { pluginOfPersistentVolume, VOLUME_PLUGINS } from './volume-plugin.ts';

/** A volume of a claim as it is on this node. Kept beside the pod's files: a restarted agent knows it without the API. */
export interface PersistentMount {
  /** The PersistentVolume. */
  readonly volume: string;
  readonly path: string;
  readonly readOnly: boolean;
  /** No other pod may have it. */
  readonly exclusive: boolean;
  /** The path is that of a block device. */
  readonly device?: boolean;
  /** kubelet's name for its kind. Undefined in records of earlier agents. */
  readonly plugin?: string;
  /** A CSI driver has mounted it. */
  readonly csi?: boolean;
  /** The path is any of the machine, whose file system tells nothing of the volume. */
  readonly hostPath?: boolean;
}

const named = (name: string) => JSON.stringify(name);

/** Whether only one pod may have a volume. */
export const isExclusive = ({ spec }: PersistentVolume): boolean => spec?.accessModes?.length === 1 && spec.accessModes[0] === 'ReadWriteOncePod';

/** Describes a volume that is available at a path. */
export const persistentMount = (volume: Live<PersistentVolume>, path: string, readOnly: boolean): PersistentMount => ({
  volume: volume.metadata.name,
  path,
  readOnly,
  exclusive: isExclusive(volume),
  plugin: pluginOfPersistentVolume(volume),
  ...(volumeModeOf(volume.spec) === 'Block' ? { device: true } : {}),
  ...(volume.spec?.csi ? { csi: true } : {}),
  ...(volume.spec?.hostPath ? { hostPath: true } : {}),
});

export interface MountWish {
  readonly pod: Live<Pod>;
  readonly volume: Live<PersistentVolume>;
  readonly readOnly: boolean;
}

/** Makes a PersistentVolume available to a pod; safe to repeat. @throws Error if that fails, or the node does not know the volume's kind */
export async function mountPersistent({ pod, volume, readOnly }: MountWish, directories: PodDirectories): Promise<PersistentMount> {
  const { name } = volume.metadata;
  const { spec = {} } = volume;
  const mount = (path: string): PersistentMount => persistentMount(volume, path, readOnly);
  if (volumeModeOf(spec) === 'Block') {
    if (!spec.local) throw new Error('no volume plugin matched');
    await checkDevice(name, spec.local.path);
    return mount(spec.local.path);
  }
  const options = mountOptionsOf(volume);
  if (spec.hostPath) {
    if (options.length > 0) {
      throw new MountError(
        `MountVolume.MountOptionSupport check failed for volume ${named(name)} : mount options are not supported for this volume type`,
      );
    }
    await prepareHostPath(spec.hostPath);
    return mount(spec.hostPath.path);
  }
  if (spec.local) {
    const path = await prepareLocal(volume, directories.volume(pod.metadata.uid, VOLUME_PLUGINS.local, name), options);
    const { fsGroup, fsGroupChangePolicy } = pod.spec?.securityContext ?? {};
    if (fsGroup !== undefined && !readOnly) await giveToGroup(await realpath(path), fsGroup, fsGroupChangePolicy);
    return mount(path);
  }
  if (spec.nfs) {
    const path = directories.volume(pod.metadata.uid, VOLUME_PLUGINS.nfs, name);
    await prepareNfs({ ...spec.nfs, readOnly: readOnly || spec.nfs.readOnly }, path, options);
    return mount(path);
  }
  throw new Error('no volume plugin matched');
}

/** The annotation by which options were given before there was a field. */
const OPTIONS_ANNOTATION = 'volume.beta.kubernetes.io/mount-options';

/** The options that a volume is mounted with, in the order in which kubelet gives them. */
function mountOptionsOf({ metadata, spec }: Live<PersistentVolume>): readonly string[] {
  const given = metadata.annotations?.[OPTIONS_ANNOTATION]?.split(',') ?? spec?.mountOptions ?? [];
  return [...new Set(given.filter((option) => option !== ''))].sort();
}

async function checkDevice(name: string, path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  const fault = !found ? `path ${named(path)} does not exist` : found.isBlockDevice() ? undefined : `path ${named(path)} is not a block device`;
  if (fault !== undefined)
    throw new MountError(`MapVolume.NewBlockVolumeMapper initialization failed for volume ${named(name)} : ${fault}`, 'FailedMapVolume');
}

/**
 * Returns where a local volume's files are: its directory, or `target`, where that directory with mount options is, or the file system of a block
 * device.
 */
async function prepareLocal({ metadata, spec = {} }: Live<PersistentVolume>, target: string, options: readonly string[]): Promise<string> {
  const { path = '', fsType = '' } = spec.local ?? {};
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) {
    if (options.length === 0) return path;
    await mkdir(target, { recursive: true, mode: 0o750 });
    await bindWithOptions(path, target, options);
    return target;
  }
  if (!found?.isBlockDevice()) {
    const fault = found ? `path ${named(path)} is not a directory` : `path ${named(path)} does not exist`;
    throw new MountError(`MountVolume.NewMounter initialization failed for volume ${named(metadata.name)} : ${fault}`);
  }
  await mountDevice({ device: path, target, fsType, options }).catch((error: Error) => {
    const why = `local: failed to mount device ${path} at ${target} (fstype: ${fsType}), error ${error.message}`;
    throw new MountError(`MountVolume.MountDevice failed for volume ${named(metadata.name)} : ${why}`);
  });
  return target;
}

/** Mounts an export of an NFS server at a directory of the pod; safe to repeat. */
export async function prepareNfs({ server, path, readOnly }: NFSVolumeSource, target: string, options: readonly string[]): Promise<void> {
  if (await isMountPoint(target)) return;
  await mkdir(target, { recursive: true, mode: 0o750 });
  await mountNfs(`${server.includes(':') ? `[${server}]` : server}:${path}`, target, readOnly ? ['ro', ...options] : options);
}
