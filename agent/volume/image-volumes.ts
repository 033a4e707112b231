import { mkdir, readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createSharedRuns } from '../../base/shared-runs.ts';
import type { PodDirectories } from '../contract/pod-directories.ts';
import { ImageVolumeError } from '../contract/pod-volumes.ts';
import type { ContainerRuntime, Image } from '../contract/runtime.ts';
import { isMountPoint, mountFilesystem } from './mount-command.ts';
import { isOutside } from './sub-path.ts';
import { VOLUME_PLUGINS } from './volume-plugin.ts';

/** The volumes of pods that are the content of images. */
export interface ImageVolumes {
  /** Makes an image's content available to a pod; safe to repeat. Resolves with its directory. @throws ImageVolumeError */
  mount(podUid: string, volume: string, image: Image): Promise<string>;
  /** The ids of the images whose content pods have. */
  images(): Promise<ReadonlySet<string>>;
  /** Lets go of what a pod had, which is unmounted by then; safe to repeat, also after a restart of the agent. */
  release(podUid: string): Promise<void>;
}

const DIGEST = 'sha256:';

/**
 * Mounts each image of a volume at a directory of its own, as a container that starts anew may find another image under the same name.
 * The directories are the only record: the path of one is the key of its content in the runtime, and its name the image's id.
 */
export function createImageVolumes(runtime: Pick<ContainerRuntime, 'imageMounts' | 'releaseImageMounts'>, directories: PodDirectories): ImageVolumes {
  const share = createSharedRuns<void>();

  const mountAt = async (directory: string, imageId: string): Promise<void> => {
    if (await isMountPoint(directory)) return;
    await mkdir(directory, { recursive: true, mode: 0o750 });
    for (const mount of await runtime.imageMounts(imageId, directory)) await mountFilesystem(mount, directory);
  };

  /** The directories of a pod's images. */
  const directoriesOf = async (podUid: string): Promise<readonly string[]> => {
    const volumes = await childrenOf(directories.volume(podUid, VOLUME_PLUGINS.image, ''));
    return (await Promise.all(volumes.map(childrenOf))).flat();
  };

  return {
    async mount(podUid, volume, { id }) {
      const directory = join(directories.volume(podUid, VOLUME_PLUGINS.image, volume), id.replace(DIGEST, ''));
      try {
        await share(directory, () => mountAt(directory, id));
      } catch (cause) {
        throw new ImageVolumeError(cause instanceof Error ? cause.message : String(cause), cause);
      }
      return directory;
    },
    async images() {
      const pods = await readdir(directories.pods).catch(() => []);
      const mounted = (await Promise.all(pods.map(directoriesOf))).flat();
      return new Set(mounted.map((directory) => DIGEST + directory.slice(directory.lastIndexOf('/') + 1)));
    },
    async release(podUid) {
      for (const directory of await directoriesOf(podUid)) await runtime.releaseImageMounts(directory);
    },
  };
}

const childrenOf = async (directory: string): Promise<readonly string[]> => {
  const names = await readdir(directory).catch(() => []);
  return names.map((name) => join(directory, name));
};

/**
 * The directory that a path within an image's content names. Nobody writes there, so that what is found stays.
 * @throws ImageVolumeError if it is not there, is no directory, or leads out of the content
 */
export async function imageDirectory(content: string, subPath: string): Promise<string> {
  const fail = (why: string, cause?: unknown): never => {
    throw new ImageVolumeError(`failed to ensure image subpath ${JSON.stringify(subPath)}: ${why}`, cause);
  };
  const root = await realpath(content);
  const path = await realpath(join(root, subPath)).catch((cause) => fail('no such file or directory', cause));
  if (isOutside(root, path)) fail('path escapes from parent');
  if (!(await stat(path)).isDirectory()) fail('only directory subpath is supported');
  return path;
}
