import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';

/** A process that the kernel has killed because the whole machine had no memory left. */
export interface SystemKill {
  /** Of the record in the kernel's log: it grows. */
  readonly sequence: number;
  readonly process: string;
  readonly pid: number;
}

/** The longest record of the kernel's log (CONSOLE_EXT_LOG_MAX). */
const RECORD_BYTES = 8192;

/** Reads the kernel's log, as /dev/kmsg gives it, and returns the kills since so many seconds after the machine's start. Waits for nothing. */
export async function systemKills(path: string, sinceSeconds: number): Promise<readonly SystemKill[]> {
  const kills: SystemKill[] = [];
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const buffer = Buffer.alloc(RECORD_BYTES);
    for (;;) {
      const length = await readRecord(file, buffer);
      if (length === 0) return kills;
      const kill = systemKillOf(buffer.toString('utf8', 0, length), sinceSeconds);
      if (kill) kills.push(kill);
    }
  } finally {
    await file.close();
  }
}

/** Reads the next record. Returns 0 at the end; a record that was overwritten meanwhile is passed over. */
async function readRecord(file: FileHandle, buffer: Buffer): Promise<number> {
  for (;;) {
    const length = await file.read(buffer, 0, buffer.length, null).then(
      ({ bytesRead }) => bytesRead,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'EAGAIN') return 0;
        if (error.code !== 'EPIPE') throw error;
        return undefined;
      },
    );
    if (length !== undefined) return length;
  }
}

/**
 * Reads a record such as `4,512,9000000,-;oom-kill:constraint=CONSTRAINT_NONE,…,global_oom,task_memcg=/,task=stress,pid=77,uid=0` (kernel 5.0 and newer).
 * Returns undefined for any other one, and for kills by the limit of a cgroup.
 */
export function systemKillOf(record: string, sinceSeconds: number): SystemKill | undefined {
  const [, sequence, microseconds, message = ''] = /^\d+,(\d+),(\d+),[^;]*;(.*)/.exec(record) ?? [];
  if (!message.startsWith('oom-kill:') || !message.includes(',global_oom,') || Number(microseconds) / 1e6 < sinceSeconds) return undefined;
  const [, process, pid] = /,task=(.*),pid=(\d+),uid=\d+$/.exec(message) ?? [];
  return process === undefined ? undefined : { sequence: Number(sequence), process, pid: Number(pid) };
}
