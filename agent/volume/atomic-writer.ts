import { randomBytes } from 'node:crypto';
import { chmod, chown, lstat, mkdir, readdir, readFile, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** A file of a projected volume. */
export interface PayloadFile {
  readonly content: Buffer;
  /** Permission bits. */
  readonly mode: number;
  /** Owning user; default root. */
  readonly uid?: number;
}

/** By path within the volume. */
export type Payload = ReadonlyMap<string, PayloadFile>;

const DATA = '..data';

/**
 * Makes the directory show exactly `payload`, changing from the old content to the new at once: files stand in a directory of
 * their own, `..data` is a link to it that is swapped by one rename, and each visible name is a link through `..data`
 * (the layout of k8s.io/kubernetes/pkg/volume/util/atomic_writer.go, which tools that watch such volumes rely on).
 *
 * @param group owns the files if the pod has an fsGroup.
 * @returns whether anything changed.
 */
export async function writePayload(directory: string, payload: Payload, group: number | undefined, now: number): Promise<boolean> {
  for (const path of payload.keys()) checkPath(path);
  const earlier = writes.get(directory);
  const write = (): Promise<boolean> => writeVersion(directory, payload, group, now);
  const own = earlier ? earlier.then(write, write) : write();
  writes.set(directory, own);
  const leave = () => {
    if (writes.get(directory) === own) writes.delete(directory);
  };
  own.then(leave, leave);
  return own;
}

/** The last write of each directory that is under way: one begins after the other. */
const writes = new Map<string, Promise<boolean>>();

async function writeVersion(directory: string, payload: Payload, group: number | undefined, now: number): Promise<boolean> {
  const old = await readlink(join(directory, DATA)).catch(() => undefined);
  if (old !== undefined && (await isCurrent(join(directory, old), payload))) {
    // A write may have been cut off before its names were linked.
    await linkNames(directory, payload);
    return false;
  }
  await removeRemains(directory, old);
  const version = `..${stamp(now)}.${randomBytes(4).readUInt32BE()}`;
  for (const [path, file] of payload) await writeOne(join(directory, version, path), file, group);
  if (payload.size === 0) await mkdir(join(directory, version), { recursive: true });
  await chmod(join(directory, version), 0o755);
  await symlink(version, join(directory, `${DATA}_tmp`));
  await rename(join(directory, `${DATA}_tmp`), join(directory, DATA));
  await linkNames(directory, payload);
  if (old !== undefined) await rm(join(directory, old), { recursive: true, force: true });
  return true;
}

/** Removes what writes have left that were cut off, by a crash of the agent for one: a link that was not yet swapped would refuse the next one for ever. */
async function removeRemains(directory: string, current: string | undefined): Promise<void> {
  for (const name of await readdir(directory).catch(() => [])) {
    if (name.startsWith('..') && name !== DATA && name !== current) await rm(join(directory, name), { recursive: true, force: true });
  }
}

/** @throws Error for a path that would leave the volume. */
function checkPath(path: string): void {
  const parts = path.split('/');
  if (path === '' || path.startsWith('/') || parts.includes('..') || path.startsWith('..')) throw new Error(`invalid path: ${path}`);
}

async function isCurrent(directory: string, payload: Payload): Promise<boolean> {
  const present = await filesUnder(directory, '');
  if (present.length !== payload.size) return false;
  for (const [path, file] of payload) {
    const content = await readFile(join(directory, path)).catch(() => undefined);
    if (!content?.equals(file.content)) return false;
  }
  return true;
}

async function filesUnder(directory: string, prefix: string): Promise<string[]> {
  const entries = await readdir(join(directory, prefix), { withFileTypes: true }).catch(() => []);
  const nested = entries.map(async (entry) => {
    const path = join(prefix, entry.name);
    return entry.isDirectory() ? filesUnder(directory, path) : [path];
  });
  return (await Promise.all(nested)).flat();
}

async function writeOne(path: string, { content, mode, uid }: PayloadFile, group: number | undefined): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  // After writing: the process's umask would take bits away.
  await chmod(path, group === undefined ? mode : mode | 0o440);
  if (uid !== undefined || group !== undefined) await chown(path, uid ?? 0, group ?? 0);
}

/** The first component of each path is a link; names that are no longer wanted go. */
async function linkNames(directory: string, payload: Payload): Promise<void> {
  const wanted = new Set([...payload.keys()].map((path) => path.split('/')[0] ?? path));
  for (const name of await readdir(directory)) {
    if (name.startsWith('..') || wanted.has(name)) continue;
    await rm(join(directory, name), { recursive: true, force: true });
  }
  for (const name of wanted) {
    const link = join(directory, name);
    const exists = await lstat(link).then(
      () => true,
      () => false,
    );
    if (!exists) await symlink(join(DATA, name), link);
  }
}

const stamp = (now: number): string => new Date(now).toISOString().slice(0, 19).replaceAll(/[-T:]/g, '_');
