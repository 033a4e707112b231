import { execFile } from 'node:child_process';
import { realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { canonicalQuantity } from '../../api/schema/quantity.ts';
import type { FilesystemMount } from '../contract/runtime.ts';
import type { Mount } from '../host/mount-table.ts';
import { pointsWithin, readMountTable } from '../host/mount-table.ts';

const run = promisify(execFile);

/** Mounts a tmpfs; `sizeBytes` undefined is the kernel's default (half of the memory). */
export async function mountTmpfs(directory: string, sizeBytes?: number): Promise<void> {
  const size = sizeBytes === undefined ? [] : [`size=${sizeBytes}`];
  await run('mount', ['-t', 'tmpfs', '-o', ['nosuid', 'nodev', ...size].join(','), 'tmpfs', directory]);
}

/** Mounts huge pages of one size, in bytes. @throws Error as kubelet words it, with the output of mount: the kernel may not have the size */
export const mountHugePages = (directory: string, pageSize: number): Promise<void> =>
  mountAsKubelet(['-t', 'hugetlbfs', '-o', `pagesize=${canonicalQuantity(`${pageSize / 1024}Ki`)}`, 'nodev', directory]);

export const bindMount = async (source: string, target: string): Promise<void> => {
  await run('mount', ['--bind', source, target]);
};

const LOWER = 'lowerdir=';

/** Mounts what the runtime describes. @throws Error with the output of mount */
export async function mountFilesystem({ type, source, options }: FilesystemMount, target: string): Promise<void> {
  const { directory, options: short } = withShortPaths(options);
  const args = ['-o', short.join(','), ...(type === 'bind' ? [] : ['-t', type]), source, target];
  // mount(8) can name no more than 256 characters of layers by the kernel's newer calls.
  await run('mount', args, { cwd: directory, env: { ...process.env, LIBMOUNT_FORCE_MOUNT2: 'always' } });
}

/**
 * Names the layers of an overlay by paths from the directory that all of them are in: the kernel takes no more than a page of options,
 * which an image of fifty layers fills.
 */
export function withShortPaths(options: readonly string[]): { readonly directory: string; readonly options: readonly string[] } {
  const layers =
    options
      .find((option) => option.startsWith(LOWER))
      ?.slice(LOWER.length)
      .split(':') ?? [];
  const directory = layers.length > 0 ? dirname(dirname(layers[0] ?? '')) : '/';
  if (!layers.every((layer) => layer.startsWith(`${directory}/`))) return { directory: '/', options };
  const lower = LOWER + layers.map((layer) => layer.slice(directory.length + 1)).join(':');
  return { directory, options: options.map((option) => (option.startsWith(LOWER) ? lower : option)) };
}

/** A server that does not answer keeps mount.nfs trying for longer. */
const NFS_TIMEOUT_MS = 110_000;

/** Mounts an export by the machine's own mount.nfs. @throws Error as kubelet words it, with the output of mount */
export const mountNfs = (source: string, target: string, options: readonly string[]): Promise<void> =>
  mountAsKubelet(['-t', 'nfs', ...(options.length > 0 ? ['-o', options.join(',')] : []), source, target], NFS_TIMEOUT_MS);

const BIND_TIMEOUT_MS = 60_000;

/**
 * Shows a directory at another one, which exists, with options of its own such as `noexec`; safe to repeat. Nothing stays mounted if the options
 * cannot be had.
 * @throws Error as kubelet words it, with the output of mount
 */
export async function bindWithOptions(source: string, target: string, options: readonly string[]): Promise<void> {
  if (!(await isMountPoint(target))) await mountAsKubelet(['-o', 'bind', source, target], BIND_TIMEOUT_MS);
  try {
    // The options of a bind mount are set once it is there. One that an agent left without them, as it was killed, gets them now.
    const own = options.filter((option) => option !== 'bind' && option !== 'remount');
    await mountAsKubelet(['-o', ['bind', 'remount', ...own].join(','), source, target], BIND_TIMEOUT_MS);
  } catch (error) {
    await unmountUnder(target);
    throw error;
  }
}

/** Runs mount(8). @throws Error as kubelet words it, with its output */
async function mountAsKubelet(args: readonly string[], timeout = 0): Promise<void> {
  try {
    await run('mount', args, { timeout });
  } catch (error) {
    const { code, stderr = '' } = error as { readonly code?: number | string; readonly stderr?: string };
    throw new Error(mountFailure(typeof code === 'number' ? code : `no end within ${timeout / 1000}s`, args, stderr));
  }
}

/** Says in kubelet's words that mount has failed. `end`: its exit code, or what ended it. */
export function mountFailure(end: number | string, args: readonly string[], output: string): string {
  const how = typeof end === 'number' ? `exit status ${end}` : end;
  return `mount failed: ${how}\nMounting command: mount\nMounting arguments: ${args.join(' ')}\nOutput: ${output}`;
}

/** Whether something is mounted at a path. */
export async function isMountPoint(path: string): Promise<boolean> {
  const real = await resolved(path);
  return (await mountsUnder(path)).includes(real);
}

/** The kernel lists mounts by paths without links. A path that does not exist has none. */
const resolved = (path: string): Promise<string> => realpath(path).catch(() => path);

/** A table that cannot be read is no empty one: what is deleted with a pod must not hold the mounts of others' data. */
const mountTable = (): Promise<readonly Mount[]> =>
  readMountTable().catch((error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? [] : Promise.reject(error)));

/** Mount points at and under a directory, the deepest first. @throws Error if the machine's mounts cannot be read */
export async function mountsUnder(path: string): Promise<readonly string[]> {
  const directory = await resolved(path);
  return pointsWithin(await mountTable(), [directory]).sort((a, b) => b.length - a.length);
}

/** Unmounts everything at and under a directory; lazily, so that a file still open does not keep a pod from ending. */
export async function unmountUnder(directory: string): Promise<void> {
  for (const point of await mountsUnder(directory)) await run('umount', ['--lazy', point]);
}
