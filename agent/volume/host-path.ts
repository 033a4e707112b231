import type { Stats } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { getSystemErrorMessage } from 'node:util';
import type { HostPathVolumeSource } from '../../api/pod/volume/volume.ts';
import { makeDirectories } from '../../base/make-directories.ts';

type Check = readonly [description: string, holds: (stats: Stats) => boolean];
const CHECKS: Readonly<Record<string, Check>> = {
  Directory: ['a directory', (stats) => stats.isDirectory()],
  DirectoryOrCreate: ['a directory', (stats) => stats.isDirectory()],
  File: ['a file', (stats) => stats.isFile()],
  FileOrCreate: ['a file', (stats) => stats.isFile()],
  Socket: ['a socket', (stats) => stats.isSocket()],
  CharDevice: ['a character device', (stats) => stats.isCharacterDevice()],
  BlockDevice: ['a block device', (stats) => stats.isBlockDevice()],
};

/** Checks a host path against its type, and makes it where the type says so. @throws Error with what is wrong. */
export async function prepareHostPath({ path, type }: HostPathVolumeSource): Promise<void> {
  if (!type) return;
  const check = CHECKS[type];
  if (!check) throw new Error(`hostPath type check failed: ${type} is an unknown type`);
  const found = await stat(path).catch(() => undefined);
  if (!found && type === 'DirectoryOrCreate') {
    await makeDirectories(path, 0o755);
    return;
  }
  if (!found && type === 'FileOrCreate') return makeFile(path);
  if (!found || !check[1](found)) throw new Error(`hostPath type check failed: ${path} is not ${check[0]}`);
}

/** Makes an empty file in a directory that exists. @throws Error in the words of Go's os.OpenFile */
async function makeFile(path: string): Promise<void> {
  try {
    await using _file = await open(path, 'a', 0o644);
  } catch (error) {
    const { errno = 0 } = error as NodeJS.ErrnoException;
    throw new Error(`open ${path}: ${getSystemErrorMessage(errno)}`);
  }
}
