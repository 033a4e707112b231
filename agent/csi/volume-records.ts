import { mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isMountPoint } from '../volume/mount-command.ts';

/** Kept beside a mount, so that it can be taken back without the API; names are kubelet's, in its `vol_data.json`. */
export interface VolumeRecord {
  readonly driverName: string;
  readonly volumeHandle: string;
  readonly specVolID?: string;
  readonly nodeName?: string;
  readonly attachmentID?: string;
  readonly volumeLifecycleMode?: string;
  /** The place of the mount, or of the device, on this node. */
  readonly path: string;
  /** On staged volumes: whether they are attached first. */
  readonly attachRequired?: string;
}

const FILE = 'vol_data.json';

/** Writes the record of a mount into the directory that holds the mount. */
export async function writeRecord(directory: string, record: VolumeRecord): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o750 });
  const path = join(directory, FILE);
  await writeFile(`${path}.new`, `${JSON.stringify(record)}\n`);
  await rename(`${path}.new`, path);
}

/** Returns undefined if there is none. @throws Error if it cannot be read: what it stands for must not be taken for absent */
export async function readRecord(directory: string): Promise<VolumeRecord | undefined> {
  const text = await readFile(join(directory, FILE), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
  return text === undefined ? undefined : (JSON.parse(text) as VolumeRecord);
}

/**
 * Removes the place where a volume was mounted, or its device was, unless something is still mounted there. A directory that holds files is an
 * error: they are the volume's.
 */
export async function removeTarget(path: string): Promise<void> {
  if (await isMountPoint(path)) throw new Error(`${path} is still mounted`);
  await rmdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOTDIR') return rm(path);
    if (error.code !== 'ENOENT') throw error;
  });
}

/** Removes a record, and its directory if nothing else is in it. */
export async function removeRecord(directory: string): Promise<void> {
  await rm(join(directory, FILE), { force: true });
  await rmdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' && error.code !== 'ENOTEMPTY') throw error;
  });
}

/** Lists the directories in one; none if it is not there. */
export const subdirectories = async (directory: string): Promise<readonly string[]> =>
  (await readdir(directory, { withFileTypes: true }).catch(() => [])).flatMap((entry) => (entry.isDirectory() ? [join(directory, entry.name)] : []));
