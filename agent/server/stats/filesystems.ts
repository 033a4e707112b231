import { statfs } from 'node:fs/promises';
import type { UsageNode } from './usage-node.ts';

/** The room of a file system, as /stats/summary shows it with what something takes of it. */
export interface FilesystemRoom {
  readonly availableBytes: number;
  readonly capacityBytes: number;
  readonly inodesFree: number;
  readonly inodes: number;
}

interface Taken {
  readonly usedBytes: number;
  readonly inodesUsed: number | undefined;
}

/** The file systems of a machine that pods use. */
export interface NodeFilesystems {
  /** That of the pods' files, and all that is taken of it. */
  readonly node: { readonly room: FilesystemRoom; readonly taken: Taken };
  /** That of images and of containers' own files, and what images take of it. Undefined if the runtime does not tell. */
  readonly images: { readonly room: FilesystemRoom; readonly taken: Taken } | undefined;
}

async function measure(path: string) {
  const disk = await statfs(path);
  return {
    room: { availableBytes: disk.bavail * disk.bsize, capacityBytes: disk.blocks * disk.bsize, inodesFree: disk.ffree, inodes: disk.files },
    taken: { usedBytes: (disk.blocks - disk.bfree) * disk.bsize, inodesUsed: disk.files - disk.ffree },
  };
}

/** Measures the file systems of a machine. */
export async function readFilesystems({ runtime, directories, log }: UsageNode): Promise<NodeFilesystems> {
  const ofImages = async (): Promise<NodeFilesystems['images']> => {
    const found = await runtime.imageFilesystem();
    if (!found) return undefined;
    const { room } = await measure(found.mountpoint || directories.pods);
    return { room, taken: { usedBytes: found.usedBytes, inodesUsed: found.usedInodes } };
  };
  const [node, images] = await Promise.all([
    measure(directories.pods),
    ofImages().catch((error: unknown) => void log.info({ err: error }, 'the file system of images could not be measured')),
  ]);
  return { node, images: images ?? undefined };
}
