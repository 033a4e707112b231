import { constants } from 'node:fs';
import { type FileHandle, open, readlink, realpath } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** The number of links that Go's filepath-securejoin follows. */
const MAX_LINKS = 255;

/**
 * The place of a path within a volume, whose links are followed as if the volume were all there is: an absolute one starts at its root, and
 * none leads above that. Parts that do not exist are taken as they are.
 */
export async function pathWithin(root: string, path: string): Promise<string> {
  const left = path.split('/');
  let current: string[] = [];
  let links = 0;
  for (let part = left.shift(); part !== undefined; part = left.shift()) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      current = current.slice(0, -1);
      continue;
    }
    const target = await linkTarget(join(root, ...current, part));
    if (target === undefined) current = [...current, part];
    else {
      if (++links > MAX_LINKS) throw new Error(`too many links in ${JSON.stringify(path)}`);
      if (target.startsWith('/')) current = [];
      left.unshift(...target.split('/'));
    }
  }
  return join(root, ...current);
}

/** Returns undefined if there is no link. */
async function linkTarget(path: string): Promise<string | undefined> {
  try {
    return await readlink(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EINVAL' || code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/**
 * Opens a regular file of a volume for reading. The place comes from `pathWithin`: a container that swaps a part of it for a link meanwhile has
 * nothing outside the volume read, and no pipe holds the agent up.
 */
export async function openWithin(root: string, file: string): Promise<FileHandle> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const [opened, real] = await Promise.all([realpath(`/proc/self/fd/${handle.fd}`), realpath(root)]);
    if (opened !== join(real, relative(root, file))) throw new Error(`${file} leads elsewhere by now`);
    if (!(await handle.stat()).isFile()) throw new Error(`${file} is no regular file`);
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}
