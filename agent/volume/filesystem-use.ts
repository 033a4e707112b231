import { execFile } from 'node:child_process';
import { readFile, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import type { VolumeUse } from '../contract/volume-stats.ts';
import { readMountTable } from '../host/mount-table.ts';

/** The fill level of a file system. */
export interface FilesystemUse {
  readonly bytes: Required<VolumeUse>;
  readonly inodes: Required<VolumeUse>;
}

/** Asks about the file systems that paths are on. */
export interface FilesystemReader {
  /**
   * Calls `found` for each path as its file system answers; one that does not answer in time, or does not exist, is left out. Each answer of a server
   * elsewhere is waited for in a process of its own: one that is gone holds up neither the others nor a thread of this process.
   */
  read(paths: readonly string[], found: (path: string, use: FilesystemUse) => void): Promise<void>;
}

export interface FilesystemReaderOptions {
  readonly clock: Clock;
  /** The program that prints them, for tests. */
  readonly program?: string;
  /** The table of mounts; default: this process's. */
  readonly mounts?: string;
}

const DEADLINE_MS = 10_000;
/** Paths given to one process. */
const BATCH = 200;
/** Processes that wait for servers elsewhere at once. */
const MOST_WAITING = 8;
/** Kinds of file systems whose server may be on another machine. */
const REMOTE = /^(nfs|cifs|smb|ceph|fuse|9p|afs|lustre|gluster|gpfs)/;
/** Blocks, free ones, available ones, bytes of a block, inodes, free ones, the path. */
const FORMAT = '%b %f %a %S %c %d %n';

export function createFilesystemReader({ clock, program = 'stat', mounts }: FilesystemReaderOptions): FilesystemReader {
  /** Paths whose process has been killed but has not ended: the kernel itself still waits for the server. */
  const stuck = new Set<string>();

  /** Resolves with what the program printed until the deadline. */
  const ask = (paths: readonly string[]): Promise<string> =>
    new Promise((resolve) => {
      for (const path of paths) stuck.add(path);
      const child = execFile(program, ['-f', '-c', FORMAT, '--', ...paths], { encoding: 'utf8' }, (_, stdout) => {
        cancel();
        for (const path of paths) stuck.delete(path);
        // Paths that do not exist make it end with a code; the lines that it printed count.
        resolve(stdout);
      });
      const cancel = clock.after(DEADLINE_MS, () => {
        child.kill('SIGKILL');
        resolve('');
      });
    });

  return {
    async read(paths, found) {
      const free = [...new Set(paths)].filter((path) => !stuck.has(path));
      if (free.length === 0) return;
      const kinds = await mountKinds(mounts);
      const isRemote = (path: string) => REMOTE.test(kindOf(kinds, path));
      const near = free.filter((path) => !isRemote(path));
      const far = free.filter(isRemote);
      const show = async (batch: readonly string[]): Promise<void> => {
        for (const [path, use] of usesIn(await ask(batch))) found(path, use);
      };
      const inTurn = async (batches: Iterator<readonly string[]>): Promise<void> => {
        for (let next = batches.next(); !next.done; next = batches.next()) await show(next.value);
      };
      const waiting = far.map((path) => [path]).values();
      await Promise.all([inTurn(batchesOf(near)), ...Array.from({ length: Math.min(MOST_WAITING, far.length) }, () => inTurn(waiting))]);
    },
  };
}

function* batchesOf(paths: readonly string[]): Generator<readonly string[]> {
  for (let at = 0; at < paths.length; at += BATCH) yield paths.slice(at, at + BATCH);
}

function* usesIn(output: string): Generator<[path: string, use: FilesystemUse]> {
  for (const [, numbers = '', path = ''] of output.matchAll(/^((?:\d+ ){6})(.*)$/gm)) {
    const [blocks = 0, free = 0, available = 0, size = 0, inodes = 0, inodesFree = 0] = numbers.split(' ').map(Number);
    yield [
      path,
      {
        bytes: { total: blocks * size, used: (blocks - free) * size, available: available * size },
        inodes: { total: inodes, used: inodes - inodesFree, available: inodesFree },
      },
    ];
  }
}

/** Reads the kinds of file systems by their mount points; of several at one point the last one is seen. */
async function mountKinds(table: string | undefined): Promise<ReadonlyMap<string, string>> {
  const mounts = await readMountTable(table).catch(() => []);
  return new Map(mounts.map(({ point, type }) => [point, type]));
}

function kindOf(kinds: ReadonlyMap<string, string>, path: string): string {
  for (let at = path; ; at = dirname(at)) {
    const kind = kinds.get(at);
    if (kind !== undefined || at === dirname(at)) return kind ?? '';
  }
}

/** The kernel counts in these, whatever the device's own are. */
const SECTOR_BYTES = 512;

/** Reads the size of a block device. Resolves with undefined if it cannot be told. */
export async function deviceBytes(path: string, sys = '/sys'): Promise<number | undefined> {
  const name = basename(await realpath(path).catch(() => path));
  const sectors = await readFile(join(sys, 'class', 'block', name, 'size'), 'utf8').catch(() => '');
  return sectors.trim() === '' ? undefined : Number(sectors) * SECTOR_BYTES;
}
