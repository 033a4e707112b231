import { constants } from 'node:fs';
import { chmod, type FileHandle, lstat, mkdir, open, realpath, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { bindMount, unmountUnder } from './mount-command.ts';

/** A mount of a container whose path within the volume is bound. */
export interface SubPathMount {
  readonly volumeMount: string;
  readonly container: string;
}

/**
 * Binds a path within a volume to `target`, where the container's mount takes it from. The path is resolved and opened first, and what
 * was opened is bound, not the name: a container that swaps a directory for a link meanwhile gets nothing outside its volume
 * (https://github.com/kubernetes/kubernetes/issues/60813). A missing path is made as a directory.
 *
 * @throws Error in kubelet's words, if the path leads out of the volume or is not there. They do not tell what is on the node; the cause does.
 */
export async function bindSubPath(volume: string, subPath: string, target: string, { volumeMount, container }: SubPathMount): Promise<string> {
  checkSubPath(subPath);
  const place = `for volumeMount ${JSON.stringify(volumeMount)} of container ${JSON.stringify(container)}`;
  try {
    await makeDirectories(volume, subPath);
  } catch (cause) {
    throw new Error(`failed to create subPath directory ${place}`, { cause });
  }
  try {
    return await bind(volume, subPath, target);
  } catch (cause) {
    throw new Error(`failed to prepare subPath ${place}`, { cause });
  }
}

/** @throws Error in kubelet's words if a path cannot be one within a volume */
export function checkSubPath(subPath: string): void {
  if (subPath.startsWith('/')) throw new Error(`error SubPath \`${subPath}\` must not be an absolute path`);
  if (subPath.split('/').includes('..')) throw new Error(`unable to provision SubPath \`${subPath}\`: must not contain '..'`);
}

async function bind(volume: string, subPath: string, target: string): Promise<string> {
  // The mount of the container's last run. Its file may have been replaced since: a deleted file cannot be mounted again
  // (https://github.com/kubernetes/kubernetes/issues/68211).
  await unmountUnder(target);
  const root = await realpath(volume);
  const resolved = await realpath(join(root, subPath));
  if (isOutside(root, resolved)) throw new Error(`subPath ${subPath} leads out of the volume`);
  // O_NOFOLLOW: a link that took the resolved path's place is an error.
  await using handle: FileHandle = await open(resolved, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  const stats = await handle.stat();
  const opened = await realpath(`/proc/self/fd/${handle.fd}`);
  if (isOutside(root, opened)) throw new Error(`subPath ${subPath} leads out of the volume`);
  await mkdir(dirname(target), { recursive: true });
  if (stats.isDirectory()) await mkdir(target, { recursive: true });
  else await writeFile(target, '');
  await bindMount(`/proc/${process.pid}/fd/${handle.fd}`, target);
  return target;
}

/** Whether a path leads out of a directory; both without links. Names that begin with two dots are inside: the files of ConfigMaps and Secrets stand in such directories. */
export function isOutside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === '..' || way.startsWith('../');
}

/** Makes what is missing of the path, one level at a time, below what is really there, with the rights of the volume itself. */
async function makeDirectories(volume: string, subPath: string): Promise<void> {
  const root = await realpath(volume);
  const { mode } = await stat(root);
  let current = root;
  for (const part of subPath.split('/').filter((name) => name !== '' && name !== '.')) {
    const next = join(current, part);
    const exists = await lstat(next).then(
      () => true,
      () => false,
    );
    if (!exists) {
      await mkdir(next);
      await chmod(next, mode & 0o7777);
    }
    current = await realpath(next);
    if (isOutside(root, current)) throw new Error(`subPath ${subPath} leads out of the volume`);
  }
}
