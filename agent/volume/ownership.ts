import type { Dirent } from 'node:fs';
import { chmod, lchown, lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';

const READ_WRITE = 0o660;
const EXECUTE = 0o110;
const SET_GROUP_ID = 0o2000;

/**
 * Gives a volume with all it holds to a group, which may read and write it, as kubelet's SetVolumeOwnership does. With the policy
 * `OnRootMismatch` a volume whose root is right already is left as it is.
 */
export async function giveToGroup(root: string, group: number, policy: string | undefined): Promise<void> {
  if (policy === 'OnRootMismatch' && (await isGivenTo(root, group))) return;
  await give(root, group, true);
}

async function isGivenTo(root: string, group: number): Promise<boolean> {
  const { gid, mode } = await lstat(root);
  const wanted = READ_WRITE | EXECUTE | SET_GROUP_ID;
  return gid === group && (mode & wanted) === wanted;
}

async function give(path: string, group: number, isDirectory: boolean): Promise<void> {
  const { uid, mode } = await lstat(path);
  await lchown(path, uid, group);
  await chmod(path, (mode & 0o7777) | READ_WRITE | (isDirectory ? EXECUTE | SET_GROUP_ID : 0));
  if (!isDirectory) return;
  for await (const entry of await opendir(path)) await giveEntry(join(path, entry.name), group, entry);
}

async function giveEntry(path: string, group: number, entry: Dirent): Promise<void> {
  if (entry.isSymbolicLink()) {
    const { uid } = await lstat(path);
    return lchown(path, uid, group);
  }
  return give(path, group, entry.isDirectory());
}
