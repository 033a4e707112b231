import type { FileHandle } from 'node:fs/promises';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import { pathExists } from '../../base/path-exists.ts';
import { compress } from './compress.ts';
import type { LineAppender } from './line-writer.ts';

export interface RotatingFileOptions {
  readonly path: string;
  /** The file is put aside before it would exceed this. */
  readonly maxBytes: number;
  /** Files put aside that are kept. 0: all. */
  readonly maxBackups: number;
  /** Days after which a file put aside is deleted. 0: never. */
  readonly maxAgeDays: number;
  /** Whether files put aside are compressed. */
  readonly compress: boolean;
  readonly clock: Clock;
  readonly log: Logger;
}

const DAY_MS = 86_400_000;
const TIME = /^(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d\.\d{3})$/;

/** The time in the name of a file put aside, as lumberjack writes it: `2006-01-02T15-04-05.000`, in UTC. */
const timeName = (ms: number): string => new Date(ms).toISOString().slice(0, -1).replaceAll(':', '-');

interface Backup {
  readonly name: string;
  readonly time: number;
}

/** Returns the files of a directory that were put aside, the newest first. */
export function backupsIn(names: readonly string[], path: string): readonly Backup[] {
  const extension = extname(path);
  const prefix = `${basename(path, extension)}-`;
  const found = names.flatMap((name) => {
    const plain = name.endsWith('.gz') ? name.slice(0, -3) : name;
    if (!plain.startsWith(prefix) || !plain.endsWith(extension)) return [];
    const [, day, hour, minute, second] = TIME.exec(plain.slice(prefix.length, plain.length - extension.length)) ?? [];
    return day === undefined ? [] : [{ name, time: Date.parse(`${day}T${hour}:${minute}:${second}Z`) }];
  });
  return found.sort((a, b) => b.time - a.time);
}

/** Returns the files put aside that are too many or too old. */
export function outdated(backups: readonly Backup[], maxBackups: number, maxAgeDays: number, now: number): readonly Backup[] {
  return backups.filter(({ time }, index) => (maxBackups > 0 && index >= maxBackups) || (maxAgeDays > 0 && time < now - maxAgeDays * DAY_MS));
}

/**
 * Appends lines to a file that only its owner may read, and puts it aside under a name with the time when it is full, as lumberjack does. A
 * line that could be written in part only is finished by the next attempt.
 */
export function rotatingFile(options: RotatingFileOptions): LineAppender {
  const { path, maxBytes, clock, log } = options;
  const directory = dirname(path);
  let file: FileHandle | undefined;
  let size = 0;
  /** The rest of a line that did not fit on the disk. */
  let rest: Buffer | undefined;
  let lastTime = 0;
  let cleaning: Promise<void> = Promise.resolve();

  async function opened(): Promise<FileHandle> {
    if (file) return file;
    await mkdir(directory, { recursive: true, mode: 0o755 });
    file = await open(path, 'a', 0o600);
    size = (await file.stat()).size;
    return file;
  }

  async function writeAll(buffer: Buffer): Promise<void> {
    const handle = await opened();
    let at = 0;
    try {
      while (at < buffer.length) {
        const { bytesWritten } = await handle.write(buffer, at);
        at += bytesWritten;
        size += bytesWritten;
      }
      rest = undefined;
    } catch (error) {
      rest = buffer.subarray(at);
      throw error;
    }
  }

  async function clean(): Promise<void> {
    try {
      const backups = backupsIn(await readdir(directory), path);
      const gone = new Set(outdated(backups, options.maxBackups, options.maxAgeDays, clock.now()));
      for (const { name } of gone) await rm(join(directory, name), { force: true });
      if (!options.compress) return;
      for (const backup of backups) if (!gone.has(backup) && !backup.name.endsWith('.gz')) await compress(join(directory, backup.name));
    } catch (error) {
      log.warn({ err: error, path }, 'audit logs that were put aside could not be cleaned up');
    }
  }

  async function putAside(): Promise<void> {
    await file?.close();
    file = undefined;
    const extension = extname(path);
    const prefix = join(directory, basename(path, extension));
    // Two within a millisecond must not have one name, and names must tell the order.
    let time = Math.max(clock.now(), lastTime + 1);
    while (await pathExists(`${prefix}-${timeName(time)}${extension}`)) time++;
    lastTime = time;
    await rename(path, `${prefix}-${timeName(time)}${extension}`);
    cleaning = cleaning.then(clean);
  }

  return {
    async append(lines) {
      let taken = 0;
      try {
        if (rest) await writeAll(rest);
        await opened();
        while (taken < lines.length) {
          const { buffer, count } = chunkOf(lines, taken, maxBytes - size);
          if (count === 0) {
            await putAside();
            await opened();
            continue;
          }
          // From here on the lines are the file's: what is left of them is written first the next time.
          taken += count;
          await writeAll(buffer);
        }
        return { taken };
      } catch (error) {
        return { taken, error };
      }
    },
    async close() {
      await file?.close();
      file = undefined;
      await cleaning;
    },
  };

  /** The lines from `from` on that fit into the room; one that fits into no file is taken by an empty one. */
  function chunkOf(lines: readonly string[], from: number, room: number) {
    const parts: Buffer[] = [];
    let length = 0;
    for (let i = from; i < lines.length; i++) {
      const part = Buffer.from(`${lines[i]}\n`);
      if (length + part.length > room && !(size === 0 && parts.length === 0)) break;
      parts.push(part);
      length += part.length;
    }
    return { buffer: Buffer.concat(parts), count: parts.length };
  }
}
