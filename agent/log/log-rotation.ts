import { createReadStream, createWriteStream } from 'node:fs';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Clock } from '../../base/clock.ts';
import type { RuntimeAccess, Surroundings } from '../contract/node-parts.ts';
import { isRunning } from '../contract/observation.ts';

export interface RotationLimits {
  readonly maxBytes: number;
  /** The current file among them. */
  readonly maxFiles: number;
}

/** kubelet's containerLogMaxSize and containerLogMaxFiles. */
export const DEFAULT_ROTATION: RotationLimits = { maxBytes: 10 * 1024 * 1024, maxFiles: 5 };
/** kubelet's containerLogMonitorInterval. */
export const ROTATION_MS = 10_000;

/** Rotates the logs of all running containers that have grown too long. */
export async function rotateLogs({ cache, clock, log, runtime }: RuntimeAccess & Pick<Surroundings, 'clock' | 'log'>): Promise<void> {
  for (const uid of cache.podUids()) {
    for (const container of cache.of(uid).containers) {
      if (!isRunning(container) || container.logPath === '') continue;
      await rotateLog(container.logPath, DEFAULT_ROTATION, clock, () => runtime.reopenLog(container.id)).catch((error: unknown) =>
        log.warn({ err: error, path: container.logPath }, 'a log could not be rotated'),
      );
    }
  }
}

/**
 * Moves a log file that has grown too long out of the way (`0.log.20260102-150405`, older ones gzipped) and has the runtime go on in a
 * new one. @param reopen asks the runtime to; if it fails, the file is moved back.
 * @returns whether it was rotated.
 */
export async function rotateLog(file: string, { maxBytes, maxFiles }: RotationLimits, clock: Clock, reopen: () => Promise<void>): Promise<boolean> {
  const found = await stat(file).catch(() => undefined);
  if (!found || found.size <= maxBytes) return false;
  const old = await rotatedFiles(file);
  // Room for the one that is about to be rotated, and for the current one.
  const kept = old.slice(Math.max(0, old.length - Math.max(0, maxFiles - 2)));
  await Promise.all(old.filter((path) => !kept.includes(path)).map((path) => rm(path, { force: true })));
  for (const path of kept) if (!path.endsWith('.gz')) await compress(path);
  const rotated = `${file}.${stamp(clock.now())}`;
  await rename(file, rotated);
  try {
    await reopen();
  } catch (error) {
    await rename(rotated, file);
    throw error;
  }
  return true;
}

/** The rotated files of a log, oldest first. */
export async function rotatedFiles(file: string): Promise<readonly string[]> {
  const prefix = `${basename(file)}.`;
  const names = await readdir(dirname(file)).catch(() => []);
  return names
    .filter((name) => name.startsWith(prefix) && !name.endsWith('.tmp'))
    .sort()
    .map((name) => join(dirname(file), name));
}

async function compress(path: string): Promise<void> {
  const partial = `${path}.tmp`;
  await pipeline(createReadStream(path), createGzip(), createWriteStream(partial));
  await rename(partial, `${path}.gz`);
  await rm(path, { force: true });
}

const stamp = (now: number): string => new Date(now).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
